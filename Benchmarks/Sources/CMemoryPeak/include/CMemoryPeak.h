/// Measures the memory that the whole process holds, by standing in front of the C library's allocations.
#ifndef FUZZ_MEMORY_PEAK_H
#define FUZZ_MEMORY_PEAK_H

#include <stddef.h>
#include <stdint.h>

/// Begins a measurement.
void memory_begin(void);
/// The most bytes that were held since `memory_begin`, beyond those held then.
int64_t memory_peak(void);
/// Numbers that a child shares with its parent, zero at first; NULL when the system refuses.
volatile int64_t *memory_shared(size_t count);
/// `memory_shared`'s descriptor, which a child inherits.
int memory_shared_descriptor(void);
/// The numbers that a parent shares through `descriptor`; NULL when the system refuses.
volatile int64_t *memory_attach(int descriptor, size_t count);

#endif
