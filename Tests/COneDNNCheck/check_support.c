#include "check_support.h"

enum { guard_bytes = 256, guard_byte = 0xA5 };

buffer buffer_make(size_t bytes) {
  buffer it;
  it.bytes = bytes;
  it.data = aligned_alloc(64, (bytes + guard_bytes + 63) / 64 * 64);
  if (it.data == NULL) abort();
  memset(it.data, 0xFF, bytes);
  memset(it.data + bytes, guard_byte, guard_bytes);
  return it;
}

void buffer_free(buffer *it, const char *name) {
  bool whole = true;
  for (int i = 0; i < guard_bytes; ++i) whole = whole && it->data[it->bytes + (size_t)i] == guard_byte;
  CHECK(whole, "something wrote behind the %s", name);
  free(it->data);
  it->data = NULL;
}

float next_number(void) {
  static uint32_t state = 12345;
  state = state * 1664525u + 1013904223u;
  return (float)((int)(state >> 24) - 128) / 128.0f;
}

float *numbers_make(int64_t count) {
  float *values = malloc(sizeof(float) * (size_t)count);
  if (values == NULL) abort();
  for (int64_t i = 0; i < count; ++i) values[i] = next_number();
  return values;
}

float element(const buffer *it, shim_type type, int64_t index) {
  float value;
  if (type == SHIM_F32) {
    memcpy(&value, it->data + 4 * index, 4);
    return value;
  }
  uint16_t half;
  memcpy(&half, it->data + 2 * index, 2);
  uint32_t bits = (uint32_t)half << 16;
  memcpy(&value, &bits, 4);
  return value;
}

void set_element(buffer *it, shim_type type, int64_t index, float value) {
  if (type == SHIM_F32) {
    memcpy(it->data + 4 * index, &value, 4);
    return;
  }
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint16_t half = (uint16_t)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);  // To nearest, ties to even.
  memcpy(it->data + 2 * index, &half, 2);
}

static int64_t stored_channels(int64_t channels, shim_layout layout) {
  return layout == SHIM_NCHW16C ? (channels + 15) / 16 * 16 : channels;
}

int64_t plain_count(tensor_shape s) { return s.n * s.c * s.h * s.w; }

int64_t stored_count(tensor_shape s, shim_layout layout) {
  return s.n * stored_channels(s.c, layout) * s.h * s.w;
}

int64_t plain_index(tensor_shape s, int64_t n, int64_t c, int64_t h, int64_t w) {
  return ((n * s.c + c) * s.h + h) * s.w + w;
}

int64_t stored_index(tensor_shape s, shim_layout layout, int64_t n, int64_t c, int64_t h, int64_t w) {
  if (layout == SHIM_NCHW) return plain_index(s, n, c, h, w);
  int64_t blocks = stored_channels(s.c, layout) / 16;
  return (((n * blocks + c / 16) * s.h + h) * s.w + w) * 16 + c % 16;
}

void store(const float *plain, tensor_shape s, shim_type type, shim_layout layout, buffer *out) {
  for (int64_t i = 0; i < stored_count(s, layout); ++i) set_element(out, type, i, 0);
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t c = 0; c < s.c; ++c)
      for (int64_t h = 0; h < s.h; ++h)
        for (int64_t w = 0; w < s.w; ++w)
          set_element(out, type, stored_index(s, layout, n, c, h, w), plain[plain_index(s, n, c, h, w)]);
}

bool load(const buffer *from, tensor_shape s, shim_type type, shim_layout layout, float *plain) {
  bool padding_is_zero = true;
  for (int64_t n = 0; n < s.n; ++n)
    for (int64_t c = 0; c < stored_channels(s.c, layout); ++c)
      for (int64_t h = 0; h < s.h; ++h)
        for (int64_t w = 0; w < s.w; ++w) {
          float value = element(from, type, stored_index(s, layout, n, c, h, w));
          if (c < s.c) {
            plain[plain_index(s, n, c, h, w)] = value;
          } else {
            padding_is_zero = padding_is_zero && value == 0;
          }
        }
  return padding_is_zero;
}

double bound(int64_t terms, double magnitude, double value, shim_type result_type) {
  double summing = 2 * (double)(terms + 2) * ldexp(1, -24) * magnitude;
  return result_type == SHIM_BF16 ? summing + ldexp(1, -8) * fabs(value) : summing;
}

void copy_weights(const shim_primitive *primitive, bool from_plain, void *source, void *destination) {
  shim_reorder reorder;
  int status = shim_weights_reorder_create(engine, primitive, from_plain, &reorder);
  CHECK(status == SHIM_SUCCESS, "a weights reorder is created: %s", shim_status_name(status));
  status = shim_reorder_run(&reorder, stream, source, destination);
  CHECK(status == SHIM_SUCCESS, "a weights reorder runs: %s", shim_status_name(status));
  shim_reorder_destroy(&reorder);
}
