// The micro-kernels that read or write activations, included by kernels_body.h once for each element type:
//   element   float32 or bfloat16
// Values are loaded as floats, computed with as floats, and rounded when they are stored. A tail of fewer
// than 16 values goes through the same vector code, so it has the same bits as if it were no tail.

#define ACTIVATION(name) NAMED(name, element)
#define NAMED(name, type) JOINED(name, type)
#define JOINED(name, type) KERNEL(name##_##type)
#define LOAD_SOME(p, count) WITH_ELEMENT(load_some, element)(p, count)
#define STORE_SOME(p, count, v) WITH_ELEMENT(store_some, element)(p, count, v)
#define WITH_ELEMENT(function, type) WITH_TYPE(function, type)
#define WITH_TYPE(function, type) function##_##type

// ── Per-channel passes ──────────────────────────────────────────────────────────────────────────

// Runs `...` for n × 16 columns from j on, `lanes` of each 16. The last 16 of a width that is no multiple of
// 16 overlap the ones before: they are computed twice, to the same values.
#define STRIPS(...)                                                                                  \
  ptrdiff_t j = 0;                                                                                   \
  for (; j + 4 * block <= width; j += 4 * block) {                                                   \
    enum { n = 4, lanes = block };                                                                   \
    __VA_ARGS__                                                                                      \
  }                                                                                                  \
  for (; j < width && width >= block; j += block) {                                                  \
    enum { n = 1, lanes = block };                                                                   \
    if (j > width - block) j = width - block;                                                        \
    __VA_ARGS__                                                                                      \
  }                                                                                                  \
  if (j < width) {                                                                                   \
    enum { n = 1 };                                                                                  \
    const int lanes = (int)width;                                                                    \
    __VA_ARGS__                                                                                      \
  }

// Runs `...` for 16 values from `at` on, in column j, row after row; overlapping as above.
#define COLUMNS(...)                                                                                 \
  for (ptrdiff_t r = 0; r < rows; r++) {                                                             \
    ptrdiff_t j = 0;                                                                                 \
    for (; j + block <= width; j += block) {                                                         \
      enum { lanes = block };                                                                        \
      const ptrdiff_t at = r * width + j;                                                            \
      __VA_ARGS__                                                                                    \
    }                                                                                                \
    if (j < width && width > block) {                                                                \
      enum { lanes = block };                                                                        \
      j = width - block;                                                                             \
      const ptrdiff_t at = r * width + j;                                                            \
      __VA_ARGS__                                                                                    \
    } else if (j < width) {                                                                          \
      const int lanes = (int)width;                                                                  \
      const ptrdiff_t at = r * width + j;                                                            \
      __VA_ARGS__                                                                                    \
    }                                                                                                \
  }

#define X(at) LOAD_SOME(x + (at), lanes)
#define G(at) LOAD_SOME(g + (at), lanes)
#define PARAMETER(p, at) load_some_float32((p) + (at), lanes)
#define SET_SUM(p, at, v) store_some_float32((p) + (at), lanes, v)

static void ACTIVATION(column_sums)(const void *input, ptrdiff_t rows, ptrdiff_t width, float *sum) {
  const element *x = input;
  STRIPS({
    vec total[n];
    EACH for (int k = 0; k < n; k++) total[k] = (vec){0};
    for (ptrdiff_t r = 0; r < rows; r++)
      EACH for (int k = 0; k < n; k++) total[k] += X(r * width + j + k * block);
    EACH for (int k = 0; k < n; k++) SET_SUM(sum, j + k * block, total[k]);
  })
}

static void ACTIVATION(column_deviations)(
    const void *input, ptrdiff_t rows, ptrdiff_t width, const float *mean, float *sum) {
  const element *x = input;
  STRIPS({
    vec total[n];
    vec centre[n];
    EACH for (int k = 0; k < n; k++) {
      total[k] = (vec){0};
      centre[k] = PARAMETER(mean, j + k * block);
    }
    for (ptrdiff_t r = 0; r < rows; r++)
      EACH for (int k = 0; k < n; k++) {
        const vec d = X(r * width + j + k * block) - centre[k];
        total[k] += d * d;
      }
    EACH for (int k = 0; k < n; k++) SET_SUM(sum, j + k * block, total[k]);
  })
}

