#include "winograd.h"

// Where many channels make the filters outgrow the cache, each is read once for this many groups.
static int groups_at_once(int in_blocks) {
  int groups = in_blocks / 4;
  return groups < 1 ? 1 : groups > TW_MOST_GROUPS ? TW_MOST_GROUPS : groups;
}

bool tw_winograd_pays(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

size_t tw_winograd_filter_bytes(int in_channels, int out_channels) {
  return (size_t)blocks_of(in_channels) * blocks_of(out_channels) * TW_POINTS * 256 * sizeof(float);
}

size_t tw_winograd_scratch_bytes(int in_channels) {
  int blocks = blocks_of(in_channels);
  return (size_t)groups_at_once(blocks) * (blocks + 2) * TW_ALL_POINTS * sizeof(float);
}

// G g of three taps: their polynomial at 0, 1, -1 and infinity.
#define TW_FILTER_POINTS(g0, g1, g2, to, stride)     \
  do {                                               \
    v16 tw_even = 0.5f * ((g0) + (g2)), tw_odd = 0.5f * (g1); \
    (to)[0] = (g0);                                  \
    (to)[stride] = tw_even + tw_odd;                 \
    (to)[2 * (stride)] = tw_even - tw_odd;           \
    (to)[3 * (stride)] = (g2);                       \
  } while (0)

TW_KERNEL void tw_winograd_pack(const float *filters, float *packed, int in_channels, int out_channels, bool adjoint) {
  int in_padded = 16 * blocks_of(in_channels);
  for (int block = 0; block < blocks_of(out_channels); ++block) {
    int width = out_channels - 16 * block < 16 ? out_channels - 16 * block : 16;
    for (int c = 0; c < in_padded; ++c) {
      float lanes[9][16] = {{0}};
      for (int l = 0; l < width && c < in_channels; ++l) {
        int o = 16 * block + l;
        const float *taps = filters + 9 * (adjoint ? (size_t)c * out_channels + o : (size_t)o * in_channels + c);
        for (int k = 0; k < 9; ++k) lanes[k][l] = taps[adjoint ? 8 - k : k];
      }
      v16 columns[12], points[TW_POINTS];
      for (int j = 0; j < 3; ++j) {
        TW_FILTER_POINTS(load16_f32(lanes[j]), load16_f32(lanes[3 + j]), load16_f32(lanes[6 + j]), columns + j, 3);
      }
      for (int i = 0; i < 4; ++i) {
        TW_FILTER_POINTS(columns[3 * i], columns[3 * i + 1], columns[3 * i + 2], points + 4 * i, 1);
      }
      for (int p = 0; p < TW_POINTS; ++p) {
        store16_f32(packed + (((size_t)block * TW_POINTS + p) * in_padded + c) * 16, points[p]);
      }
    }
  }
}

// Two sums over channels for each tile of a group: at one point in two blocks of results, or at two points in one. The
// second finds its factors `next_v` (a constant) and `next_u` later and goes `next_m` later. One at a time would not
// keep the multipliers busy.
TW_INLINE void multiply_group(const float *v, size_t next_v, const float *u, size_t next_u, int in_blocks, float *m,
                              size_t next_m) {
  v16 sums[2][TW_GROUP];
  for (int o = 0; o < 2; ++o) {
    for (int t = 0; t < TW_GROUP; ++t) sums[o][t] = (v16){0};
  }
  for (int b = 0; b < in_blocks; ++b, v += TW_ALL_POINTS, u += 256) {
#pragma clang loop unroll_count(4)
    for (int c = 0; c < 16; ++c) {
      v16 first = load16_f32(u + c * 16), second = load16_f32(u + next_u + c * 16);
      for (int t = 0; t < TW_GROUP; ++t) {
        sums[0][t] += first * v[16 * t + c];
        sums[1][t] += second * v[next_v + 16 * t + c];
      }
    }
  }
  for (int o = 0; o < 2; ++o) {
    for (int t = 0; t < TW_GROUP; ++t) store16_f32(m + o * next_m + 16 * t, sums[o][t]);
  }
}

// Aᵀ m A of one tile: 2 × 2 results, of which those beyond the image are dropped.
TW_INLINE void finish_tile(const float *m, float *plane, int height, int width, int top, int left) {
  v16 e[8];
  for (int j = 0; j < 4; ++j) {
    v16 first = load16_f32(m + j * TW_POINT), plus = load16_f32(m + (4 + j) * TW_POINT);
    v16 minus = load16_f32(m + (8 + j) * TW_POINT), last = load16_f32(m + (12 + j) * TW_POINT);
    e[j] = first + plus + minus;
    e[4 + j] = plus - minus - last;
  }
  for (int i = 0; i < 2 && top + i < height; ++i) {
    const v16 *f = e + 4 * i;
    float *to = plane + ((size_t)(top + i) * width + left) * 16;
    store16_f32(to, f[0] + f[1] + f[2]);
    if (left + 1 < width) store16_f32(to + 16, f[1] - f[2] - f[3]);
  }
}

TW_KERNEL void tw_winograd(const tw_winograd_shape *s, const float *x, const float *packed, float *y, float *scratch) {
  int in_blocks = blocks_of(s->in_channels), out_blocks = blocks_of(s->out_channels);
  int tiles = TW_GROUP * groups_at_once(in_blocks);
  size_t group_size = (size_t)in_blocks * TW_ALL_POINTS;
  size_t next_point = (size_t)in_blocks * 256, next_block = TW_POINTS * next_point;
  float *v = scratch, *sums = scratch + groups_at_once(in_blocks) * group_size;
  tile_place places[TW_GROUP * TW_MOST_GROUPS], next = {0, 0, 0};
  int64_t left = count_tiles(s);
  while (left > 0) {
    int count = left < tiles ? (int)left : tiles;
    left -= count;
    take_places(s, &next, places, count);
    for (int g = 0; g * TW_GROUP < count; ++g) {
      int size = count - g * TW_GROUP < TW_GROUP ? count - g * TW_GROUP : TW_GROUP;
      for (int b = 0; b < in_blocks; ++b) {
        transform_group(s, x, in_blocks, b, places + g * TW_GROUP, size, v + g * group_size + b * TW_ALL_POINTS);
      }
    }
    int groups = (count + TW_GROUP - 1) / TW_GROUP;
    for (int block = 0; block < out_blocks; block += 2) {
      int width = out_blocks - block < 2 ? 1 : 2;
      for (int p = 0; p < TW_POINTS; p += 3 - width) {
        const float *u = packed + ((size_t)block * TW_POINTS + p) * in_blocks * 256;
        for (int g = 0; g < groups; ++g) {
          const float *from = v + g * group_size + p * TW_POINT;
          float *to = sums + g * 2 * TW_ALL_POINTS + p * TW_POINT;
          if (width == 2) multiply_group(from, 0, u, next_block, in_blocks, to, TW_ALL_POINTS);
          else multiply_group(from, TW_POINT, u, next_point, in_blocks, to, TW_POINT);
        }
      }
      for (int o = 0; o < width; ++o) {
        for (int t = 0; t < count; ++t) {
          float *plane = y + ((size_t)places[t].row * out_blocks + block + o) * s->out_height * s->out_width * 16;
          const float *from = sums + (t / TW_GROUP * 2 + o) * TW_ALL_POINTS + t % TW_GROUP * 16;
          finish_tile(from, plane, s->out_height, s->out_width, places[t].top, places[t].left);
        }
      }
    }
  }
}
