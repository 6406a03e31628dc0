// The micro-kernels' source, included once for each instruction set (portable.c, avx2.c, avx512.c) with
//   KERNEL(name)   the name with the instruction set's suffix
//   TILE           accumulators of 16 floats that fit the registers beside operands
// Vectors are always 16 floats; the compiler splits them where registers are shorter.

#include "limen_kernels.h"

#include <string.h>

typedef float vec __attribute__((vector_size(64), aligned(4), may_alias));

enum { block = limen_channel_block };

// Loops over registers must be unrolled before the compiler decides what stays in registers.
#define EACH _Pragma("clang loop unroll(full)")

// ── Convolution ─────────────────────────────────────────────────────────────────────────────────

// P pixels × V channel blocks. The accumulators stay in registers because P and V are constants.
static inline __attribute__((always_inline)) void KERNEL(tile)(
    const int P, const int V, const limen_convolution_pixels *row, const float *input, const float *weights,
    float *output, int channels) {
  const ptrdiff_t stride = row->pixel_stride;
  const ptrdiff_t block_stride = (ptrdiff_t)row->segment_count * row->segment_length * block;
  vec sum[P][V];
  EACH for (int p = 0; p < P; p++)
    EACH for (int v = 0; v < V; v++) sum[p][v] = (vec){0};
  const float *w = weights;
  for (int s = 0; s < row->segment_count; s++) {
    // A group shares a base pointer, so that all windows are reached with few registers.
    const float *base[4];
    EACH for (int q = 0; q < (P + 3) / 4; q++) base[q] = input + row->segments[s] + q * row->group_stride;
    for (int i = 0; i < row->segment_length; i++, w += block) {
      vec weight[V];
      EACH for (int v = 0; v < V; v++) weight[v] = *(const vec *)(w + v * block_stride);
      EACH for (int p = 0; p < P; p++) {
        const float x = base[p / 4][(p % 4) * stride + i];
        EACH for (int v = 0; v < V; v++) sum[p][v] += x * weight[v];
      }
    }
  }
  EACH for (int p = 0; p < P; p++)
    EACH for (int v = 0; v < V; v++) {
      float *target = output + p / 4 * row->output_group_stride + p % 4 * row->output_stride + v * block;
      const int left = channels - v * block;
      if (left >= block) {
        *(vec *)target = sum[p][v];
      } else {
        // A copy, because a register whose address is taken stays in memory.
        const vec total = sum[p][v];
        memcpy(target, &total, (size_t)left * sizeof(float));
      }
    }
}

// All pixels for V channel blocks, in tiles of at most TILE accumulators.
static inline __attribute__((always_inline)) void KERNEL(pixels)(
    const int V, const limen_convolution_pixels *row, const float *weights, float *output, int channels) {
  int p = 0;
#define STEP(P)                                                                                      \
  if ((P) * V <= TILE)                                                                               \
    for (; p + (P) <= row->pixels; p += (P))                                                         \
      KERNEL(tile)(P, V, row, row->input + p / 4 * row->group_stride + p % 4 * row->pixel_stride,    \
                   weights,                                                                          \
                   output + p / 4 * row->output_group_stride + p % 4 * row->output_stride, channels);
  STEP(16) STEP(8) STEP(4) STEP(2) STEP(1)
#undef STEP
}

static void KERNEL(convolution)(const limen_convolution_pixels *row) {
  const ptrdiff_t block_stride = (ptrdiff_t)row->segment_count * row->segment_length * block;
  const int blocks = (row->channels + block - 1) / block;
  int b = 0;
#define GROUP(V)                                                                                     \
  for (; b + (V) <= blocks; b += (V))                                                                \
    KERNEL(pixels)(V, row, row->weights + b * block_stride, row->output + b * block,                 \
                   row->channels - b * block);
#if TILE >= 16
  // Narrow images leave pixel tiles short, so more channels fill the registers instead.
  if (row->pixels < 8) {
    GROUP(4)
  }
  GROUP(2)
#endif
  GROUP(1)
#undef GROUP
}

// R neighbouring input values × V channel blocks, over all pixels.
static inline __attribute__((always_inline)) void KERNEL(outer)(
    const int R, const int V, const limen_weight_gradient_row *row, int index, int first_block) {
  float *target = row->weight_gradient + first_block * row->block_stride + index * block;
  vec sum[R][V];
  EACH for (int r = 0; r < R; r++)
    EACH for (int v = 0; v < V; v++) sum[r][v] = *(const vec *)(target + v * row->block_stride + r * block);
  for (int n = 0; n < row->images; n++)
    for (int y = 0; y < row->rows; y++) {
      const float *x = row->input + n * row->image_stride + y * row->row_stride + index;
      const float *g = row->output_gradient + n * row->gradient_image_stride +
                       y * row->gradient_row_stride + first_block * block;
      for (int p = 0; p < row->pixels; p++) {
        vec gradient[V];
        EACH for (int v = 0; v < V; v++) gradient[v] = *(const vec *)(g + v * block);
        EACH for (int r = 0; r < R; r++)
          EACH for (int v = 0; v < V; v++) sum[r][v] += x[r] * gradient[v];
        x += row->pixel_stride;
        g += row->gradient_pixel_stride;
      }
    }
  EACH for (int r = 0; r < R; r++)
    EACH for (int v = 0; v < V; v++) *(vec *)(target + v * row->block_stride + r * block) = sum[r][v];
}

