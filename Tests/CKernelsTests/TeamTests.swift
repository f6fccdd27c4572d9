import CKernels
import Testing

/// What the workers of a team share: C functions take one pointer.
private final class Tally {
  let team: OpaquePointer
  let counter: OpaquePointer
  /// How often each worker came by.
  let visits: UnsafeMutableBufferPointer<Int>
  /// Tickets drawn by each worker, and their sum.
  let tickets: UnsafeMutableBufferPointer<Int>
  var total = 0
  var barriers = 0
  var mismatches = 0
  static let ticketCount = 40

  init?(workers: Int) {
    guard let team = tw_team_create(Int32(workers)), let counter = tw_counter_create() else { return nil }
    self.team = team
    self.counter = counter
    visits = .allocate(capacity: workers)
    visits.initialize(repeating: 0)
    tickets = .allocate(capacity: workers)
    tickets.initialize(repeating: 0)
  }

  deinit {
    tw_team_destroy(team)
    tw_counter_destroy(counter)
    visits.deallocate()
    tickets.deallocate()
  }

  func run() {
    tw_counter_reset(counter)
    tw_team_run(
      team,
      { context, worker in
        guard let context else { return }
        Unmanaged<Tally>.fromOpaque(context).takeUnretainedValue().work(Int(worker))
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func work(_ worker: Int) {
    visits[worker] += 1
    while true {
      let ticket = Int(tw_counter_next(counter))
      guard ticket < Tally.ticketCount else { break }
      tickets[worker] += ticket
    }
    let context = Unmanaged.passUnretained(self).toOpaque()
    for round in 1...2 {
      tw_team_barrier(
        team,
        { context, _ in
          guard let context else { return }
          let tally = Unmanaged<Tally>.fromOpaque(context).takeUnretainedValue()
          tally.total = tally.visits.reduce(0, +)
          tally.barriers += 1
        }, context, Int32(worker))
      // Whoever passes a barrier sees what all wrote before it, and what the last to arrive did alone.
      let isRight = total == visits.count * visits[worker] && barriers == 2 * (visits[worker] - 1) + round
      // A barrier before the next round, so that nobody changes what another still reads.
      if !isRight { mismatches += 1 }
      tw_team_barrier(team, nil, nil, Int32(worker))
    }
  }
}

@Suite("Teams of threads", .serialized)
struct TeamTests {
  @Test(
    "every worker runs every body once, and barriers let nobody pass early", arguments: [1, 2, 3, 4, 7])
  func barriers(workers: Int) throws {
    let tally = try #require(Tally(workers: workers))
    let runs = 500
    for _ in 0..<runs { tally.run() }
    #expect(tally.visits.allSatisfy { $0 == runs })
    #expect(tally.barriers == 2 * runs)
    #expect(tally.mismatches == 0)
    let ticketSum = Tally.ticketCount * (Tally.ticketCount - 1) / 2
    #expect(tally.tickets.reduce(0, +) == runs * ticketSum)
  }

  @Test("teams come and go without having run", arguments: [1, 4])
  func emptyTeams(workers: Int) throws {
    for _ in 0..<50 {
      let team: OpaquePointer? = tw_team_create(Int32(workers))
      #expect(team != nil)
      tw_team_destroy(team)
    }
  }

  @Test("memory is zero and begins at a cache line", arguments: [0, 1, 4096, 5 << 20])
  func memory(bytes: Int) throws {
    let memory = try #require(tw_memory_create(bytes))
    defer { tw_memory_destroy(memory, bytes) }
    #expect(Int(bitPattern: memory) % 64 == 0)
    #expect(UnsafeRawBufferPointer(start: memory, count: bytes).allSatisfy { $0 == 0 })
  }

  @Test("memory that no machine has is refused")
  func tooMuchMemory() {
    #expect(tw_memory_create(Int.max / 2) == nil)
  }
}
