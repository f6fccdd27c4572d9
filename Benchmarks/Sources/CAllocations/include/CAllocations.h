/// Counts calls of malloc and its relatives in the whole process, by standing in front of the C library's.
#ifndef BENCH_ALLOCATIONS_H
#define BENCH_ALLOCATIONS_H

#include <stdint.h>

/// Allocations so far, by anybody.
int64_t bench_allocations(void);
/// Allocations so far whose caller is oneDNN or the C++ runtime on its behalf.
int64_t bench_library_allocations(void);

#endif
