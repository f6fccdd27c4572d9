import ThalwegDatasets
import ThalwegNetworks
import ThalwegSurfaces
import ThalwegSurveys

extension SurveyRun {
  /// The report's heading.
  var reportTitle: String {
    let kind = settings.kind == "slice" ? "Slice" : "Surface"
    return "\(kind) of the loss of \(subject.network.name) on \(subject.source.description)"
  }

  /// How to read the result.
  var reading: String {
    let whole = subject.network.space.parameterCount
    let places =
      settings.axes.count == 1
      ? "points θ + a d along one direction d" : "points θ + a d₁ + b d₂ of a plane"
    var sentences = [
      "Each value is the mean cross entropy, in nats, over \(subject.examplesText), at \(places) "
        + "through a space of \(whole) parameters; what lies outside of it, the picture does not show.",
      settings.target == .population
        ? "Errors are those of the examples as a sample of their population."
        : "Errors are those of the examples as a sample, without repetition, of the whole data set.",
      "All points see the same examples, so that differences between points are known better than the values: "
        + "their standard errors, example by example from the centre, stand in the tables (differenceError).",
      "Points without a finite loss are left out and counted.",
    ]
    if settings.budget != nil {
      sentences.append(
        "Interpolated values come with the error that interpolation may have added (interpolationError, one standard "
          + "deviation of a Gaussian process fitted to the measured points); their margins hold both errors.")
    }
    return sentences.joined(separator: " ")
  }

  /// Norms of the state and the directions, tensor by tensor.
  var layerTable: RunReport.Table {
    let space = subject.network.space
    let own = Displacement(parameters: subject.state.parameters).lengths(in: space)
    let others = geometry.directions.map { $0.lengths(in: space) }
    return RunReport.Table(
      heading: "Norms",
      columns: ["tensor", "shape", "state"]
        + (others.count == 1 ? ["direction"] : ["first direction", "second direction"]),
      rows: space.parameters.indices.map { index in
        [
          own[index].name, space.parameters[index].entry.shape.map(String.init).joined(separator: "×"),
          significant(own[index].length, 5),
        ] + others.map { significant($0[index].length, 5) }
      })
  }
}
