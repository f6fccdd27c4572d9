public import ThalwegCalls

/// The registries that read the calls inside a call.
struct CallRegistries: Sendable {
  var schedules = ScheduleRegistry.standard
  var optimisers = OptimiserRegistry.standard
}

extension CallArguments {
  private var registries: CallRegistries { context as? CallRegistries ?? CallRegistries() }

  /// Reads the convention of time, under the label `time`; continuous when absent.
  ///
  /// - Throws: `CallError`.
  public mutating func timeConvention() throws(CallError) -> TimeConvention {
    try choice("time", default: TimeConvention.continuous)
  }

  /// Reads a schedule inside this call.
  ///
  /// - Throws: `CallError`.
  public mutating func schedule(_ label: String) throws(CallError) -> any Schedule {
    try registries.schedules.parse(try text(label))
  }

  /// Reads all schedules inside this call that carry no label, at least one.
  ///
  /// - Throws: `CallError`.
  public mutating func scheduleList() throws(CallError) -> [any Schedule] {
    var list: [any Schedule] = []
    while let text = takeUnlabelled() { list.append(try registries.schedules.parse(text)) }
    guard !list.isEmpty else { throw missing("schedules") }
    return list
  }

  /// Reads an optimiser inside this call; `nil` when the argument is absent.
  ///
  /// - Throws: `CallError`.
  public mutating func optimiser(_ label: String) throws(CallError) -> (any NamedOptimiser)? {
    guard let text = take(label) else { return nil }
    return try registries.optimisers.parse(text)
  }

  /// Reads an optimiser inside this call that moves along whatever vector it is given; `nil` when the argument is
  /// absent.
  ///
  /// - Throws: `CallError`, also for optimisers that ask for their gradients themselves.
  public mutating func rule(_ label: String) throws(CallError) -> (any GradientRule)? {
    guard let inner = try optimiser(label) else { return nil }
    guard let rule = inner as? any GradientRule else {
      throw badValue(label, "\(inner)", expected: "an optimiser with one gradient a step, such as adam()")
    }
    return rule
  }

  /// Reads the share of the new in what is learnt, under the label `rate`.
  ///
  /// - Throws: `CallError`.
  mutating func learningRate(default fallback: Double) throws(CallError) -> Double {
    try number(
      "rate", default: fallback, in: Double.leastNonzeroMagnitude...1, expected: "a number above 0 and at most 1")
  }

  /// Reads a probability.
  ///
  /// - Throws: `CallError`.
  mutating func probability(_ label: String, default fallback: Double) throws(CallError) -> Double {
    try number(label, default: fallback, in: 0...1, expected: "0 to 1")
  }

  /// Reads the seed of all draws, under the label `seed`, by default 1.
  ///
  /// - Throws: `CallError`.
  mutating func seed() throws(CallError) -> UInt64 { UInt64(try count("seed", default: 1)) }
}
