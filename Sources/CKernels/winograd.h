// Tiles, and the transform of images, of the Winograd kernels.
#ifndef THALWEG_WINOGRAD_H
#define THALWEG_WINOGRAD_H

#include "simd.h"

// Tiles that are multiplied together. With two blocks of result channels their sums fill sixteen registers.
#define TW_GROUP 8
// Points at which a tile's polynomials are taken: 4 × 4.
#define TW_POINTS 16
// The most groups that are worked on at once.
#define TW_MOST_GROUPS 4

// Floats of a group's tiles at one point, in one block of channels, and at all points. The odd cache line keeps a tile's
// points out of each other's sets.
enum { TW_POINT = TW_GROUP * 16 + 16, TW_ALL_POINTS = TW_POINTS * TW_POINT };

static int blocks_of(int channels) { return (channels + 15) / 16; }

// Where a tile's results begin.
typedef struct {
  int row, top, left;
} tile_place;

// Bᵀ d of one column of a tile, to every fourth entry of e; `inside` if none of the four pixels lies in the padding.
TW_INLINE void transform_column(const float *plane, int height, int width, int top, int column, bool inside, v16 *e) {
  v16 d[4];
  for (int i = 0; i < 4; ++i) {
    int row = top + i;
    bool known = inside || (row >= 0 && row < height && column >= 0 && column < width);
    d[i] = known ? load16_f32(plane + ((ptrdiff_t)row * width + column) * 16) : (v16){0};
  }
  e[0] = d[0] - d[2];
  e[4] = d[1] + d[2];
  e[8] = d[2] - d[1];
  e[12] = d[1] - d[3];
}

// Bᵀ d B of up to TW_GROUP tiles in one block of channels of each one's image.
TW_INLINE void transform_group(const tw_winograd_shape *s, const float *x, int in_blocks, int block,
                               const tile_place *places, int count, float *v) {
  size_t plane_size = (size_t)s->in_height * s->in_width * 16;
  v16 e[16];
  for (int t = 0; t < count; ++t, v += 16) {
    const float *plane = x + ((size_t)places[t].row * in_blocks + block) * plane_size;
    int top = places[t].top - s->pad_top, left = places[t].left - s->pad_left;
    bool inside = top >= 0 && left >= 0 && top + 4 <= s->in_height && left + 4 <= s->in_width;
    if (t > 0 && places[t].left > 0) {
      // The tile to the left has half of the columns.
      for (int i = 0; i < 16; i += 4) e[i] = e[i + 2], e[i + 1] = e[i + 3];
    } else {
      for (int j = 0; j < 2; ++j) transform_column(plane, s->in_height, s->in_width, top, left + j, inside, e + j);
    }
    if (inside) {
      for (int j = 2; j < 4; ++j) transform_column(plane, s->in_height, s->in_width, top, left + j, true, e + j);
    } else {
      for (int j = 2; j < 4; ++j) transform_column(plane, s->in_height, s->in_width, top, left + j, false, e + j);
    }
    for (int i = 0; i < 16; i += 4) {
      store16_f32(v + i * TW_POINT, e[i] - e[i + 2]);
      store16_f32(v + (i + 1) * TW_POINT, e[i + 1] + e[i + 2]);
      store16_f32(v + (i + 2) * TW_POINT, e[i + 2] - e[i + 1]);
      store16_f32(v + (i + 3) * TW_POINT, e[i + 1] - e[i + 3]);
    }
  }
}

// The places of the next `count` tiles, from `next` on.
TW_INLINE void take_places(const tw_winograd_shape *s, tile_place *next, tile_place *places, int count) {
  for (int t = 0; t < count; ++t) {
    places[t] = *next;
    next->left += 2;
    if (next->left < s->out_width) continue;
    next->left = 0;
    next->top += 2;
    if (next->top < s->out_height) continue;
    next->top = 0;
    next->row += 1;
  }
}

// Number of tiles of all images.
TW_INLINE int64_t count_tiles(const tw_winograd_shape *s) {
  return (int64_t)s->rows * ((s->out_height + 1) / 2) * ((s->out_width + 1) / 2);
}

#endif
