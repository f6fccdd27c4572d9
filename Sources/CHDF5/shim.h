// SPDX-License-Identifier: Apache-2.0
#ifndef THALWEG_CHDF5_SHIM_H
#define THALWEG_CHDF5_SHIM_H

#include <hdf5.h>
#include <stdint.h>

// The library's constants are macros that Swift cannot read, hence these few functions. Identifiers are negative on
// failure, as in the library.

/// Loads the library and keeps it from printing its errors.
static inline int shim_hdf5_begin(void) {
  return H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0 ? -1 : 0;
}

/// A new file in memory, which never reaches the disk.
static inline hid_t shim_hdf5_create_file(void) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return -1;
  hid_t file = -1;
  if (H5Pset_fapl_core(access, 1 << 20, 0) >= 0) file = H5Fcreate("memory", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  return file;
}

/// A new group.
static inline hid_t shim_hdf5_create_group(hid_t parent, const char *name) {
  return H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
}

/// A new data set of little-endian doubles in one piece, without the time of its making.
static inline int shim_hdf5_write_doubles(
    hid_t parent, const char *name, int rank, const uint64_t *extents, const double *values) {
  hsize_t dimensions[2] = {1, 1};
  if (rank < 1 || rank > 2) return -1;
  for (int i = 0; i < rank; ++i) dimensions[i] = extents[i];
  hid_t space = H5Screate_simple(rank, dimensions, NULL);
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  hid_t set = -1;
  int status = -1;
  if (space >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, 0) >= 0) {
    set = H5Dcreate2(parent, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  }
  if (set >= 0) {
    status = H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0 ? -1 : 0;
    H5Dclose(set);
  }
  if (creation >= 0) H5Pclose(creation);
  if (space >= 0) H5Sclose(space);
  return status;
}

/// The file's length in bytes after everything is written, or a negative number.
static inline int64_t shim_hdf5_image_size(hid_t file) {
  return H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 ? -1 : (int64_t)H5Fget_file_image(file, NULL, 0);
}

/// Copies the file's `count` bytes.
static inline int64_t shim_hdf5_image(hid_t file, void *bytes, size_t count) {
  return (int64_t)H5Fget_file_image(file, bytes, count);
}

#endif
