"""Prints five steps of torch.optim.SGD on a quadratic in single precision, for StochasticGradientDescentTests.swift.

Written with PyTorch 2.15.0 (CPU). Loss ½ (x − c)ᵀ A (x − c), A = [[3, 1], [1, 2]], c = (1, −2), start (0.5, 0.25), rate 0.1.
"""
import torch

cases = {
  "plain": dict(),
  "decay": dict(weight_decay=0.01),
  "momentum": dict(momentum=0.9),
  "momentumDecay": dict(momentum=0.9, weight_decay=0.01),
  "nesterov": dict(momentum=0.9, nesterov=True, weight_decay=5e-4),
  "dampening": dict(momentum=0.9, dampening=0.5),
}
matrix = torch.tensor([[3.0, 1.0], [1.0, 2.0]])
centre = torch.tensor([1.0, -2.0])
for name, options in cases.items():
  x = torch.nn.Parameter(torch.tensor([0.5, 0.25]))
  optimiser = torch.optim.SGD([x], lr=0.1, **options)
  rows = []
  for _ in range(5):
    optimiser.zero_grad()
    loss = 0.5 * (x - centre) @ matrix @ (x - centre)
    loss.backward()
    optimiser.step()
    rows.append([format(float(value.detach()), ".9g") for value in x])
  print(name, rows)
