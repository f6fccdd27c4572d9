"""A 21x21 plane of the loss on 2,000 test images, filter-normalised directions, running statistics."""

import copy
import time

import torch
import torch.nn.functional as F

from cifar import batches, load_images
from network import directions, filter_normalised, load_network
from timing import seconds
from workloads.evaluation import prepare

COUNT = 2000
SIDE = 21
UNIT = "s per surface"
MODES = {
    "torch": ["eager-250", "channels_last-250", "channels_last-50", "compiled-250"],
    "loss-landscapes": ["documented"],
}


def torch_surface(mode, options):
    """A plain loop that sets the weights and evaluates; nine points, -1, 0 or 1 each way, stand for all."""
    style, size = mode.split("-")
    network = load_network(options.checkpoint)
    images, labels = load_images(options.data, "test_batch.bin", options.images or COUNT)
    layout = torch.channels_last if style == "channels_last" else torch.contiguous_format
    data = [(x.contiguous(memory_format=layout), y) for x, y in batches(images, labels, int(size))]
    a, b = (filter_normalised(network, direction) for direction in directions(network))
    centre = [p.detach().clone() for p in network.parameters()]
    losses = []
    with torch.no_grad():
        start = time.perf_counter()
        forward = prepare(network, style, data[0][0])

        def evaluate(alpha, beta):
            for p, c, x, y in zip(network.parameters(), centre, a, b):
                p.copy_(c + alpha * x + beta * y)
            total = sum(float(F.cross_entropy(forward(x), y, reduction="sum")) for x, y in data)
            return total / len(labels)

        evaluate(0.0, 0.0)
        setup = time.perf_counter() - start
        points = [(alpha, beta) for alpha in (-1.0, 0.0, 1.0) for beta in (-1.0, 0.0, 1.0)]
        elapsed = seconds(lambda: losses.extend(evaluate(*point) for point in points))
    return {
        "seconds": elapsed / len(points) * SIDE * SIDE,
        "setup_seconds": setup,
        "repetitions": 1,
        "points": len(points),
        "checks": {"loss_centre": losses[4], "mean_loss_of_9": sum(losses) / len(losses)},
    }


def loss_landscapes_surface(options):
    """The package as its documentation uses it: one batch of all images, directions of its own.

    A plane of one point is timed apart, as making the directions costs much, once a surface.
    """
    import loss_landscapes
    from loss_landscapes.metrics import Loss

    network = load_network(options.checkpoint)
    images, labels = load_images(options.data, "test_batch.bin", options.images or COUNT)
    metric = Loss(F.cross_entropy, images, labels)
    start = time.perf_counter()
    centre = loss_landscapes.point(copy.deepcopy(network), metric)
    setup = time.perf_counter() - start

    def plane(side):
        loss_landscapes.random_plane(network, metric, steps=side, normalization="filter", deepcopy_model=True)

    one = seconds(lambda: plane(1))
    nine = seconds(lambda: plane(3))
    return {
        "seconds": one + (nine - one) / 8 * (SIDE * SIDE - 1),
        "setup_seconds": setup,
        "repetitions": 1,
        "points": 10,
        "checks": {"loss_centre": float(centre)},
    }


def run(peer, mode, options):
    """Times a few points and scales them to the whole surface."""
    return loss_landscapes_surface(options) if peer == "loss-landscapes" else torch_surface(mode, options)
