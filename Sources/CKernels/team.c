#define _GNU_SOURCE
#include "CKernels.h"
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Waiting is short spinning (a stage lasts about a millisecond), then sleeping: a core that somebody else uses is not
// burnt, and an idle team costs nothing.
enum { TW_SPINS = 4000 };

struct tw_team {
  int workers;
  pthread_t *threads;
  _Atomic uint32_t generation;  // Raised to start a run.
  _Atomic uint32_t phase;       // Raised when a barrier opens.
  _Atomic int arrived;
  _Atomic bool stops;
  tw_body body;
  void *context;
};

typedef struct {
  tw_team *team;
  int worker;
} tw_seat;

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

static void wait_while(_Atomic uint32_t *word, uint32_t old) {
  for (int i = 0; i < TW_SPINS; ++i) {
    if (atomic_load_explicit(word, memory_order_acquire) != old) return;
    relax();
  }
  while (atomic_load_explicit(word, memory_order_acquire) == old) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
  }
}

static void raise_word(_Atomic uint32_t *word) {
  atomic_fetch_add_explicit(word, 1, memory_order_release);
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void tw_team_barrier(tw_team *team, tw_body last, void *context, int worker) {
  uint32_t phase = atomic_load_explicit(&team->phase, memory_order_acquire);
  if (atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel) == team->workers - 1) {
    if (last != NULL) last(context, worker);
    atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
    raise_word(&team->phase);
  } else {
    wait_while(&team->phase, phase);
  }
}

static void *work(void *argument) {
  tw_seat seat = *(tw_seat *)argument;
  free(argument);
  uint32_t seen = 0;
  while (true) {
    wait_while(&seat.team->generation, seen);
    seen += 1;
    if (atomic_load_explicit(&seat.team->stops, memory_order_acquire)) return NULL;
    seat.team->body(seat.team->context, seat.worker);
    tw_team_barrier(seat.team, NULL, NULL, seat.worker);
  }
}

tw_team *tw_team_create(int workers) {
  tw_team *team = calloc(1, sizeof *team);
  if (team == NULL) return NULL;
  team->workers = 1;
  team->threads = calloc((size_t)workers, sizeof *team->threads);
  for (int i = 1; i < workers && team->threads != NULL; ++i) {
    tw_seat *seat = malloc(sizeof *seat);
    if (seat == NULL) break;
    *seat = (tw_seat){team, i};
    if (pthread_create(&team->threads[i], NULL, work, seat) != 0) {
      free(seat);
      break;
    }
    team->workers = i + 1;
  }
  if (team->threads == NULL || team->workers != workers) {
    tw_team_destroy(team);
    return NULL;
  }
  return team;
}

void tw_team_destroy(tw_team *team) {
  if (team == NULL) return;
  atomic_store_explicit(&team->stops, true, memory_order_release);
  raise_word(&team->generation);
  for (int i = 1; i < team->workers; ++i) pthread_join(team->threads[i], NULL);
  free(team->threads);
  free(team);
}

void tw_team_run(tw_team *team, tw_body body, void *context) {
  team->body = body;
  team->context = context;
  if (team->workers > 1) raise_word(&team->generation);
  body(context, 0);
  tw_team_barrier(team, NULL, NULL, 0);
}

struct tw_counter {
  _Atomic int64_t value;
};

tw_counter *tw_counter_create(void) { return calloc(1, sizeof(tw_counter)); }
void tw_counter_destroy(tw_counter *counter) { free(counter); }
void tw_counter_reset(tw_counter *counter) { atomic_store_explicit(&counter->value, 0, memory_order_release); }
int64_t tw_counter_next(tw_counter *counter) {
  return atomic_fetch_add_explicit(&counter->value, 1, memory_order_acq_rel);
}

void *tw_memory_create(size_t bytes) {
  if (bytes == 0) bytes = 64;
  void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  if (bytes >= (size_t)4 << 20) madvise(memory, bytes, MADV_HUGEPAGE);
  return memory;
}

void tw_memory_destroy(void *memory, size_t bytes) {
  if (memory != NULL) munmap(memory, bytes == 0 ? 64 : bytes);
}
