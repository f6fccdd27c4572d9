"""Mean loss and number correct over test images in memory, under running statistics."""

import contextlib
import time

import torch
import torch.nn.functional as F

from cifar import batches, load_images
from network import load_network
from timing import shortest

COUNT = 10_000
UNIT = "s per 10,000 images"
# 125 and 250 divide 10,000, as compiled and traced networks are for one batch size.
MODES = {
    "torch": [
        "eager-128", "eager-256", "eager-1000",
        "channels_last-50", "channels_last-128", "channels_last-256", "channels_last-1000",
        "frozen-50", "frozen-125", "frozen-1000",
        "onednn_graph-125",
        "compiled-125", "compiled_frozen-125", "compiled_frozen-1000",
    ]
}
MODES_BFLOAT16 = {"torch": ["eager-250", "channels_last-250", "frozen-250", "compiled_frozen-250"]}
# Without the format in the processor a pass would take minutes: as many images, scaled up, make the row.
COUNT_WITHOUT_HARDWARE = 1000


def has_native_bfloat16():
    """Whether this processor multiplies bfloat16 itself."""
    with open("/proc/cpuinfo") as file:
        flags = file.read()
    return "avx512_bf16" in flags or "amx_bf16" in flags


def prepare(network, style, example):
    """The network as `style` runs it. `example` is one batch, laid out as all will be."""
    if style in ("channels_last", "compiled_frozen"):
        network = network.to(memory_format=torch.channels_last)
    if style == "compiled":
        return torch.compile(network)
    if style == "compiled_frozen":
        # Weights become constants: batch norm folds into convolutions, whose weights are packed once.
        return torch.compile(network, options={"freezing": True})
    if style in ("frozen", "onednn_graph"):
        if style == "onednn_graph":
            torch.jit.enable_onednn_fusion(True)
        # The older of two autocasts in traces has to be off for the newer to reach them.
        torch._C._jit_set_autocast_mode(False)
        frozen = torch.jit.freeze(torch.jit.trace(network, example, check_trace=False))
        return frozen if style == "onednn_graph" else torch.jit.optimize_for_inference(frozen)
    return network


def run(peer, mode, options, bfloat16=False):
    """Times passes over all images; `setup_seconds` is tracing or compiling and the first batch."""
    style, size = mode.split("-")
    network = load_network(options.checkpoint)
    native = not bfloat16 or has_native_bfloat16()
    count = options.images or (COUNT if native else COUNT_WITHOUT_HARDWARE)
    images, labels = load_images(options.data, "test_batch.bin", count)
    is_channels_last = style in ("channels_last", "compiled_frozen")
    layout = torch.channels_last if is_channels_last else torch.contiguous_format
    data = [(x.contiguous(memory_format=layout), y) for x, y in batches(images, labels, int(size))]
    precision = torch.autocast("cpu", torch.bfloat16) if bfloat16 else contextlib.nullcontext()
    totals = {}
    with torch.no_grad(), precision:
        start = time.perf_counter()
        network = prepare(network, style, data[0][0])
        for _ in range(3):  # A traced network is optimised in its first calls.
            network(data[0][0])
        setup = time.perf_counter() - start

        def evaluate():
            loss, correct = 0.0, 0
            for x, y in data:
                logits = network(x).float()
                loss += float(F.cross_entropy(logits, y, reduction="sum"))
                correct += int((logits.argmax(1) == y).sum())
            totals.update(loss=loss / count, correct=correct)

        best, repetitions = shortest(evaluate, options.budget)
    suffix = "" if count == COUNT else f"_of_{count}"
    return {
        "seconds": best * COUNT / count,
        "setup_seconds": setup,
        "repetitions": repetitions,
        "images": count,
        "checks": {name + suffix: value for name, value in totals.items()},
    }
