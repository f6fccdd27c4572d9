import ThalwegTraining

extension StoppingReason {
  /// What happened, for people.
  var text: String {
    switch self {
    case .gradientIsSmall: "the gradient is small enough"
    case .lossIsReached: "the loss is low enough"
    case .noDescent: "no step goes down any more"
    case .populationCollapsed: "the population has shrunk to a point"
    case .iterationLimit: "stopped"
    case .evaluationLimit: "stopped"
    case .divergedAtStart: "the first point has no finite loss"
    case .cancelled: "cancelled"
    }
  }
}