static void KERNEL(weight_gradient_row)(const limen_weight_gradient_row *row) {
  int b = 0;
#define STEP(R, V)                                                                                   \
  if ((R) * (V) <= TILE)                                                                             \
    for (; i + (R) <= row->length; i += (R)) KERNEL(outer)(R, V, row, i, b);
#define GROUP(V)                                                                                     \
  for (; b + (V) <= row->channel_blocks; b += (V)) {                                                 \
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

#include "winograd_body.h"

// ── Per-channel passes ──────────────────────────────────────────────────────────────────────────

// Column sums keep 64 columns in registers while they run down the rows.
enum { strip = 64 };

#define STRIPS(...)                                                                                  \
  ptrdiff_t j = 0;                                                                                   \
  for (; j + strip <= width; j += strip) {                                                           \
    enum { n = strip };                                                                              \
    __VA_ARGS__                                                                                      \
  }                                                                                                  \
  for (; j < width; j++) {                                                                           \
    enum { n = 1 };                                                                                  \
    __VA_ARGS__                                                                                      \
  }

static void KERNEL(column_sums)(const float *x, ptrdiff_t rows, ptrdiff_t width, float *sum) {
  STRIPS({
    float total[n];
    for (int k = 0; k < n; k++) total[k] = 0;
    for (ptrdiff_t r = 0; r < rows; r++)
      for (int k = 0; k < n; k++) total[k] += x[r * width + j + k];
    for (int k = 0; k < n; k++) sum[j + k] = total[k];
  })
}

static void KERNEL(column_deviations)(
    const float *x, ptrdiff_t rows, ptrdiff_t width, const float *mean, float *sum) {
  STRIPS({
    float total[n];
    float centre[n];
    for (int k = 0; k < n; k++) total[k] = 0, centre[k] = mean[j + k];
    for (ptrdiff_t r = 0; r < rows; r++)
      for (int k = 0; k < n; k++) {
        const float d = x[r * width + j + k] - centre[k];
        total[k] += d * d;
      }
    for (int k = 0; k < n; k++) sum[j + k] = total[k];
  })
}

static void KERNEL(column_products)(
    const float *g, const float *x, ptrdiff_t rows, ptrdiff_t width, const float *mean, float *sum,
    float *product) {
  STRIPS({
    float total[n];
    float paired[n];
    float centre[n];
    for (int k = 0; k < n; k++) total[k] = 0, paired[k] = 0, centre[k] = mean[j + k];
    for (ptrdiff_t r = 0; r < rows; r++)
      for (int k = 0; k < n; k++) {
        const ptrdiff_t at = r * width + j + k;
        total[k] += g[at];
        paired[k] += g[at] * (x[at] - centre[k]);
      }
    for (int k = 0; k < n; k++) sum[j + k] = total[k], product[j + k] = paired[k];
  })
}

static void KERNEL(column_affine)(
    const float *restrict x, ptrdiff_t rows, ptrdiff_t width, const float *restrict scale,
    const float *restrict shift, float *restrict y) {
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < width; j++) y[r * width + j] = scale[j] * x[r * width + j] + shift[j];
}

static void KERNEL(column_affine2)(
    const float *restrict g, const float *restrict x, ptrdiff_t rows, ptrdiff_t width,
    const float *restrict a, const float *restrict b, const float *restrict c, float *restrict y) {
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < width; j++) {
      const ptrdiff_t at = r * width + j;
      y[at] = a[j] * g[at] + (b[j] * x[at] + c[j]);
    }
}

static void KERNEL(column_affine_relu)(
    const float *restrict x, ptrdiff_t rows, ptrdiff_t width, const float *restrict scale,
    const float *restrict shift, float *restrict y) {
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < width; j++) {
      const float v = scale[j] * x[r * width + j] + shift[j];
      y[r * width + j] = v < 0 ? 0 : v;
    }
}

static void KERNEL(column_affine_add_relu)(
    const float *restrict x, const float *restrict other, ptrdiff_t rows, ptrdiff_t width,
    const float *restrict scale, const float *restrict shift, float *restrict y) {
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < width; j++) {
      const float normalized = scale[j] * x[r * width + j] + shift[j];
      const float v = normalized + other[r * width + j];
      y[r * width + j] = v < 0 ? 0 : v;
    }
}

