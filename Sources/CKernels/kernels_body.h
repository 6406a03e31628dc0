// The micro-kernels' source, included once for each instruction set (portable.c, avx2.c, avx512.c) with
//   KERNEL(name)   the name with the instruction set's suffix
//   TILE           accumulators of 16 floats that fit the registers beside operands
// Vectors are always 16 floats; the compiler splits them where registers are shorter.
//
// What reads or writes activations stands in activation_body.h, included here once for each element type.

#include "limen_kernels.h"

#include <stdint.h>
#include <string.h>

#include "elements.h"

// Loops over registers must be unrolled before the compiler decides what stays in registers.
#define EACH _Pragma("clang loop unroll(full)")

#define element float32
#include "activation_body.h"
#undef element

#define element bfloat16
#include "activation_body.h"
#undef element

// ── Weight gradient ─────────────────────────────────────────────────────────────────────────────

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

// ── Parameters ──────────────────────────────────────────────────────────────────────────────────

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

#define ACTIVATION_KERNELS(type)                                                                     \
  {                                                                                                  \
    .convolution = KERNEL(convolution_##type), .column_sums = KERNEL(column_sums_##type),            \
    .column_deviations = KERNEL(column_deviations_##type),                                           \
    .column_products = KERNEL(column_products_##type), .column_affine = KERNEL(column_affine_##type), \
    .column_affine2 = KERNEL(column_affine2_##type),                                                 \
    .column_affine_relu = KERNEL(column_affine_relu_##type),                                         \
    .column_affine_add_relu = KERNEL(column_affine_add_relu_##type),                                 \
    .column_masked_products = KERNEL(column_masked_products_##type),                                 \
    .column_masked_affine2 = KERNEL(column_masked_affine2_##type),                                   \
    .column_relu_products = KERNEL(column_relu_products_##type), .relu = KERNEL(relu_##type),        \
    .relu_gradient = KERNEL(relu_gradient_##type), .add = KERNEL(add_##type),                        \
    .widen = KERNEL(widen_##type), .round = KERNEL(round_##type),                                    \
  }

const limen_kernel_table KERNEL(limen_kernels) = {
    .name = KERNEL_NAME,
    .float32 = ACTIVATION_KERNELS(float32),
    .bfloat16 = ACTIVATION_KERNELS(bfloat16),
    .weight_gradient_row = KERNEL(weight_gradient_row),
    .winograd_input = KERNEL(winograd_input),
    .winograd_gradient = KERNEL(winograd_gradient),
    .winograd_output = KERNEL(winograd_output),
    .winograd_weights = KERNEL(winograd_weights),
    .winograd_weight_gradient = KERNEL(winograd_weight_gradient),
    .scale = KERNEL(scale),
    .sgd = KERNEL(sgd),
};