// The sums of a gradient and of its product with x − mean. PASSED is the gradient at `at`; PREPARE stands
// before the rows, FINISH beside each gradient.
#define PRODUCTS(PREPARE, PASSED, FINISH)                                                            \
  STRIPS({                                                                                           \
    vec total[n];                                                                                    \
    vec paired[n];                                                                                   \
    vec centre[n];                                                                                   \
    EACH for (int k = 0; k < n; k++) {                                                               \
      total[k] = (vec){0};                                                                           \
      paired[k] = (vec){0};                                                                          \
      centre[k] = PARAMETER(mean, j + k * block);                                                    \
    }                                                                                                \
    PREPARE                                                                                          \
    for (ptrdiff_t r = 0; r < rows; r++)                                                             \
      EACH for (int k = 0; k < n; k++) {                                                             \
        const ptrdiff_t at = r * width + j + k * block;                                              \
        const vec value = X(at);                                                                     \
        const vec passed = PASSED;                                                                   \
        FINISH                                                                                       \
        total[k] += passed;                                                                          \
        paired[k] += passed * (value - centre[k]);                                                   \
      }                                                                                              \
    EACH for (int k = 0; k < n; k++) {                                                               \
      SET_SUM(sum, j + k * block, total[k]);                                                         \
      SET_SUM(product, j + k * block, paired[k]);                                                    \
    }                                                                                                \
  })

static void ACTIVATION(column_products)(
    const void *gradient, const void *input, ptrdiff_t rows, ptrdiff_t width, const float *mean, float *sum,
    float *product) {
  const element *g = gradient, *x = input;
  PRODUCTS(, G(at), )
}

static void ACTIVATION(column_masked_products)(
    const void *gradient, const void *input, ptrdiff_t rows, ptrdiff_t width, const float *scale,
    const float *shift, const float *mean, float *sum, float *product) {
  const element *g = gradient, *x = input;
#define SLOPES                                                                                       \
  vec slope[n];                                                                                      \
  vec offset[n];                                                                                     \
  EACH for (int k = 0; k < n; k++) {                                                                 \
    slope[k] = PARAMETER(scale, j + k * block);                                                      \
    offset[k] = PARAMETER(shift, j + k * block);                                                     \
  }
  PRODUCTS(SLOPES, where(slope[k] * value + offset[k] > 0, G(at)), )
#undef SLOPES
}

static void ACTIVATION(column_relu_products)(
    const void *gradient, const void *output, const void *input, ptrdiff_t rows, ptrdiff_t width,
    const float *mean, void *result, float *sum, float *product) {
  const element *g = gradient, *y = output, *x = input;
  element *masked = result;
  PRODUCTS(, where(LOAD_SOME(y + at, lanes) > 0, G(at)), STORE_SOME(masked + at, lanes, passed);)
}

#undef PRODUCTS

static void ACTIVATION(column_affine)(
    const void *input, ptrdiff_t rows, ptrdiff_t width, const float *scale, const float *shift,
    void *output) {
  const element *x = input;
  element *y = output;
  COLUMNS({ STORE_SOME(y + at, lanes, PARAMETER(scale, j) * X(at) + PARAMETER(shift, j)); })
}

static void ACTIVATION(column_affine2)(
    const void *gradient, const void *input, ptrdiff_t rows, ptrdiff_t width, const float *a,
    const float *b, const float *c, void *output) {
  const element *g = gradient, *x = input;
  element *y = output;
  COLUMNS({
    const vec other = PARAMETER(b, j) * X(at) + PARAMETER(c, j);
    STORE_SOME(y + at, lanes, PARAMETER(a, j) * G(at) + other);
  })
}

