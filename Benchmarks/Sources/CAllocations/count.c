#define _GNU_SOURCE
#include "CAllocations.h"
#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static _Atomic int64_t all, library;
static uintptr_t ranges[8][2];
static int range_count = -1;

static int note(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size;
  (void)data;
  if (strstr(info->dlpi_name, "libdnnl") == NULL && strstr(info->dlpi_name, "libstdc++") == NULL) return 0;
  uintptr_t low = UINTPTR_MAX, high = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    if (info->dlpi_phdr[i].p_type != PT_LOAD) continue;
    uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
    if (start < low) low = start;
    if (start + info->dlpi_phdr[i].p_memsz > high) high = start + info->dlpi_phdr[i].p_memsz;
  }
  if (range_count < 8) {
    ranges[range_count][0] = low;
    ranges[range_count][1] = high;
    range_count += 1;
  }
  return 0;
}

static void count(void *caller) {
  atomic_fetch_add_explicit(&all, 1, memory_order_relaxed);
  for (int i = 0; i < range_count; ++i) {
    if ((uintptr_t)caller >= ranges[i][0] && (uintptr_t)caller < ranges[i][1]) {
      atomic_fetch_add_explicit(&library, 1, memory_order_relaxed);
      return;
    }
  }
}

int64_t bench_allocations(void) {
  if (range_count < 0) {
    range_count = 0;
    dl_iterate_phdr(note, NULL);
  }
  return atomic_load_explicit(&all, memory_order_relaxed);
}

int64_t bench_library_allocations(void) { return atomic_load_explicit(&library, memory_order_relaxed); }

void *malloc(size_t size) {
  count(__builtin_return_address(0));
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count(__builtin_return_address(0));
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  count(__builtin_return_address(0));
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  count(__builtin_return_address(0));
  *result = __libc_memalign(alignment, size);
  return *result == NULL ? 12 : 0;
}
