"""Hessian and Gauss-Newton products of the mean loss over training images, under running statistics."""

import importlib.util
import sys
import time
import types

import torch
import torch.nn.functional as F

from cifar import batches, load_images
from network import directions, inner, load_network
from timing import shortest

COUNT = 1024
UNIT = "s per product"
# `kept` holds the gradient's graph from product to product, `batch` builds it for each; then the batch size.
MODES = {
    "torch": ["kept-1024", "kept-128", "batch-128"],
    "pyhessian": ["kept-1024", "batch-128"],
    "landscaper": ["kept-1024", "kept-128", "batch-128"],
    "curvlinops": ["batch-1024", "batch-128"],
}


def landscaper_hessian():
    """`landscaper.hessian` without `landscaper/__init__.py`, which imports plotting libraries."""
    if "landscaper" not in sys.modules:
        package = types.ModuleType("landscaper")
        package.__path__ = importlib.util.find_spec("landscaper").submodule_search_locations
        sys.modules["landscaper"] = package
    import landscaper.hessian

    return landscaper.hessian


def torch_product(network, data, keeps):
    """Double backward: the gradient with its graph, then the gradient of its product with the direction."""
    parameters = list(network.parameters())
    count = sum(len(y) for _, y in data)

    def gradient(x, y):
        loss = F.cross_entropy(network(x), y) * (len(y) / count)
        return torch.autograd.grad(loss, parameters, create_graph=True)

    kept = [gradient(x, y) for x, y in data] if keeps else None

    def product(v):
        total = [torch.zeros_like(p) for p in parameters]
        for g in kept or (gradient(x, y) for x, y in data):
            parts = torch.autograd.grad(g, parameters, grad_outputs=v, retain_graph=keeps)
            for sum_, part in zip(total, parts):
                sum_.add_(part)
        return total

    return product


def pyhessian_product(network, data, keeps):
    """PyHessian given one batch, whose gradient's graph it keeps, or a loader."""
    import pyhessian
    from pyhessian.utils import hessian_vector_product

    if keeps:
        tool = pyhessian.hessian(network, F.cross_entropy, data=data[0], cuda=False)
        return lambda v: hessian_vector_product(tool.gradsH, tool.params, v)
    tool = pyhessian.hessian(network, F.cross_entropy, dataloader=data, cuda=False)
    return lambda v: tool.dataloader_hv_product(v)[1]


def landscaper_product(network, data, keeps):
    """Landscaper; `try_cache` is its own option for keeping the graphs."""
    tool = landscaper_hessian().PyHessian(network, F.cross_entropy, data, "cpu", try_cache=keeps)
    return lambda v: tool.hv_product(v)[1]


def curvlinops_operator(network, data, name):
    """An operator of curvlinops; its check that products are deterministic would only cost set-up time."""
    import curvlinops

    loss = torch.nn.CrossEntropyLoss()
    parameters = [p for p in network.parameters()]
    return getattr(curvlinops, name)(network, loss, parameters, data, check_deterministic=False)


def make_product(peer, network, data, keeps, gauss_newton):
    """A function from a direction (list of tensors) to the matrix's product with it."""
    if peer == "curvlinops":
        name = "GGNLinearOperator" if gauss_newton else "HessianLinearOperator"
        operator = curvlinops_operator(network, data, name)
        return lambda v: operator @ v
    makers = {"torch": torch_product, "pyhessian": pyhessian_product, "landscaper": landscaper_product}
    return makers[peer](network, data, keeps)


def set_up(mode, options):
    """The network and its training data in the batches that `mode` asks for."""
    storage, size = mode.split("-")
    network = load_network(options.checkpoint)
    images, labels = load_images(options.data, "data_batch_1.bin", options.images or COUNT)
    return network, batches(images, labels, int(size)), storage == "kept"


def run(peer, mode, options, gauss_newton=False):
    """Times products at one point; what a tool keeps between them is made in `setup_seconds`."""
    network, data, keeps = set_up(mode, options)
    d, e = directions(network)
    start = time.perf_counter()
    product = make_product(peer, network, data, keeps, gauss_newton)
    setup = time.perf_counter() - start
    result = []
    best, repetitions = shortest(lambda: result.__setitem__(slice(None), product(d)), options.budget)
    letter = "G" if gauss_newton else "H"
    return {
        "seconds": best,
        "setup_seconds": setup,
        "repetitions": repetitions,
        "checks": {
            f"d_{letter}_d": inner(result, d),
            f"e_{letter}_d": inner(result, e),
            f"norm_{letter}d": inner(result, result) ** 0.5,
        },
    }