static void ACTIVATION(column_affine_relu)(
    const void *input, ptrdiff_t rows, ptrdiff_t width, const float *scale, const float *shift,
    void *output) {
  const element *x = input;
  element *y = output;
  COLUMNS({ STORE_SOME(y + at, lanes, rectified(PARAMETER(scale, j) * X(at) + PARAMETER(shift, j))); })
}

static void ACTIVATION(column_affine_add_relu)(
    const void *input, const void *residual, ptrdiff_t rows, ptrdiff_t width, const float *scale,
    const float *shift, void *output) {
  const element *x = input, *other = residual;
  element *y = output;
  COLUMNS({
    const vec normalized = PARAMETER(scale, j) * X(at) + PARAMETER(shift, j);
    STORE_SOME(y + at, lanes, rectified(normalized + LOAD_SOME(other + at, lanes)));
  })
}

static void ACTIVATION(column_masked_affine2)(
    const void *gradient, const void *input, ptrdiff_t rows, ptrdiff_t width, const float *scale,
    const float *shift, const float *a, const float *b, const float *c, void *output) {
  const element *g = gradient, *x = input;
  element *y = output;
  COLUMNS({
    const vec value = X(at);
    const vec passed = where(PARAMETER(scale, j) * value + PARAMETER(shift, j) > 0, G(at));
    const vec other = PARAMETER(b, j) * value + PARAMETER(c, j);
    STORE_SOME(y + at, lanes, PARAMETER(a, j) * passed + other);
  })
}

#undef STRIPS
#undef COLUMNS
#undef X
#undef G
#undef PARAMETER
#undef SET_SUM

#include "rows_body.h"

// ── Elementwise ─────────────────────────────────────────────────────────────────────────────────

// Runs `...` for `lanes` elements from i on. No vector overlaps another, so results may replace operands.
#define VECTORS(...)                                                                                 \
  ptrdiff_t i = 0;                                                                                   \
  for (; i + block <= count; i += block) {                                                           \
    enum { lanes = block };                                                                          \
    __VA_ARGS__                                                                                      \
  }                                                                                                  \
  if (i < count) {                                                                                   \
    const int lanes = (int)(count - i);                                                              \
    __VA_ARGS__                                                                                      \
  }

static void ACTIVATION(relu)(const void *input, ptrdiff_t count, void *output) {
  const element *x = input;
  element *y = output;
  VECTORS({ STORE_SOME(y + i, lanes, rectified(LOAD_SOME(x + i, lanes))); })
}

static void ACTIVATION(relu_gradient)(
    const void *output, const void *output_gradient, ptrdiff_t count, void *input_gradient) {
  const element *y = output, *dy = output_gradient;
  element *dx = input_gradient;
  VECTORS({ STORE_SOME(dx + i, lanes, where(LOAD_SOME(y + i, lanes) > 0, LOAD_SOME(dy + i, lanes))); })
}

static void ACTIVATION(add)(const void *left, const void *right, ptrdiff_t count, void *sum) {
  const element *a = left, *b = right;
  element *y = sum;
  VECTORS({ STORE_SOME(y + i, lanes, LOAD_SOME(a + i, lanes) + LOAD_SOME(b + i, lanes)); })
}

static void ACTIVATION(widen)(const void *input, ptrdiff_t count, float *y) {
  const element *x = input;
  VECTORS({ store_some_float32(y + i, lanes, LOAD_SOME(x + i, lanes)); })
}

static void ACTIVATION(round)(const float *x, ptrdiff_t count, void *output) {
  element *y = output;
  VECTORS({ STORE_SOME(y + i, lanes, load_some_float32(x + i, lanes)); })
}

#undef VECTORS
#undef ACTIVATION
#undef NAMED
#undef JOINED
#undef LOAD_SOME
#undef STORE_SOME
#undef WITH_ELEMENT
#undef WITH_TYPE
