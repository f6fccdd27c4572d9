// SPDX-License-Identifier: Apache-2.0
#ifndef THALWEG_COPENBLAS_SHIM_H
#define THALWEG_COPENBLAS_SHIM_H

#include <cblas.h>
#include <stddef.h>

// OpenBLAS contains LAPACK under its Fortran names; its C headers leave those out. Fortran passes everything by
// address and the length of each character argument at the end.

extern void dsyevd_(
    const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w, double *work,
    const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info, size_t, size_t);
extern void dstevd_(
    const char *jobz, const blasint *n, double *d, double *e, double *z, const blasint *ldz, double *work,
    const blasint *lwork, blasint *iwork, const blasint *liwork, blasint *info, size_t);
extern void dgeqrf_(
    const blasint *m, const blasint *n, double *a, const blasint *lda, double *tau, double *work,
    const blasint *lwork, blasint *info);
extern void dorgqr_(
    const blasint *m, const blasint *n, const blasint *k, double *a, const blasint *lda, const double *tau,
    double *work, const blasint *lwork, blasint *info);
extern void dpotrf_(const char *uplo, const blasint *n, double *a, const blasint *lda, blasint *info, size_t);
extern void dpotrs_(
    const char *uplo, const blasint *n, const blasint *nrhs, const double *a, const blasint *lda, double *b,
    const blasint *ldb, blasint *info, size_t);
extern void dgesdd_(
    const char *jobz, const blasint *m, const blasint *n, double *a, const blasint *lda, double *s, double *u,
    const blasint *ldu, double *vt, const blasint *ldvt, double *work, const blasint *lwork, blasint *iwork,
    blasint *info, size_t);

/// Eigenvalues (`jobz` 'N') and eigenvectors ('V', over `a`) of a symmetric matrix given by its lower triangle.
static inline blasint shim_dsyevd(
    char jobz, blasint n, double *a, double *w, double *work, blasint lwork, blasint *iwork, blasint liwork) {
  blasint info = 0;
  dsyevd_(&jobz, "L", &n, a, &n, w, work, &lwork, iwork, &liwork, &info, 1, 1);
  return info;
}

/// Eigenvalues (over `d`) and eigenvectors of a symmetric tridiagonal matrix; `e` is overwritten.
static inline blasint shim_dstevd(
    char jobz, blasint n, double *d, double *e, double *z, double *work, blasint lwork, blasint *iwork,
    blasint liwork) {
  blasint info = 0;
  dstevd_(&jobz, &n, d, e, z, &n, work, &lwork, iwork, &liwork, &info, 1);
  return info;
}

/// The factor L of A = L Lᵀ over the lower triangle of `a`; `info` > 0 where A is not positive definite.
static inline blasint shim_dpotrf(blasint n, double *a) {
  blasint info = 0;
  dpotrf_("L", &n, a, &n, &info, 1);
  return info;
}

/// Solves L Lᵀ X = B, over `b`.
static inline blasint shim_dpotrs(blasint n, blasint nrhs, const double *a, double *b) {
  blasint info = 0;
  dpotrs_("L", &n, &nrhs, a, &n, b, &n, &info, 1);
  return info;
}

/// Householder factors of an m by n matrix.
static inline blasint shim_dgeqrf(
    blasint m, blasint n, double *a, double *tau, double *work, blasint lwork) {
  blasint info = 0;
  dgeqrf_(&m, &n, a, &m, tau, work, &lwork, &info);
  return info;
}

/// The first n columns of the product of `n` Householder factors.
static inline blasint shim_dorgqr(
    blasint m, blasint n, double *a, const double *tau, double *work, blasint lwork) {
  blasint info = 0;
  dorgqr_(&m, &n, &n, a, &m, tau, work, &lwork, &info);
  return info;
}

/// Thin singular value decomposition (`jobz` 'S') or singular values only ('N').
static inline blasint shim_dgesdd(
    char jobz, blasint m, blasint n, double *a, double *s, double *u, double *vt, double *work, blasint lwork,
    blasint *iwork) {
  blasint info = 0, k = m < n ? m : n;
  dgesdd_(&jobz, &m, &n, a, &m, s, u, &m, vt, &k, work, &lwork, iwork, &info, 1);
  return info;
}

#endif
