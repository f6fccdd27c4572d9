#include "simd.h"

// Tiles that are multiplied together. With two blocks of result channels their sums fill sixteen registers.
#define TW_GROUP 8
// Points at which a tile's polynomials are taken: 4 × 4.
#define TW_POINTS 16
// Where many channels make the filters outgrow the cache, each is read once for this many groups.
#define TW_MOST_GROUPS 4

static int groups_at_once(int in_blocks) {
  int groups = in_blocks / 4;
  return groups < 1 ? 1 : groups > TW_MOST_GROUPS ? TW_MOST_GROUPS : groups;
}

// Floats of transformed images at one point. The odd cache line keeps the points of a tile out of each other's sets.
static size_t point_size(int in_blocks, int tiles) { return (size_t)in_blocks * tiles * 16 + 16; }

static int blocks_of(int channels) { return (channels + 15) / 16; }

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
  int blocks = blocks_of(in_channels), tiles = TW_GROUP * groups_at_once(blocks);
  return (TW_POINTS * point_size(blocks, tiles) + (size_t)2 * TW_POINTS * tiles * 16) * sizeof(float);
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

// Where a tile's results begin.
typedef struct {
  int row, top, left;
} tile_place;

// Bᵀ d B of one tile in one block of channels; `inside` if none of the 4 × 4 pixels lies in the padding.
TW_INLINE void transform_tile(const float *plane, int height, int width, int top, int left, bool inside, float *v,
                              size_t point) {
  v16 d[16], e[16];
  for (int i = 0; i < 4; ++i) {
    for (int j = 0; j < 4; ++j) {
      int row = top + i, column = left + j;
      bool known = inside || (row >= 0 && row < height && column >= 0 && column < width);
      d[4 * i + j] = known ? load16_f32(plane + ((ptrdiff_t)row * width + column) * 16) : (v16){0};
    }
  }
  for (int j = 0; j < 4; ++j) {
    e[j] = d[j] - d[8 + j];
    e[4 + j] = d[4 + j] + d[8 + j];
    e[8 + j] = d[8 + j] - d[4 + j];
    e[12 + j] = d[4 + j] - d[12 + j];
  }
  for (int i = 0; i < 4; ++i) {
    const v16 *f = e + 4 * i;
    store16_f32(v + (4 * i) * point, f[0] - f[2]);
    store16_f32(v + (4 * i + 1) * point, f[1] + f[2]);
    store16_f32(v + (4 * i + 2) * point, f[2] - f[1]);
    store16_f32(v + (4 * i + 3) * point, f[1] - f[3]);
  }
}

// Sums over channels for a group of tiles at one point, in one or two (`count`, a constant) blocks of results.
TW_INLINE void multiply_group(int count, const float *v, int tiles, const float *u, size_t next_u, int in_blocks,
                              float *m, size_t next_m) {
  v16 sums[2][TW_GROUP];
  for (int o = 0; o < count; ++o) {
    for (int t = 0; t < TW_GROUP; ++t) sums[o][t] = (v16){0};
  }
  for (int b = 0; b < in_blocks; ++b, v += tiles * 16, u += 256) {
#pragma clang loop unroll_count(4)
    for (int c = 0; c < 16; ++c) {
      v16 f[2];
      for (int o = 0; o < count; ++o) f[o] = load16_f32(u + o * next_u + c * 16);
      for (int t = 0; t < TW_GROUP; ++t) {
        for (int o = 0; o < count; ++o) sums[o][t] += f[o] * v[16 * t + c];
      }
    }
  }
  for (int o = 0; o < count; ++o) {
    for (int t = 0; t < TW_GROUP; ++t) store16_f32(m + o * next_m + 16 * t, sums[o][t]);
  }
}

// Aᵀ m A of one tile: 2 × 2 results, of which those beyond the image are dropped.
TW_INLINE void finish_tile(const float *m, size_t point, float *plane, int height, int width, int top, int left) {
  v16 e[8];
  for (int j = 0; j < 4; ++j) {
    v16 first = load16_f32(m + j * point), plus = load16_f32(m + (4 + j) * point);
    v16 minus = load16_f32(m + (8 + j) * point), last = load16_f32(m + (12 + j) * point);
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
  int tile_rows = (s->out_height + 1) / 2, tile_columns = (s->out_width + 1) / 2;
  int tiles = TW_GROUP * groups_at_once(in_blocks);
  size_t point = point_size(in_blocks, tiles), sums_point = (size_t)tiles * 16, sums_block = TW_POINTS * sums_point;
  size_t next_u = (size_t)TW_POINTS * in_blocks * 256;
  float *v = scratch, *sums = scratch + TW_POINTS * point;
  tile_place places[TW_GROUP * TW_MOST_GROUPS], next = {0, 0, 0};
  int64_t left = (int64_t)s->rows * tile_rows * tile_columns;
  while (left > 0) {
    int count = left < tiles ? (int)left : tiles;
    left -= count;
    for (int t = 0; t < count; ++t) {
      places[t] = next;
      int top = next.top - s->pad_top, first = next.left - s->pad_left;
      bool inside = top >= 0 && first >= 0 && top + 4 <= s->in_height && first + 4 <= s->in_width;
      const float *plane = x + (size_t)next.row * in_blocks * s->in_height * s->in_width * 16;
      for (int b = 0; b < in_blocks; ++b, plane += (size_t)s->in_height * s->in_width * 16) {
        float *to = v + ((size_t)b * tiles + t) * 16;
        if (inside) transform_tile(plane, s->in_height, s->in_width, top, first, true, to, point);
        else transform_tile(plane, s->in_height, s->in_width, top, first, false, to, point);
      }
      next.left += 2;
      if (next.left >= s->out_width) {
        next.left = 0;
        next.top += 2;
        if (next.top >= s->out_height) {
          next.top = 0;
          next.row += 1;
        }
      }
    }
    int groups = (count + TW_GROUP - 1) / TW_GROUP;
    for (int block = 0; block < out_blocks; block += 2) {
      int width = out_blocks - block < 2 ? 1 : 2;
      for (int p = 0; p < TW_POINTS; ++p) {
        const float *u = packed + ((size_t)block * TW_POINTS + p) * in_blocks * 256;
        for (int g = 0; g < groups; ++g) {
          const float *from = v + p * point + (size_t)g * TW_GROUP * 16;
          float *to = sums + p * sums_point + (size_t)g * TW_GROUP * 16;
          if (width == 2) multiply_group(2, from, tiles, u, next_u, in_blocks, to, sums_block);
          else multiply_group(1, from, tiles, u, next_u, in_blocks, to, sums_block);
        }
      }
      for (int o = 0; o < width; ++o) {
        for (int t = 0; t < count; ++t) {
          float *plane = y + ((size_t)places[t].row * out_blocks + block + o) * s->out_height * s->out_width * 16;
          finish_tile(sums + o * sums_block + 16 * t, sums_point, plane, s->out_height, s->out_width, places[t].top,
                      places[t].left);
        }
      }
    }
  }
}
