"""Makes the files that the tests of Exchange read: run it in this folder with numpy and h5py installed.

The files in the repository were made with numpy 2.4.6 and h5py 3.16.0 (HDF5 2.0.0) on little-endian x86-64.
The .h5 files are laid out as loss-landscape's plot_surface.py does: arrays of shape (nx, ny) whose flat index is
y * nx + x, -1 where nothing was measured.
"""
import h5py
import numpy as np

xs = np.linspace(-1, 1, 4)
ys = np.array([-0.5, 0.1, 2.0])
nx, ny = len(xs), len(ys)


def fill(value):
    """As plot_surface.py fills its arrays: coordinates by meshgrid, results by flat index."""
    result = -np.ones(shape=(nx, ny))
    mesh_x, mesh_y = np.meshgrid(xs, ys)
    for k in range(nx * ny):
        result.ravel()[k] = value(mesh_x.ravel()[k], mesh_y.ravel()[k])
    return result


def loss(x, y):
    return 1 + x / 3 + 10 * y * y


loss_plane = fill(loss)
loss_plane.ravel()[5] = -1
loss_plane.ravel()[6] = np.nan
accuracy_plane = fill(lambda x, y: 100 / (1 + loss(x, y)))
accuracy_plane.ravel()[5] = -1

for name, version in [("crunch.h5", None), ("crunch-latest.h5", "latest")]:
    with h5py.File(name, "w", libver=version) as f:
        f["dir_file"] = "directions.h5"
        f["xcoordinates"] = xs
        f["ycoordinates"] = ys
        f["train_loss"] = loss_plane
        f["train_acc"] = accuracy_plane

with h5py.File("line.h5", "w") as f:
    f["xcoordinates"] = xs.astype("<f4")
    f["test_loss"] = np.arange(nx, dtype=">i4")

with h5py.File("chunked.h5", "w") as f:
    f["xcoordinates"] = xs
    f.create_dataset("train_loss", data=np.arange(nx) * 1.0, chunks=(2,), compression="gzip")

y, x = np.meshgrid(ys, xs, indexing="ij")
plane = loss(x, y)
plane[1, 1] = np.nan
np.savez("plane.npz", xs=xs, ys=ys, loss=plane, sharpness=x - y)
np.savez_compressed("descending.npz", xs=xs[::-1], ys=ys, loss=np.asfortranarray(plane[:, ::-1]))
