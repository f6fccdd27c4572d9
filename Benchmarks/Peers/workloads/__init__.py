"""The workloads by name: what runs each, its unit, its peers' modes, how exactly results agree."""

from dataclasses import dataclass
from functools import partial
from typing import Callable

from workloads import evaluation, products, spectrum, surface, training


@dataclass(frozen=True)
class Workload:
    """One row's worth of work that several programs do."""

    run: Callable  # (peer, mode, options) -> dictionary
    unit: str
    modes: dict  # peer -> modes
    tolerance: float  # Relative, between checks of different programs.


CURVLINOPS_ONLY = {"curvlinops": products.MODES["curvlinops"]}

# Single precision errs by up to 6e-6 in these scalars; a random start leaves the largest eigenvalue less
# exact, and the loss of a trained network after one more step amplifies rounding.
WORKLOADS = {
    "hessian-product": Workload(products.run, products.UNIT, products.MODES, 1e-4),
    "gauss-newton-product": Workload(
        partial(products.run, gauss_newton=True), products.UNIT, CURVLINOPS_ONLY, 1e-4
    ),
    "spectral-density": Workload(spectrum.run, spectrum.UNIT, spectrum.MODES, 1e-2),
    "evaluation": Workload(evaluation.run, evaluation.UNIT, evaluation.MODES, 1e-4),
    "evaluation-bf16": Workload(
        partial(evaluation.run, bfloat16=True), evaluation.UNIT, evaluation.MODES_BFLOAT16, 3e-2
    ),
    "training-step": Workload(training.run, training.UNIT, training.MODES, 1e-3),
    "training-step-bf16": Workload(
        partial(training.run, bfloat16=True), training.UNIT, training.MODES_BFLOAT16, 1e-1
    ),
    "surface": Workload(surface.run, surface.UNIT, surface.MODES, 1e-4),
    # Ours is interpolated; the checks are then no closer than its stated errors.
    "surface-budget": Workload(surface.run, surface.UNIT, surface.MODES, 3e-2),
}
