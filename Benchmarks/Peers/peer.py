"""`peer.py WORKLOAD PEER MODE`: one measurement in a process of its own, printed as one line of JSON."""

import argparse
import contextlib
import json
import os
import sys
import warnings

import torch

from timing import peak_megabytes
from workloads import WORKLOADS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("peer")
    parser.add_argument("mode")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", help="folder of CIFAR-10 in its binary version")
    parser.add_argument("--checkpoint", help="ResNet-20 as torch.save wrote it")
    parser.add_argument("--budget", type=float, default=10, help="seconds of repetitions")
    parser.add_argument("--images", type=int, help="other than the workload's number, for trying things out")
    parser.add_argument("--steps", type=int, help="Lanczos steps other than 30, for trying things out")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    warnings.filterwarnings("ignore")
    before = peak_megabytes()
    # Tools print progress; standard output is for the result.
    with contextlib.redirect_stdout(sys.stderr):
        result = WORKLOADS[options.workload].run(options.peer, options.mode, options)
    found = [bool(path) and os.path.exists(path) for path in (options.data, options.checkpoint)]
    result |= {
        "megabytes": peak_megabytes(),
        "megabytes_before": before,  # The interpreter and PyTorch by themselves.
        "data": "cifar-10" if all(found) else "random",
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
