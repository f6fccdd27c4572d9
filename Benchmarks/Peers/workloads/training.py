"""Training steps: batch 128, batch statistics, SGD with momentum, crops and flips on tensors in memory."""

import contextlib
import time

import torch
import torch.nn.functional as F

from cifar import load_images
from network import load_network
from timing import shortest
from workloads.evaluation import has_native_bfloat16

BATCH = 128
POOL = 10_000
STEPS = 10  # In one repetition.
STEPS_WITHOUT_HARDWARE = 2  # Of bfloat16, on a processor without it.
UNIT = "s per step"
MODES = {"torch": ["eager", "eager-fused", "channels_last-fused", "compiled"]}
MODES_BFLOAT16 = {"torch": ["eager", "compiled"]}


def augmented(images, rows):
    """Images `rows` of `images` (already padded by 4), each cropped at a random place and flipped or not."""
    count = len(rows)
    offset = torch.arange(32)
    top = torch.randint(9, (count, 1)) + offset  # [count, 32]
    left = torch.randint(9, (count, 1)) + torch.where(torch.rand(count, 1) < 0.5, 31 - offset, offset)
    channel = torch.arange(3).reshape(1, 3, 1, 1)
    return images[rows.reshape(-1, 1, 1, 1), channel, top[:, None, :, None], left[:, None, None, :]]


def run(peer, mode, options, bfloat16=False):
    """Times steps from the checkpoint; before that, the losses of one batch around one step are checked."""
    style, _, optimiser_kind = mode.partition("-")
    network = load_network(options.checkpoint).train()
    layout = torch.channels_last if "channels_last" in style else torch.contiguous_format
    network = network.to(memory_format=layout)
    fused = {"fused": True} if optimiser_kind == "fused" or style.startswith("compiled") else {}
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, **fused)
    images, labels = load_images(options.data, "data_batch_1.bin", POOL)
    padded = F.pad(images, (4, 4, 4, 4))
    forward = torch.compile(network) if style.startswith("compiled") else network

    def step(x, y):
        optimiser.zero_grad(set_to_none=True)
        precision = torch.autocast("cpu", torch.bfloat16) if bfloat16 else contextlib.nullcontext()
        with precision:
            loss = F.cross_entropy(forward(x.contiguous(memory_format=layout)), y)
        loss.backward()
        optimiser.step()
        return float(loss.detach())

    start = time.perf_counter()
    first = (images[:BATCH], labels[:BATCH])
    checks = {"loss_first": step(*first), "loss_second": step(*first)}
    setup = time.perf_counter() - start

    count = STEPS_WITHOUT_HARDWARE if bfloat16 and not has_native_bfloat16() else STEPS

    def steps():
        for _ in range(count):
            rows = torch.randint(POOL, (BATCH,))
            step(augmented(padded, rows), labels[rows])

    best, repetitions = shortest(steps, options.budget)
    return {"seconds": best / count, "setup_seconds": setup, "repetitions": repetitions, "checks": checks}
