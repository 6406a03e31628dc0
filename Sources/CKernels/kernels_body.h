// The micro-kernels' source, included once for each instruction set (portable.c, avx2.c, avx512.c, …) with
//   KERNEL(name)   the name with the instruction set's suffix
//   TILE           accumulators of 16 floats that fit the registers beside operands
//   HARDWARE_BFLOAT16  defined where there are instructions for bfloat16
//   TILE_REGISTERS  defined where products of bfloat16 pairs are done in tile registers, with operations on tiles
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

#define PRODUCT(name) KERNEL(name##_float32)
#define UNIT float
#define UNITS vec
#define MULTIPLY_ADD(sum, x, w) ((sum) + (x) * (w))
#include "products_body.h"

#if defined(TILE_REGISTERS)
#include "tile_products_body.h"
#else
#define PRODUCT(name) KERNEL(name##_bfloat16)
#define UNIT uint32_t
#define UNITS words
#define MULTIPLY_ADD(sum, x, w) add_pair_product(sum, x, w)
#include "products_body.h"
#endif

static void KERNEL(pair)(
    const uint16_t *first, const uint16_t *second, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t width,
    uint32_t *pairs, ptrdiff_t pair_stride) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const uint16_t *a = first + r * stride, *b = second ? second + r * stride : NULL;
    uint32_t *target = pairs + r * pair_stride;
    ptrdiff_t j = 0;
    for (; j + block <= width; j += block) {
      const words low = __builtin_convertvector(*(const halves *)(a + j), words);
      const words high = b ? __builtin_convertvector(*(const halves *)(b + j), words) : (words){0};
      *(words *)(target + j) = low | high << 16;
    }
    for (; j < width; j++) target[j] = a[j] | (b ? (uint32_t)b[j] << 16 : 0);
    for (; j < pair_stride; j++) target[j] = 0;
  }
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

static void KERNEL(adam)(
    float *restrict w, float *restrict m, float *restrict v, const float *restrict g, ptrdiff_t count,
    const limen_adam *a) {
  ptrdiff_t i = 0;
  for (; i + block <= count; i += block) {
    const vec weight = a->keep * load_float32(w + i);
    const vec gradient = load_float32(g + i) + a->decay * load_float32(w + i);
    const vec mean = a->beta1 * load_float32(m + i) + (1 - a->beta1) * gradient;
    const vec square = a->beta2 * load_float32(v + i) + (1 - a->beta2) * gradient * gradient;
    store_float32(m + i, mean);
    store_float32(v + i, square);
    const vec root = __builtin_elementwise_sqrt(square) * a->root_scale + a->epsilon;
    store_float32(w + i, weight - a->rate * mean / root);
  }
  for (; i < count; i++) {
    const float gradient = g[i] + a->decay * w[i];
    m[i] = a->beta1 * m[i] + (1 - a->beta1) * gradient;
    v[i] = a->beta2 * v[i] + (1 - a->beta2) * gradient * gradient;
    const float root = __builtin_elementwise_sqrt(v[i]) * a->root_scale + a->epsilon;
    w[i] = a->keep * w[i] - a->rate * m[i] / root;
  }
}

#include "resize_body.h"

#define ACTIVATION_KERNELS(type)                                                                     \
  {                                                                                                  \
    .products = KERNEL(products_##type), .outer_products = KERNEL(outer_products_##type),            \
    .column_sums = KERNEL(column_sums_##type),            \
    .column_deviations = KERNEL(column_deviations_##type),                                           \
    .column_products = KERNEL(column_products_##type), .column_affine = KERNEL(column_affine_##type), \
    .column_affine2 = KERNEL(column_affine2_##type),                                                 \
    .column_affine_relu = KERNEL(column_affine_relu_##type),                                         \
    .column_affine_add_relu = KERNEL(column_affine_add_relu_##type),                                 \
    .column_masked_products = KERNEL(column_masked_products_##type),                                 \
    .column_masked_affine2 = KERNEL(column_masked_affine2_##type),                                   \
    .column_relu_products = KERNEL(column_relu_products_##type),                                     \
    .rows_affine_relu = KERNEL(rows_affine_relu_##type), .rows_gradient = KERNEL(rows_gradient_##type), \
    .rows_copy = KERNEL(rows_copy_##type), .rows_affine = KERNEL(rows_affine_##type), .relu = KERNEL(relu_##type),        \
    .relu_gradient = KERNEL(relu_gradient_##type), .add = KERNEL(add_##type),                        \
    .widen = KERNEL(widen_##type), .round = KERNEL(round_##type),                                    \
  }

const limen_kernel_table KERNEL(limen_kernels) = {
    .name = KERNEL_NAME,
    .float32 = ACTIVATION_KERNELS(float32),
    .bfloat16 = ACTIVATION_KERNELS(bfloat16),
    .pair = KERNEL(pair),
    .winograd_input = KERNEL(winograd_input),
    .winograd_gradient = KERNEL(winograd_gradient),
    .winograd_output = KERNEL(winograd_output),
    .winograd_weights = KERNEL(winograd_weights),
    .winograd_weight_gradient = KERNEL(winograd_weight_gradient),
    .scale = KERNEL(scale),
    .sgd = KERNEL(sgd),
    .adam = KERNEL(adam),
    .resize_columns = KERNEL(resize_columns),
    .resize_rows = KERNEL(resize_rows),
};
