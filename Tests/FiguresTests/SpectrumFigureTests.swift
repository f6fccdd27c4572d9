import Foundation
import Testing
import ThalwegFigures

@Suite("Spectrum and ridge figures")
struct SpectrumFigureTests {
  static let places = (0..<200).map { -2 + 42 * Double($0) / 199 }
  static let signed = EigenvalueAxisTests.twoSided

  static func bump(_ places: [Double], at centre: Double = 3) -> [Double] {
    places.map { exp(-($0 - centre) * ($0 - centre) / 8) }
  }

  static func series(
    _ label: String = "trained", _ places: [Double] = places, marks: [SpectrumMark] = []
  ) -> SpectrumSeries {
    let density = bump(places)
    return SpectrumSeries(
      label: label, positions: places, density: density, lower: density.map { $0 / 2 },
      upper: density.map { $0 * 2 }, marks: marks)
  }

  static func rows(_ count: Int, _ places: [Double] = places) -> [RidgeRow] {
    (0..<count).map { index in
      RidgeRow(
        label: "\(index)", positions: places, density: bump(places, at: Double(index)),
        marks: [Double(index)])
    }
  }

  static let outliers = (0..<10).map { SpectrumMark(position: 4 * Double($0), label: "λ = \(4 * $0)") }

  static let figures: [any Figure] = [
    SpectrumFigure(title: "a < b & c", caption: "one", series: [series(marks: outliers)]),
    SpectrumFigure(
      title: "two", series: [series("first"), series("second", signed)], isLogarithmicDensity: false),
    SpectrumFigure(
      title: "", series: [series("", signed, marks: outliers)], isSymmetricLogarithmicAxis: true),
    SpectrumFigure(title: "many", series: (0..<14).map { series("seed \($0)") }, lowestDensity: 1e-3),
    RidgeFigure(title: "one row", rows: rows(1)),
    RidgeFigure(title: "two rows", rows: rows(2), rowHeading: "epoch", isLogarithmicDensity: false),
    RidgeFigure(title: "twelve rows", caption: "downwards", rows: rows(12), rowHeading: "epoch"),
    RidgeFigure(title: "", rows: rows(40, signed), rowHeading: "", isSymmetricLogarithmicAxis: true),
  ]

