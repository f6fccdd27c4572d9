#include "simd.h"

void tw_cross_entropy(const float *logits, const int32_t *labels, float *loss, float *correct, int rows, int classes) {
  for (int r = 0; r < rows; ++r) {
    const float *z = logits + (size_t)r * classes;
    int best = 0;
    for (int k = 1; k < classes; ++k) {
      if (z[k] > z[best]) best = k;
    }
    int32_t label = labels[r];
    bool known = label >= 0 && label < classes;
    if (loss != NULL) {
      double total = 0;
      for (int k = 0; k < classes; ++k) total += exp((double)z[k] - (double)z[best]);
      loss[r] = (float)(log(total) - (known ? (double)z[label] - (double)z[best] : 0));
    }
    if (correct != NULL) correct[r] = best == label ? 1 : 0;
  }
}

void tw_cross_entropy_gradient(const float *logits, const int32_t *labels, const float *weights, float *gradient,
                               int rows, int classes) {
  for (int r = 0; r < rows; ++r) {
    const float *z = logits + (size_t)r * classes;
    float *g = gradient + (size_t)r * classes;
    float largest = z[0];
    for (int k = 1; k < classes; ++k) {
      if (z[k] > largest) largest = z[k];
    }
    double total = 0;
    for (int k = 0; k < classes; ++k) total += exp((double)z[k] - (double)largest);
    for (int k = 0; k < classes; ++k) {
      double p = exp((double)z[k] - (double)largest) / total;
      // 1 - p loses digits where the example is fitted well; the sum of the others does not.
      if (k == labels[r]) {
        double others = 0;
        for (int j = 0; j < classes; ++j) {
          if (j != k) others += exp((double)z[j] - (double)largest);
        }
        p = -others / total;
      }
      g[k] = (float)(p * (double)weights[r]);
    }
  }
}

TW_KERNEL void tw_accumulate(const float *x, float *total, size_t count) {
  for (size_t i = 0; i < count; ++i) total[i] += x[i];
}

TW_KERNEL void tw_add_row(const float *x, const float *bias, float *y, int rows, int columns, bool relu) {
  for (int r = 0; r < rows; ++r) {
    const float *from = x + (size_t)r * columns;
    float *to = y + (size_t)r * columns;
    for (int c = 0; c < columns; ++c) {
      float value = from[c] + bias[c];
      to[c] = relu && value < 0 ? 0 : value;
    }
  }
}

TW_KERNEL void tw_round_to_bf16(const float *x, float *y, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    v16 v = load16_f32(x + i);
    v16w bits = (v16w)v;
    v16w rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000u;
    v16w nan = (v16w)(v != v);
    store16_f32(y + i, (v16)((bits & nan) | (rounded & ~nan)));
  }
  for (; i < count; ++i) {
    tw_bf16 half;
    store1_bf16(&half, x[i]);
    y[i] = load1_bf16(&half);
  }
}

TW_KERNEL double tw_fma_loop(int64_t iterations, float *sink) {
  v16 a0 = {0}, a1 = {0}, a2 = {0}, a3 = {0}, a4 = {0}, a5 = {0}, a6 = {0}, a7 = {0}, a8 = {0}, a9 = {0};
  v16 factor = (v16){0} + 0.999999f, addend = (v16){0} + 1e-6f;
  for (int64_t i = 0; i < iterations; ++i) {
    a0 = a0 * factor + addend;
    a1 = a1 * factor + addend;
    a2 = a2 * factor + addend;
    a3 = a3 * factor + addend;
    a4 = a4 * factor + addend;
    a5 = a5 * factor + addend;
    a6 = a6 * factor + addend;
    a7 = a7 * factor + addend;
    a8 = a8 * factor + addend;
    a9 = a9 * factor + addend;
  }
  v16 total = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9;
  for (int l = 0; l < 16; ++l) *sink += total[l];
  return 2.0 * 16.0 * 10.0 * (double)iterations;
}
