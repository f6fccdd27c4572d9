#define _GNU_SOURCE
#include "CMemoryPeak.h"
#include <malloc.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static _Atomic int64_t held, peak, start;
static int shared_descriptor = -1;

static void *gained(void *memory) {
  if (memory == NULL) return NULL;
  int64_t now = atomic_fetch_add_explicit(&held, (int64_t)malloc_usable_size(memory), memory_order_relaxed) +
                (int64_t)malloc_usable_size(memory);
  int64_t most = atomic_load_explicit(&peak, memory_order_relaxed);
  while (now > most &&
         !atomic_compare_exchange_weak_explicit(&peak, &most, now, memory_order_relaxed, memory_order_relaxed)) {
  }
  return memory;
}

static void lost(void *memory) {
  if (memory != NULL) {
    atomic_fetch_sub_explicit(&held, (int64_t)malloc_usable_size(memory), memory_order_relaxed);
  }
}

void memory_begin(void) {
  int64_t now = atomic_load(&held);
  atomic_store(&start, now);
  atomic_store(&peak, now);
}

int64_t memory_peak(void) { return atomic_load(&peak) - atomic_load(&start); }

volatile int64_t *memory_attach(int descriptor, size_t count) {
  void *memory = mmap(NULL, count * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

volatile int64_t *memory_shared(size_t count) {
  shared_descriptor = memfd_create("fuzz", 0);
  if (shared_descriptor < 0 || ftruncate(shared_descriptor, (off_t)(count * sizeof(int64_t))) != 0) return NULL;
  return memory_attach(shared_descriptor, count);
}

int memory_shared_descriptor(void) { return shared_descriptor; }

void *malloc(size_t size) { return gained(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) { return gained(__libc_calloc(number, size)); }

void *realloc(void *old, size_t size) {
  // A request that is refused leaves the old memory as it is.
  int64_t before = old == NULL ? 0 : (int64_t)malloc_usable_size(old);
  void *memory = __libc_realloc(old, size);
  if (memory != NULL || size == 0) atomic_fetch_sub_explicit(&held, before, memory_order_relaxed);
  return gained(memory);
}

void free(void *memory) {
  lost(memory);
  __libc_free(memory);
}

void *aligned_alloc(size_t alignment, size_t size) { return gained(__libc_memalign(alignment, size)); }

void *memalign(size_t alignment, size_t size) { return gained(__libc_memalign(alignment, size)); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  *result = gained(__libc_memalign(alignment, size));
  return *result == NULL ? 12 : 0;
}
