"""CIFAR-10 as normalised float tensors in memory."""

import os

import numpy
import torch

MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
RECORD = 1 + 3 * 32 * 32  # A label byte, then red, green and blue rows.


def load_images(folder, file, count):
    """The first `count` records of `file`: images [count, 3, 32, 32], labels [count]. Random if absent."""
    path = os.path.join(folder or "", file)
    if not os.path.exists(path):
        generator = torch.Generator().manual_seed(0)
        images = torch.randn(count, 3, 32, 32, generator=generator)
        return images, torch.randint(10, (count,), generator=generator)
    bytes_ = numpy.fromfile(path, numpy.uint8, count * RECORD).reshape(-1, RECORD)
    pixels = torch.from_numpy(bytes_[:, 1:].reshape(-1, 3, 32, 32).copy())
    images = pixels.float().div_(255).sub_(MEAN).div_(DEVIATION)
    return images, torch.from_numpy(bytes_[:, 0].astype(numpy.int64))


def batches(images, labels, size):
    """The data cut into batches of `size`, in order; the last may be smaller."""
    return list(zip(images.split(size), labels.split(size)))
