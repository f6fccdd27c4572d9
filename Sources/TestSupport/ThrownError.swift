public import Testing

/// The error of type `Failure` that `body` throws, or `nil` with an issue recorded.
public func thrown<Failure: Error, Value>(
  _ type: Failure.Type, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Value
) -> Failure? {
  do {
    let value = try body()
    Issue.record("no error, but \(value)", sourceLocation: sourceLocation)
  } catch let error as Failure {
    return error
  } catch {
    Issue.record("another error: \(error)", sourceLocation: sourceLocation)
  }
  return nil
}
