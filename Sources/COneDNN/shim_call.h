// Running a primitive on memory.

#ifndef THALWEG_SHIM_CALL_H
#define THALWEG_SHIM_CALL_H

#include "shim_primitive.h"

// A primitive with one memory object per argument, and where each argument's pointer stands among those that
// a run is given.
typedef struct shim_call_state {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t arguments[5];
  void *bound[5];
  int slots[5];
  int count;
} shim_call_state;

SHIM_PRIVATE void shim_call_state_destroy(shim_call_state *it) {
  if (it == NULL) return;
  for (int i = 0; i < it->count; ++i) dnnl_memory_destroy(it->arguments[i].memory);
  if (it->primitive != NULL) dnnl_primitive_destroy(it->primitive);
  free(it);
}

// A state without arguments that shares ownership of a primitive. NULL where memory is lacking.
SHIM_PRIVATE shim_call_state *shim_call_state_create(const shim_primitive *primitive) {
  shim_call_state *it = (shim_call_state *)calloc(1, sizeof(shim_call_state));
  if (it == NULL) return NULL;
  // The description makes the same primitive again from the library's cache, so a call may outlive the
  // primitive that it was made for.
  const_dnnl_primitive_desc_t description = (const_dnnl_primitive_desc_t)primitive->description;
  if (dnnl_primitive_create(&it->primitive, description) != dnnl_success) {
    free(it);
    return NULL;
  }
  return it;
}

SHIM_PRIVATE int shim_call_state_append(
  shim_call_state *it, shim_engine engine, int argument, int slot, shim_descriptor_reference descriptor
) {
  if (descriptor == NULL || dnnl_memory_desc_get_size(descriptor) == 0) return SHIM_SUCCESS;
  dnnl_memory_t memory = NULL;
  int status = dnnl_memory_create(&memory, descriptor, (dnnl_engine_t)engine.engine, DNNL_MEMORY_NONE);
  if (status != SHIM_SUCCESS) return status;
  it->arguments[it->count].arg = argument;
  it->arguments[it->count].memory = memory;
  it->slots[it->count] = slot;
  it->count += 1;
  return SHIM_SUCCESS;
}

SHIM_PRIVATE int shim_call_state_run(shim_call_state *it, shim_stream stream, void *const *pointers) {
  for (int i = 0; i < it->count; ++i) {
    void *pointer = pointers[it->slots[i]];
    if (pointer == NULL) return SHIM_INVALID_ARGUMENTS;
    // Version 2 writes zeros to the padding of whatever it is handed, each time: skip what is in place.
    if (pointer == it->bound[i]) continue;
    int status = dnnl_memory_set_data_handle(it->arguments[i].memory, pointer);
    it->bound[i] = status == SHIM_SUCCESS ? pointer : NULL;
    if (status != SHIM_SUCCESS) return status;
  }
  dnnl_stream_t queue = (dnnl_stream_t)stream.stream;
  int status = dnnl_primitive_execute(it->primitive, queue, it->count, it->arguments);
  return status == SHIM_SUCCESS ? (int)dnnl_stream_wait(queue) : status;
}

/// A primitive that is ready to run on one thread at a time.
typedef struct shim_call {
  void *state;
} shim_call;

/// Prepares a primitive to run. Make one per worker thread.
static inline int shim_call_create(shim_engine engine, const shim_primitive *primitive, shim_call *out) {
  out->state = NULL;
  if (primitive->description == NULL) return SHIM_INVALID_ARGUMENTS;
  shim_call_state *it = shim_call_state_create(primitive);
  if (it == NULL) return SHIM_OUT_OF_MEMORY;
  int status = SHIM_SUCCESS;
  const shim_operand operands[4] = {SHIM_SOURCE, SHIM_WEIGHTS, SHIM_BIAS, SHIM_DESTINATION};
  for (int i = 0; i < 4 && status == SHIM_SUCCESS; ++i) {
    status = shim_call_state_append(
      it, engine, shim_argument(primitive->direction, operands[i]), (int)operands[i],
      shim_primitive_operand(primitive, operands[i]));
  }
  if (status == SHIM_SUCCESS) {
    status = shim_call_state_append(
      it, engine, DNNL_ARG_SCRATCHPAD, 4, shim_primitive_query(primitive, dnnl_query_scratchpad_md, 0));
  }
  if (status == SHIM_SUCCESS) {
    out->state = it;
  } else {
    shim_call_state_destroy(it);
  }
  return status;
}

/// Destroys a call.
static inline void shim_call_destroy(shim_call *it) {
  shim_call_state_destroy((shim_call_state *)it->state);
  it->state = NULL;
}

/// Runs a primitive and returns when it is done. Allocates nothing here; pass the same pointers again and
/// nothing is looked up either.
///
/// With version 2 of the library, a pointer that differs from the last run's has the padding of its tensor
/// set to zero, inputs included: it must be writable.
///
/// - Parameters:
///   - source, weights, bias, destination: The operands, `shim_operand_bytes` each. NULL for those that the
///     primitive does not have; with NULL for one that it has the answer is `SHIM_INVALID_ARGUMENTS`.
///   - scratchpad: `scratchpad_bytes` of working memory that no other call uses meanwhile. Its contents
///     matter neither before nor after.
static inline int shim_call_run(
  const shim_call *it, shim_stream stream, void *source, void *weights, void *bias, void *destination,
  void *scratchpad
) {
  if (it->state == NULL) return SHIM_INVALID_ARGUMENTS;
  void *const pointers[5] = {source, weights, bias, destination, scratchpad};
  return shim_call_state_run((shim_call_state *)it->state, stream, pointers);
}

#endif
