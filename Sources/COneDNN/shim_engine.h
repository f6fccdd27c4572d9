// Status codes, the library's version, threads, the engine and streams.

#ifndef THALWEG_SHIM_ENGINE_H
#define THALWEG_SHIM_ENGINE_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <dnnl.h>
#include <dnnl_debug.h>
#include <dnnl_version.h>

// Marks what serves only the functions of these headers: C sees it, Swift does not.
#if defined(__clang__)
#define SHIM_PRIVATE                                                                                        \
  __attribute__((availability(swift, unavailable, message = "internal to the shim"))) static inline
#else
#define SHIM_PRIVATE static inline
#endif

/// What a function answers, as `int`. The values are oneDNN's, the same in versions 2 and 3; other values of
/// oneDNN may appear too.
typedef enum shim_status {
  SHIM_SUCCESS = 0,
  SHIM_OUT_OF_MEMORY = 1,
  SHIM_INVALID_ARGUMENTS = 2,
  /// The library has no implementation of this combination on this processor.
  SHIM_UNIMPLEMENTED = 3,
  SHIM_RUNTIME_ERROR = 5
} shim_status;

/// The name of a status, such as "out_of_memory". The string lives for ever.
static inline const char *shim_status_name(int status) {
  return dnnl_status2str((dnnl_status_t)status);
}

/// The major version of the library that is loaded.
static inline int shim_version_major(void) { return dnnl_version()->major; }

/// The minor version of the library that is loaded.
static inline int shim_version_minor(void) { return dnnl_version()->minor; }

/// The patch version of the library that is loaded.
static inline int shim_version_patch(void) { return dnnl_version()->patch; }

/// Whether this processor multiplies bf16 numbers itself. Without, the library widens them to f32 on the way,
/// which works but is slower than f32.
static inline bool shim_has_native_bf16(void) {
  // Instruction sets are sets of bits, so the sets above AVX-512 BF16 contain it.
  unsigned effective = (unsigned)dnnl_get_effective_cpu_isa();
  unsigned needed = (unsigned)dnnl_cpu_isa_avx512_core_bf16;
  return (effective & needed) == needed;
}

/// Sets how many threads the library uses for primitives created on, and run from, the calling thread.
///
/// The setting belongs to the calling thread and holds until it is set again. It is made in the OpenMP
/// run-time library that oneDNN brought along, found by name: a oneDNN built without OpenMP has none.
///
/// - Parameter count: At least 1.
/// - Returns: Whether there was an OpenMP library to set it in.
static inline bool shim_use_threads(int count) {
  void *process = dlopen(NULL, RTLD_LAZY);
  if (process == NULL) return false;
  void (*set_threads)(int) = NULL;
  // POSIX promises that a function's address fits into a void *; ISO C forbids the plain cast.
  *(void **)&set_threads = dlsym(process, "omp_set_num_threads");
  if (set_threads != NULL) set_threads(count);
  dlclose(process);
  return set_threads != NULL;
}

/// Makes the library single-threaded for the calling thread. See `shim_use_threads`.
static inline bool shim_use_one_thread(void) { return shim_use_threads(1); }

/// The processor as the library sees it. One is enough for a process.
typedef struct shim_engine {
  void *engine;
} shim_engine;

/// Creates an engine for the processor.
static inline int shim_engine_create(shim_engine *out) {
  dnnl_engine_t engine = NULL;
  int status = dnnl_engine_create(&engine, dnnl_cpu, 0);
  out->engine = engine;
  return status;
}

/// Destroys an engine. What was created with it keeps working.
static inline void shim_engine_destroy(shim_engine *it) {
  if (it->engine != NULL) dnnl_engine_destroy((dnnl_engine_t)it->engine);
  it->engine = NULL;
}

/// A queue of work that is carried out in order. One per worker thread.
typedef struct shim_stream {
  void *stream;
} shim_stream;

/// Creates a stream on an engine.
static inline int shim_stream_create(shim_engine engine, shim_stream *out) {
  dnnl_stream_t stream = NULL;
  int status = dnnl_stream_create(&stream, (dnnl_engine_t)engine.engine, dnnl_stream_in_order);
  out->stream = stream;
  return status;
}

/// Destroys a stream.
static inline void shim_stream_destroy(shim_stream *it) {
  if (it->stream != NULL) dnnl_stream_destroy((dnnl_stream_t)it->stream);
  it->stream = NULL;
}

#endif
