#include "winograd.h"

// The adjoint of tw_winograd in its filters: with w at the points of G w Gᵀ, results were Aᵀ (Σ G w Gᵀ ⊙ Bᵀ d B) A, so
// the gradient of w is Gᵀ (Σ Bᵀ d B ⊙ A dy Aᵀ) G, the sum now over tiles. It is formed once, when all tiles are summed.

size_t tw_winograd_gradient_scratch_bytes(int in_channels, int out_channels) {
  return (size_t)TW_MOST_GROUPS * (blocks_of(in_channels) + blocks_of(out_channels)) * TW_ALL_POINTS * sizeof(float);
}

// A d of two pixels to every `stride`-th entry of e.
#define TW_RESULT_POINTS(d0, d1, e, stride) \
  do {                                      \
    (e)[0] = (d0);                          \
    (e)[stride] = (d0) + (d1);              \
    (e)[2 * (stride)] = (d0) - (d1);        \
    (e)[3 * (stride)] = -(d1);              \
  } while (0)

// A d Aᵀ of up to TW_GROUP tiles of the results' gradient in one block of channels of each one's image.
TW_INLINE void transform_results(const tw_winograd_shape *s, const float *dy, int out_blocks, int block,
                                 const tile_place *places, int count, float *u) {
  int height = s->out_height, width = s->out_width;
  for (int t = 0; t < count; ++t, u += 16) {
    int top = places[t].top, left = places[t].left;
    const float *from = dy + ((((size_t)places[t].row * out_blocks + block) * height + top) * width + left) * 16;
    const float *below = from + (size_t)width * 16;
    bool has_right = left + 1 < width, has_below = top + 1 < height;
    v16 zero = {0}, columns[8], points[4];
    TW_RESULT_POINTS(load16_f32(from), has_below ? load16_f32(below) : zero, columns, 2);
    TW_RESULT_POINTS(has_right ? load16_f32(from + 16) : zero,
                     has_right && has_below ? load16_f32(below + 16) : zero, columns + 1, 2);
    for (int i = 0; i < 4; ++i) {
      TW_RESULT_POINTS(columns[2 * i], columns[2 * i + 1], points, 1);
      for (int j = 0; j < 4; ++j) store16_f32(u + (4 * i + j) * TW_POINT, points[j]);
    }
  }
}

// sums += Σ v u over the tiles of all groups, at one point: `channels` of a block of images (a constant) by `blocks` blocks
// of results (a constant); together sixteen registers. From zero, and added to what is there at the end: long sums stay
// as exact as short ones.
TW_INLINE void accumulate_groups(const float *v, size_t v_group, const float *u, size_t u_group, int groups, int channels,
                                 int blocks, float *sums) {
  v16 partial[16];
  for (int i = 0; i < 16; ++i) partial[i] = (v16){0};
  for (int g = 0; g < groups; ++g, v += v_group, u += u_group) {
#pragma clang loop unroll_count(2)
    for (int t = 0; t < TW_GROUP; ++t) {
      for (int o = 0; o < blocks; ++o) {
        v16 factor = load16_f32(u + o * TW_ALL_POINTS + 16 * t);
        for (int c = 0; c < channels; ++c) partial[o * channels + c] += factor * v[16 * t + c];
      }
    }
  }
  for (int o = 0; o < blocks; ++o, sums += 256) {
    for (int c = 0; c < channels; ++c) {
      store16_f32(sums + 16 * c, load16_f32(sums + 16 * c) + partial[o * channels + c]);
    }
  }
}

// The same for all channels of a block of images and all of results.
TW_INLINE void accumulate_block(const float *v, size_t v_group, const float *u, size_t u_group, int groups, int out_blocks,
                                float *sums) {
  int o = 0;
  // Two blocks of results share the reading of images.
  for (; o + 1 < out_blocks; o += 2, u += 2 * TW_ALL_POINTS, sums += 512) {
    accumulate_groups(v, v_group, u, u_group, groups, 8, 2, sums);
    accumulate_groups(v + 8, v_group, u, u_group, groups, 8, 2, sums + 128);
  }
  if (o < out_blocks) accumulate_groups(v, v_group, u, u_group, groups, 16, 1, sums);
}

