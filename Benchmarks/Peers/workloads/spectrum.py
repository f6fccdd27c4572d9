"""Spectral density of the Hessian: one random start, 30 Lanczos steps, 1,024 training images."""

import time

import torch
import torch.nn.functional as F

from timing import seconds
from workloads import products

STEPS = 30
UNIT = "s per density"
# Each tool in its mode of `hessian-product` that was fastest; the driver names it.
MODES = {"pyhessian": ["best"], "landscaper": ["best"], "curvlinops": ["best"]}


def symmetric_eig(matrix, eigenvectors=True):
    """What `torch.eig` returned, for a symmetric matrix: PyHessian 0.1 calls it, PyTorch has removed it."""
    values, vectors = torch.linalg.eigh(matrix)
    return torch.stack([values, torch.zeros_like(values)], 1), vectors


def pyhessian_density(network, data, keeps, steps):
    """PyHessian with `torch.eig` put back. It makes each vector orthogonal to all before it."""
    import pyhessian

    torch.eig = symmetric_eig
    source = {"data": data[0]} if keeps else {"dataloader": data}
    tool = pyhessian.hessian(network, F.cross_entropy, cuda=False, **source)
    return lambda: tool.density(iter=steps, n_v=1)[0][0]


def landscaper_density(network, data, keeps, steps):
    """Landscaper; the same algorithm as PyHessian's."""
    hessian = products.landscaper_hessian()
    tool = hessian.PyHessian(network, F.cross_entropy, data, "cpu", try_cache=keeps)
    return lambda: [value.real for value in tool.density(iter=steps, n_v=1)[0][0]]


def curvlinops_density(network, data, keeps, steps):
    """curvlinops, whose Lanczos steps don't make the vectors orthogonal again.

    The ends of its spectrum are given, as its own estimate of them would cost many more products.
    """
    from curvlinops.papyan2020traces import spectrum

    operator = products.curvlinops_operator(network, data, "HessianLinearOperator")

    def density():
        nodes = spectrum.fast_lanczos(operator, steps)
        ends = (float(nodes[0].min()), float(nodes[0].max()))
        spectrum.lanczos_approximate_spectrum_from_iter(nodes, ends, num_points=1024, kappa=3.0, margin=0.05)
        return nodes[0].tolist()

    return density


MAKERS = {"pyhessian": pyhessian_density, "landscaper": landscaper_density, "curvlinops": curvlinops_density}


def run(peer, mode, options):
    """Times one density, as its 30 products settle the time; two steps on 128 images warm up."""
    make = MAKERS[peer]
    network, data, keeps = products.set_up(mode, options)
    torch.manual_seed(0)
    make(network, [(x[:128], y[:128]) for x, y in data[:1]], False, 2)()
    values = []
    start = time.perf_counter()
    density = make(network, data, keeps, options.steps or STEPS)
    setup = time.perf_counter() - start
    elapsed = seconds(lambda: values.extend(density()))
    return {
        "seconds": elapsed + setup,  # One density is one call: nothing else shares what was set up.
        "setup_seconds": setup,
        "repetitions": 1,
        "checks": {"largest_ritz": float(max(values))},
    }