  @Test("a figure is written in every format, twice with the same bytes and never with a NaN")
  func formats() throws {
    for figure in Self.figures {
      for format in FigureFormat.allCases {
        let bytes = try figure.encoded(as: format)
        #expect(try figure.encoded(as: format) == bytes)
        guard format == .svg else { continue }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("<?xml") && !text.contains("nan") && !text.contains("inf"))
      }
    }
  }

  @Test(
    "awkward spectra are drawn without an error",
    arguments: [
      ([-1e6, -1e-12, 1e-12, 1e6], [1e-12, 1e6, 1e6, 1e-12]),
      ([-9, -8, -7], [1, 2, 1]),
      ([5], [1]),
      ([1, 1, 1], [1, 2, 3]),
      ([1e-12, 1e6], [1e-300, 1e300]),
      ([0, 1, 2, 3], [.nan, 1, .infinity, 1]),
      ([-1e300, 1e300], [3e-308, 1]),
    ] as [([Double], [Double])])
  func awkward(positions: [Double], density: [Double]) throws {
    let marks = positions + [0, 2e-13]
    for isSymmetric in [false, true] {
      for isLogarithmic in [false, true] {
        let series = SpectrumSeries(
          label: "", positions: positions, density: density,
          marks: marks.map { SpectrumMark(position: $0, label: "λ = \($0)") })
        let spectrum = SpectrumFigure(
          title: "", series: [series], isLogarithmicDensity: isLogarithmic,
          isSymmetricLogarithmicAxis: isSymmetric)
        let ridge = RidgeFigure(
          title: "", rows: [RidgeRow(label: "", positions: positions, density: density, marks: marks)],
          isLogarithmicDensity: isLogarithmic, isSymmetricLogarithmicAxis: isSymmetric)
        for figure in [spectrum, ridge] as [any Figure] {
          let text = String(decoding: try figure.encoded(as: .svg), as: UTF8.self)
          #expect(!text.contains("nan") && !text.contains("inf"))
        }
      }
    }
  }

  @Test("spectra without any value are errors, and so are zeros on a logarithmic density axis")
  func nothingToDraw() {
    let holes = [Double](repeating: .nan, count: 2)
    for (positions, density) in [([], []), ([0, 1], holes)] as [([Double], [Double])] {
      let series = SpectrumSeries(label: "", positions: positions, density: density)
      #expect(throws: FigureError.noFiniteValue) {
        try SpectrumFigure(title: "", series: [series]).encoded(as: .svg)
      }
      let row = RidgeRow(label: "", positions: positions, density: density)
      #expect(throws: FigureError.noFiniteValue) {
        try RidgeFigure(title: "", rows: [row]).encoded(as: .svg)
      }
    }
    let zeros = SpectrumSeries(label: "", positions: [0, 1], density: [0, 0])
    #expect(throws: FigureError.noPositiveValue) {
      try SpectrumFigure(title: "", series: [zeros]).encoded(as: .svg)
    }
    #expect(throws: Never.self) {
      try SpectrumFigure(title: "", series: [zeros], isLogarithmicDensity: false).encoded(as: .svg)
    }
  }

  @Test("a series or a row without values beside others is noted rather than left out")
  func emptyBesideOthers() throws {
    let noted = SpectrumFigure(
      title: "", series: [Self.series(), SpectrumSeries(label: "lost", positions: [], density: [])])
    // The same legend with the note written by hand, and a line too short to be seen.
    let byHand = SpectrumFigure(
      title: "",
      series: [
        Self.series(), SpectrumSeries(label: "lost (no values)", positions: [0, 1], density: [0, 0]),
      ])
    #expect(try noted.encoded(as: .png) == byHand.encoded(as: .png))
    let rows = Self.rows(2) + [RidgeRow(label: "2", positions: [], density: [])]
    let zeros = Self.places.map { _ in 0.0 }
    let flat = Self.rows(2) + [RidgeRow(label: "2", positions: Self.places, density: zeros)]
    #expect(
      try RidgeFigure(title: "", rows: rows).encoded(as: .svg)
        != RidgeFigure(title: "", rows: flat).encoded(as: .svg))
  }

  @Test("a band, a mark and a label each show")
  func parts() throws {
    let density = Self.bump(Self.places)
    func bytes(band: Bool, marks: [SpectrumMark]) throws -> [UInt8] {
      let series = SpectrumSeries(
        label: "", positions: Self.places, density: density, lower: band ? density.map { $0 / 2 } : nil,
        upper: band ? density.map { min($0 * 2, 1) } : nil, marks: marks)
      return try SpectrumFigure(title: "", series: [series]).encoded(as: .png)
    }
    let plain = try bytes(band: false, marks: [])
    let marked = try bytes(band: false, marks: [SpectrumMark(position: 20)])
    #expect(try bytes(band: true, marks: []) != plain)
    #expect(marked != plain)
    #expect(try bytes(band: false, marks: [SpectrumMark(position: 20, label: "λ₁ = 20")]) != marked)
  }

  @Test("a file of a very fine spectrum stays small")
  func thinned() throws {
    let places = (0..<100_000).map { -2 + 42 * Double($0) / 99_999 }
    let series = SpectrumSeries(label: "", positions: places, density: Self.bump(places))
    let bytes = try SpectrumFigure(title: "", series: [series]).encoded(as: .svg)
    // At most four points in each of about 3500 columns, at about 20 bytes a point.
    #expect(bytes.count < 4 * 3500 * 20 + 100_000)
  }
}
