# SPDX-License-Identifier: Apache-2.0
"""Writes ../TorchFixtures.swift: small files of torch.save as base64.

Made with Python 3.11 and PyTorch 2.3.1: `python make_fixtures.py > ../TorchFixtures.swift`.
Keys of storages in the old form are addresses, so two runs differ in a few bytes.
"""
import base64
import collections
import io
import zipfile

import torch


def state(prefix=""):
    base = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    entries = [
        ("plain", base),
        ("transposed", base.t()),
        ("row", base[1]),
        ("parameter", torch.nn.Parameter(torch.tensor([0.5, -0.25]))),
        ("half", torch.tensor([1.5, -2.0, 65504.0], dtype=torch.float16)),
        ("brain", torch.tensor([1.5, -3.0], dtype=torch.bfloat16)),
        ("double", torch.tensor([[0.1]], dtype=torch.float64)),
        ("tracked", torch.tensor(7)),
        ("flags", torch.tensor([True, False, True])),
        ("bytes", torch.tensor([0, 255], dtype=torch.uint8)),
        ("empty", torch.zeros(0, 4)),
    ]
    return collections.OrderedDict((prefix + name, value) for name, value in entries)


def saved(thing, **options):
    buffer = io.BytesIO()
    torch.save(thing, buffer, **options)
    return buffer.getvalue()


def deflated(data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


linear = torch.nn.Linear(2, 1)
with torch.no_grad():
    linear.weight.copy_(torch.tensor([[2.0, 3.0]]))
    linear.bias.fill_(-1.0)
optimizer = torch.optim.SGD(linear.parameters(), lr=0.1, momentum=0.9)
linear(torch.ones(1, 2)).sum().backward()
optimizer.step()
nested = {"epoch": 3, "best": 91.5, "arch": "toy", "model": state("module."), "optimizer": optimizer.state_dict()}

fixtures = {
    "oldProtocol2": saved(nested, _use_new_zipfile_serialization=False),
    "oldProtocol4": saved({"state_dict": state()}, _use_new_zipfile_serialization=False, pickle_protocol=4),
    "zip": saved(nested),
    "zipDeflated": deflated(saved(state())),
    "zipModule": saved(torch.nn.Linear(1, 1)),
}

print("// Made by Fixtures/make_fixtures.py with PyTorch 2.3.1; not edited by hand.")
print("import Foundation\n")
print("/// Small files that torch.save wrote.")
print("enum TorchFixtures {")
for name, data in fixtures.items():
    text = base64.b64encode(data).decode()
    print(f"  static let {name} = decode(\n    \"\"\"")
    for start in range(0, len(text), 100):
        print("    " + text[start : start + 100])
    print('    """)\n')
print("  private static func decode(_ text: String) -> [UInt8] {")
print("    Data(base64Encoded: text, options: .ignoreUnknownCharacters).map { Array($0) } ?? []")
print("  }\n}")
