public import ArgumentParser
public import ThalwegCatalogue
public import ThalwegDatasets
public import ThalwegEngine
public import ThalwegSurfaces
public import ThalwegSurveys

extension DatasetSplit: ExpressibleByArgument {}
extension ComputePrecision: ExpressibleByArgument {}
extension EstimateTarget: ExpressibleByArgument {}
extension DirectionNormalisation: ExpressibleByArgument {}
extension SmallTensorTreatment: ExpressibleByArgument {}
extension PrincipalOrigin: ExpressibleByArgument {}
extension CurvatureMatrix: ExpressibleByArgument {}
extension TraceMethod: ExpressibleByArgument {}