TW_KERNEL void tw_winograd_gradient(const tw_winograd_shape *s, const float *x, const float *dy, float *sums,
                                    float *scratch) {
  int in_blocks = blocks_of(s->in_channels), out_blocks = blocks_of(s->out_channels);
  size_t v_group = (size_t)in_blocks * TW_ALL_POINTS, u_group = (size_t)out_blocks * TW_ALL_POINTS;
  float *v = scratch, *u = scratch + TW_MOST_GROUPS * v_group;
  tile_place places[TW_GROUP * TW_MOST_GROUPS], next = {0, 0, 0};
  int64_t left = count_tiles(s);
  while (left > 0) {
    int count = left < TW_GROUP * TW_MOST_GROUPS ? (int)left : TW_GROUP * TW_MOST_GROUPS;
    int groups = (count + TW_GROUP - 1) / TW_GROUP;
    left -= count;
    take_places(s, &next, places, count);
    for (int g = 0; g < groups; ++g) {
      int size = count - g * TW_GROUP < TW_GROUP ? count - g * TW_GROUP : TW_GROUP;
      float *v_of_group = v + g * v_group, *u_of_group = u + g * u_group;
      if (size < TW_GROUP) {
        // Zeros on both sides, as 0 · ∞ is not 0.
        memset(v_of_group, 0, v_group * sizeof(float));
        memset(u_of_group, 0, u_group * sizeof(float));
      }
      for (int b = 0; b < in_blocks; ++b) {
        transform_group(s, x, in_blocks, b, places + g * TW_GROUP, size, v_of_group + b * TW_ALL_POINTS);
      }
      for (int o = 0; o < out_blocks; ++o) {
        transform_results(s, dy, out_blocks, o, places + g * TW_GROUP, size, u_of_group + o * TW_ALL_POINTS);
      }
    }
    float *to = sums;
    for (int p = 0; p < TW_POINTS; ++p) {
      for (int b = 0; b < in_blocks; ++b, to += 256 * out_blocks) {
        accumulate_block(v + b * TW_ALL_POINTS + p * TW_POINT, v_group, u + p * TW_POINT, u_group, groups, out_blocks, to);
      }
    }
  }
}

// Gᵀ m of four points to every `stride`-th entry of g: the adjoint of TW_FILTER_POINTS.
#define TW_TAPS(m0, m1, m2, m3, g, stride)      \
  do {                                          \
    v16 tw_half = 0.5f * ((m1) + (m2));         \
    (g)[0] = (m0) + tw_half;                    \
    (g)[stride] = 0.5f * ((m1) - (m2));         \
    (g)[2 * (stride)] = tw_half + (m3);         \
  } while (0)

TW_KERNEL void tw_winograd_gradient_finish(const float *sums, float *gradient, int in_channels, int out_channels) {
  int in_blocks = blocks_of(in_channels), out_blocks = blocks_of(out_channels);
  size_t point = (size_t)in_blocks * out_blocks * 256;
  for (int c = 0; c < in_channels; ++c) {
    for (int block = 0; block < out_blocks; ++block) {
      const float *m = sums + ((size_t)(c / 16) * out_blocks + block) * 256 + c % 16 * 16;
      v16 columns[12], taps[9];
      for (int j = 0; j < 4; ++j, m += point) {
        TW_TAPS(load16_f32(m), load16_f32(m + 4 * point), load16_f32(m + 8 * point), load16_f32(m + 12 * point),
                columns + j, 4);
      }
      for (int i = 0; i < 3; ++i) {
        const v16 *row = columns + 4 * i;
        TW_TAPS(row[0], row[1], row[2], row[3], taps + 3 * i, 1);
      }
      for (int k = 0; k < 9; ++k) {
        float lanes[16];
        store16_f32(lanes, taps[k]);
        for (int l = 0; l < 16 && 16 * block + l < out_channels; ++l) {
          gradient[((size_t)(16 * block + l) * in_channels + c) * 9 + k] = lanes[l];
        }
      }
    }
  }
}
