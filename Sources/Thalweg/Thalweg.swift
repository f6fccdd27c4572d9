// The whole library under one name.
@_exported public import ThalwegCatalogue
@_exported public import ThalwegCheckpoints
@_exported public import ThalwegDatasets
@_exported public import ThalwegEngine
@_exported public import ThalwegFigures
@_exported public import ThalwegFiles
@_exported public import ThalwegGraphs
@_exported public import ThalwegLinearAlgebra
@_exported public import ThalwegNetworks
@_exported public import ThalwegNeuralSurfaces
@_exported public import ThalwegRandomness
@_exported public import ThalwegSpectra
@_exported public import ThalwegStores
@_exported public import ThalwegSurfaces
@_exported public import ThalwegSurveys
@_exported public import ThalwegTraining