static void KERNEL(column_masked_products)(
    const float *g, const float *x, ptrdiff_t rows, ptrdiff_t width, const float *scale,
    const float *shift, const float *mean, float *sum, float *product) {
  STRIPS({
    float total[n];
    float paired[n];
    float centre[n];
    float slope[n];
    float offset[n];
    for (int k = 0; k < n; k++) total[k] = 0, paired[k] = 0, centre[k] = mean[j + k];
    for (int k = 0; k < n; k++) slope[k] = scale[j + k], offset[k] = shift[j + k];
    for (ptrdiff_t r = 0; r < rows; r++)
      for (int k = 0; k < n; k++) {
        const ptrdiff_t at = r * width + j + k;
        const float passed = slope[k] * x[at] + offset[k] > 0 ? g[at] : 0;
        total[k] += passed;
        paired[k] += passed * (x[at] - centre[k]);
      }
    for (int k = 0; k < n; k++) sum[j + k] = total[k], product[j + k] = paired[k];
  })
}

static void KERNEL(column_masked_affine2)(
    const float *restrict g, const float *restrict x, ptrdiff_t rows, ptrdiff_t width,
    const float *restrict scale, const float *restrict shift, const float *restrict a,
    const float *restrict b, const float *restrict c, float *restrict y) {
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < width; j++) {
      const ptrdiff_t at = r * width + j;
      const float passed = scale[j] * x[at] + shift[j] > 0 ? g[at] : 0;
      y[at] = a[j] * passed + (b[j] * x[at] + c[j]);
    }
}

static void KERNEL(column_relu_products)(
    const float *restrict g, const float *restrict y, const float *restrict x, ptrdiff_t rows,
    ptrdiff_t width, const float *mean, float *restrict masked, float *sum, float *product) {
  STRIPS({
    float total[n];
    float paired[n];
    float centre[n];
    for (int k = 0; k < n; k++) total[k] = 0, paired[k] = 0, centre[k] = mean[j + k];
    for (ptrdiff_t r = 0; r < rows; r++)
      for (int k = 0; k < n; k++) {
        const ptrdiff_t at = r * width + j + k;
        const float passed = y[at] > 0 ? g[at] : 0;
        masked[at] = passed;
        total[k] += passed;
        paired[k] += passed * (x[at] - centre[k]);
      }
    for (int k = 0; k < n; k++) sum[j + k] = total[k], product[j + k] = paired[k];
  })
}

// ── Elementwise ─────────────────────────────────────────────────────────────────────────────────

static void KERNEL(relu)(const float *restrict x, ptrdiff_t count, float *restrict y) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

static void KERNEL(relu_gradient)(
    const float *restrict y, const float *restrict dy, ptrdiff_t count, float *restrict dx) {
  for (ptrdiff_t i = 0; i < count; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
}

// `y` may be `a` or `b`.
static void KERNEL(add)(const float *a, const float *b, ptrdiff_t count, float *y) {
  ptrdiff_t i = 0;
  for (; i + block <= count; i += block) *(vec *)(y + i) = *(const vec *)(a + i) + *(const vec *)(b + i);
  for (; i < count; i++) y[i] = a[i] + b[i];
}

// `y` may be `x`.
static void KERNEL(scale)(const float *x, float scale, ptrdiff_t count, float *y) {
  ptrdiff_t i = 0;
  for (; i + block <= count; i += block) *(vec *)(y + i) = scale * *(const vec *)(x + i);
  for (; i < count; i++) y[i] = scale * x[i];
}

static void KERNEL(sgd)(
    float *restrict w, float *restrict v, const float *restrict g, ptrdiff_t count, float rate,
    float momentum, float decay, int nesterov) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const float gradient = g[i] + decay * w[i];
    const float velocity = momentum * v[i] + gradient;
    v[i] = velocity;
    w[i] -= rate * (nesterov ? gradient + momentum * velocity : velocity);
  }
}

const limen_kernel_table KERNEL(limen_kernels) = {
    .name = KERNEL_NAME,
    .convolution = KERNEL(convolution),
    .weight_gradient_row = KERNEL(weight_gradient_row),
    .winograd_input = KERNEL(winograd_input),
    .winograd_gradient = KERNEL(winograd_gradient),
    .winograd_output = KERNEL(winograd_output),
    .winograd_weights = KERNEL(winograd_weights),
    .winograd_weight_gradient = KERNEL(winograd_weight_gradient),
    .column_sums = KERNEL(column_sums),
    .column_deviations = KERNEL(column_deviations),
    .column_products = KERNEL(column_products),
    .column_affine = KERNEL(column_affine),
    .column_affine2 = KERNEL(column_affine2),
    .column_affine_relu = KERNEL(column_affine_relu),
    .column_affine_add_relu = KERNEL(column_affine_add_relu),
    .column_masked_products = KERNEL(column_masked_products),
    .column_masked_affine2 = KERNEL(column_masked_affine2),
    .column_relu_products = KERNEL(column_relu_products),
    .relu = KERNEL(relu),
    .relu_gradient = KERNEL(relu_gradient),
    .add = KERNEL(add),
    .scale = KERNEL(scale),
    .sgd = KERNEL(sgd),
};
