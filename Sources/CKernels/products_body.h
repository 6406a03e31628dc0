// The matrix products of convolutions, included by kernels_body.h once for each element type of the factors:
//   PRODUCT(name)         the name with the suffix of element type and instruction set
//   UNIT                  what is multiplied, 32 bits: a float, or a pair of bfloat16 values that are
//                         neighbours in the summed dimension, the first in the low half
//   UNITS                 a vector of 16 of them
//   MULTIPLY_ADD(s, x, w) s + x·w in every lane, for one unit x and 16 units w
// Sums are float32.

// P pixels × V channel blocks. The accumulators stay in registers because P and V are constants.
INLINE void PRODUCT(tile)(
    const int P, const int V, const limen_products *work, const UNIT *input, const UNIT *weights,
    ptrdiff_t output, int channels) {
  const ptrdiff_t stride = work->pixel_stride;
  const ptrdiff_t block_stride = (ptrdiff_t)work->segment_count * work->segment_length * block;
  vec sum[P][V];
  EACH for (int p = 0; p < P; p++)
    EACH for (int v = 0; v < V; v++) sum[p][v] = (vec){0};
  const UNIT *w = weights;
  for (int s = 0; s < work->segment_count; s++) {
    // A group shares a base pointer, so that all windows are reached with few registers.
    const UNIT *base[4];
    EACH for (int q = 0; q < (P + 3) / 4; q++) base[q] = input + work->segments[s] + q * work->group_stride;
    for (int i = 0; i < work->segment_length; i++, w += block) {
      UNITS weight[V];
      EACH for (int v = 0; v < V; v++) weight[v] = *(const UNITS *)(w + v * block_stride);
      EACH for (int p = 0; p < P; p++) {
        const UNIT x = base[p / 4][(p % 4) * stride + i];
        EACH for (int v = 0; v < V; v++) sum[p][v] = MULTIPLY_ADD(sum[p][v], x, weight[v]);
      }
    }
  }
  EACH for (int p = 0; p < P; p++)
    EACH for (int v = 0; v < V; v++) {
      const ptrdiff_t target =
          output + p / 4 * work->output_group_stride + p % 4 * work->output_stride + v * block;
      const int left = channels - v * block < block ? channels - v * block : block;
      if (work->output_is_bfloat16)
        store_some_bfloat16((bfloat16 *)work->output + target, left, sum[p][v]);
      else
        store_some_float32((float *)work->output + target, left, sum[p][v]);
    }
}

// All pixels for V channel blocks, in tiles of at most TILE accumulators. Eight pixels are enough to hide the
// latency of a sum; the addresses of sixteen no longer fit the registers.
INLINE void PRODUCT(pixels)(
    const int V, const limen_products *work, const UNIT *weights, ptrdiff_t output, int channels) {
  int p = 0;
#define STEP(P)                                                                                      \
  if ((P) * V <= TILE)                                                                               \
    for (; p + (P) <= work->pixels; p += (P))                                                        \
      PRODUCT(tile)(P, V, work,                                                                      \
                    (const UNIT *)work->input + p / 4 * work->group_stride + p % 4 * work->pixel_stride, \
                    weights,                                                                         \
                    output + p / 4 * work->output_group_stride + p % 4 * work->output_stride, channels);
  STEP(8) STEP(4) STEP(2) STEP(1)
#undef STEP
}

// All channels of one row of pixels.
INLINE void PRODUCT(row_products)(const limen_products *work) {
  const ptrdiff_t block_stride = (ptrdiff_t)work->segment_count * work->segment_length * block;
  const UNIT *weights = work->weights;
  const int blocks = (work->channels + block - 1) / block;
  int b = 0;
#define GROUP(V)                                                                                     \
  for (; b + (V) <= blocks; b += (V))                                                                \
    PRODUCT(pixels)(V, work, weights + b * block_stride, b * block, work->channels - b * block);
#if TILE >= 16
  // Narrow images leave pixel tiles short, so more channels fill the registers instead.
  if (work->pixels < 8) {
    GROUP(4)
  }
  // Of an odd number of blocks three go together, so that none goes alone.
  if (TILE >= 24 && blocks % 2 == 1 && blocks >= 3) {
    PRODUCT(pixels)(3, work, weights, 0, work->channels);
    b = 3;
  }
  GROUP(2)
#endif
  GROUP(1)
#undef GROUP
}

static void PRODUCT(products)(const limen_products *work) {
  limen_products row = *work;
  const ptrdiff_t size = work->output_is_bfloat16 ? sizeof(bfloat16) : sizeof(float);
  for (int y = 0; y < work->rows; y++) {
    row.input = (const UNIT *)work->input + y * work->row_stride;
    row.output = (char *)work->output + y * work->output_row_stride * size;
    PRODUCT(row_products)(&row);
  }
}

// R neighbouring input units × V channel blocks, over all pixels.
INLINE void PRODUCT(outer)(
    const int R, const int V, const limen_outer_products *work, int index, int first_block) {
  float *target = work->sums + first_block * work->block_stride + index * block;
  vec sum[R][V];
  EACH for (int r = 0; r < R; r++)
    EACH for (int v = 0; v < V; v++) sum[r][v] = *(const vec *)(target + v * work->block_stride + r * block);
  for (int n = 0; n < work->images; n++)
    for (int y = 0; y < work->rows; y++) {
      const UNIT *x = (const UNIT *)work->input + n * work->image_stride + y * work->row_stride + index;
      const UNIT *g = (const UNIT *)work->gradient + n * work->gradient_image_stride +
                      y * work->gradient_row_stride + first_block * block;
      for (int p = 0; p < work->pixels; p++) {
        UNITS gradient[V];
        EACH for (int v = 0; v < V; v++) gradient[v] = *(const UNITS *)(g + v * block);
        EACH for (int r = 0; r < R; r++) {
          const UNIT value = x[r];
          EACH for (int v = 0; v < V; v++) sum[r][v] = MULTIPLY_ADD(sum[r][v], value, gradient[v]);
        }
        x += work->pixel_stride;
        g += work->gradient_pixel_stride;
      }
    }
  EACH for (int r = 0; r < R; r++)
    EACH for (int v = 0; v < V; v++) *(vec *)(target + v * work->block_stride + r * block) = sum[r][v];
}

static void PRODUCT(outer_products)(const limen_outer_products *work) {
  int b = 0;
#define STEP(R, V)                                                                                   \
  if ((R) * (V) <= TILE)                                                                             \
    for (; i + (R) <= work->length; i += (R)) PRODUCT(outer)(R, V, work, i, b);
#define GROUP(V)                                                                                     \
  for (; b + (V) <= work->channel_blocks; b += (V)) {                                                \
    int i = 0;                                                                                       \
    STEP(16, V) STEP(8, V) STEP(4, V) STEP(2, V) STEP(1, V)                                          \
  }
#if TILE >= 16
  GROUP(2)
#endif
  GROUP(1)
#undef GROUP
#undef STEP
}

#undef PRODUCT
#undef UNIT
#undef UNITS
#undef MULTIPLY_ADD
