public import ThalwegStores
public import ThalwegSurveys

/// A run's checkpoints on their principal plane, with the loss over it.
public struct TrajectoryResult: Sendable {
  /// One checkpoint.
  public struct Place: Sendable, Equatable {
    /// Its name, such as `epoch-000003`, `step-00000010`, `peak` or `average`.
    public let checkpoint: String
    /// Epochs of training until then, with fractions; `nil` for a mean of points.
    public let epoch: Double?
    /// Its coordinates on the plane.
    public let coordinates: [Double]
    /// Its distance from the plane.
    public let offPlane: Double
    /// Its distance from the origin of the components.
    public let distance: Double
    /// Its own loss.
    public let own: SurfacePoint
    /// The plane's loss where it projects to.
    public let projected: SurfacePoint

    /// What it is called in a sentence.
    var title: String {
      checkpoint.hasPrefix("epoch-") ? "epoch \(epoch.map { fixed($0, 0) } ?? "")" : checkpoint
    }
  }

  /// The coordinates of the plane's points, x first.
  public let axes: [Axis]
  /// The plane's points, x fastest.
  public let points: [SurfacePoint]
  /// The checkpoints in the order of the walk, a mean of points last.
  public let places: [Place]
  /// What the components explain, beside a random walk.
  public let explanation: SurveyGeometry.Explanation
  /// The shares of all components.
  public let shares: [Double]

  /// A few lines for people.
  public var text: [String] {
    var lines = explanation.lines
    lines[0] = "components   " + lines[0].drop { $0 == " " }
    if let farthest = places.max(by: { $0.offPlane < $1.offPlane }) {
      let share = farthest.distance > 0 ? farthest.offPlane / farthest.distance : 0
      lines.append(
        "off plane    at most \(shortText(farthest.offPlane)), at \(farthest.title): "
          + "\(fixed(100 * share, 1)) % of the distance from the origin")
    }
    let gaps = places.compactMap { place -> (title: String, own: Double, plane: Double)? in
      guard let own = place.own.loss, let plane = place.projected.loss else { return nil }
      return (place.title, own, plane)
    }
    if let worst = gaps.max(by: { abs($0.own - $0.plane) < abs($1.own - $1.plane) }) {
      lines.append(
        "plane        differs most at \(worst.title): loss \(fixed(worst.own, 4)), on the plane "
          + fixed(worst.plane, 4))
    }
    for place in places where place.epoch == nil {
      guard let own = place.own.loss else { continue }
      lines.append(
        place.checkpoint.padding(to: 13)
          + "loss \(fixed(own, 4)), \(shortText(place.offPlane)) off the plane")
    }
    if let holes = points.holesText { lines.append("holes        \(holes)") }
    if let advice = points.varianceAdvice { lines.append("             \(advice)") }
    return lines
  }

  /// The checkpoints as comma-separated values.
  public var csv: String {
    func cell(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let head = "checkpoint,epoch,x,y,off_plane,distance,loss,standard_error,plane_loss,plane_standard_error\n"
    return places.reduce(head) { text, place in
      let numbers: [Double?] =
        [place.epoch] + place.coordinates + [
          place.offPlane, place.distance, place.own.loss, place.own.standardError, place.projected.loss,
          place.projected.standardError,
        ]
      return text + "\(place.checkpoint)," + numbers.map(cell).joined(separator: ",") + "\n"
    }
  }

  /// All of it but the plane's points as JSON.
  public var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return [
      "explained": explanation.json, "shares": .array(shares.map { .number($0) }),
      "checkpoints": .array(
        places.map { place in
          [
            "checkpoint": .string(place.checkpoint), "epoch": number(place.epoch),
            "coordinates": .array(place.coordinates.map { .number($0) }), "offPlane": .number(place.offPlane),
            "distance": .number(place.distance), "loss": number(place.own.loss),
            "standardError": number(place.own.standardError), "planeLoss": number(place.projected.loss),
            "planeStandardError": number(place.projected.standardError),
          ]
        }),
    ]
  }
}
