"""Prints OptimiserReferences.swift: eight steps of PyTorch's optimisers on a quadratic in double precision.

  python reference_optimisers.py > OptimiserReferences.swift

Written with PyTorch 2.15.0 (CPU). Loss ½ (x − c)ᵀ A (x − c), A = [[3, 1], [1, 2]],
c = (1, −2), start (0.5, 0.25). The methods with two stages put their combined direction in the place of the gradient.
"""
import torch

O = torch.optim
CASES = [
  # name as text, class, rate, options, node of the two stages, bound of the norm, bound of the values
  ("rmsprop()", O.RMSprop, 0.1, dict(alpha=0.9, eps=1e-8)),
  ("rmsprop(smoothing: 0.99, epsilon: 0.01, decay: 0.01)", O.RMSprop, 0.05,
    dict(alpha=0.99, eps=0.01, weight_decay=0.01)),
  ("rmsprop(momentum: 0.9)", O.RMSprop, 0.02, dict(alpha=0.9, eps=1e-8, momentum=0.9)),
  ("rmsprop(centred: true, smoothing: 0.8)", O.RMSprop, 0.05, dict(alpha=0.8, eps=1e-8, centered=True)),
  ("rmsprop(centred: true, momentum: 0.5, decay: 0.1)", O.RMSprop, 0.02,
    dict(alpha=0.9, eps=1e-8, centered=True, momentum=0.5, weight_decay=0.1)),
  ("adagrad()", O.Adagrad, 0.5, dict()),
  ("adagrad(epsilon: 0.1, initial: 0.5, decay: 0.01)", O.Adagrad, 0.5,
    dict(eps=0.1, initial_accumulator_value=0.5, weight_decay=0.01)),
  ("adadelta()", O.Adadelta, 1.0, dict()),
  ("adadelta(smoothing: 0.5, epsilon: 0.01, decay: 0.1)", O.Adadelta, 2.0,
    dict(rho=0.5, eps=0.01, weight_decay=0.1)),
  ("adam()", O.Adam, 0.1, dict()),
  ("adam(beta1: 0.5, beta2: 0.9, epsilon: 0.01, decay: 0.1)", O.Adam, 0.2,
    dict(betas=(0.5, 0.9), eps=0.01, weight_decay=0.1)),
  ("adam(beta1: 0.3, beta2: 0.6, amsgrad: true)", O.Adam, 0.5, dict(betas=(0.3, 0.6), amsgrad=True)),
  ("adamw()", O.AdamW, 0.1, dict()),
  ("adamw(beta1: 0.3, beta2: 0.6, amsgrad: true, decay: 0.3)", O.AdamW, 0.5,
    dict(betas=(0.3, 0.6), amsgrad=True, weight_decay=0.3)),
  ("rk2()", O.SGD, 0.3, dict(), 2 / 3),
  ("rk2(sgd(momentum: 0.9, nesterov: true, decay: 0.01), c: 0.5)", O.SGD, 0.1,
    dict(momentum=0.9, nesterov=True, weight_decay=0.01), 0.5),
  ("rk2(adam())", O.Adam, 0.1, dict(), 2 / 3),
  ("rk2(adam(beta1: 0.5, amsgrad: true), c: 1)", O.Adam, 0.3, dict(betas=(0.5, 0.999), amsgrad=True), 1),
  ("clip(sgd(momentum: 0.9, decay: 0.1), norm: 1)", O.SGD, 0.1,
    dict(momentum=0.9, weight_decay=0.1), None, 1.0),
  ("clip(adam(), value: 0.5)", O.Adam, 0.1, dict(), None, None, 0.5),
]

MATRIX = torch.tensor([[3.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
CENTRE = torch.tensor([1.0, -2.0], dtype=torch.float64)


def gradient(x):
  return MATRIX @ (x - CENTRE)


def path(kind, rate, options, node=None, norm=None, value=None):
  x = torch.nn.Parameter(torch.tensor([0.5, 0.25], dtype=torch.float64))
  optimiser = kind([x], lr=rate, **options)
  rows = []
  for _ in range(8):
    with torch.no_grad():
      g = gradient(x)
      if node is not None:
        second = gradient(x - node * rate * g)
        g = (1 - 1 / (2 * node)) * g + second / (2 * node)
    x.grad = g.clone()
    if norm is not None:  # clip_grad_norm_ adds 1e-6 to the norm, so its arithmetic is written out.
      x.grad *= min(1.0, norm / float(x.grad.norm()))
    if value is not None:
      torch.nn.utils.clip_grad_value_([x], value)
    optimiser.step()
    rows.append([repr(float(v.detach())) for v in x])
  return rows


print("// Written by reference_optimisers.py; not to be edited.\n")
print("/// The points after each of eight steps in double precision, by PyTorch 2.15.0.")
print("let optimiserReferences = [")
for text, kind, rate, options, *rest in CASES:
  print("  OptimiserReference(")
  print(f'    text: "{text}", rate: {rate},')
  print("    path: [")
  rows = [f"[{', '.join(row)}]" for row in path(kind, rate, options, *rest)]
  for i in range(0, 8, 2):
    print(f"      {rows[i]}, {rows[i + 1]},")
  print("    ]),")
print("]")
