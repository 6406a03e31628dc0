// Passes over the first channels of wider pixels, included by activation_body.h once for each element type.
//
// Pixels are `stride` elements apart. Parameters and working memory are filled up to whole vectors; what lies
// behind the channels in an activation may be anything, even a NaN, and is left as it is.

// Lanes of the 16 values from j on that lie before `width`.
INLINE mask ACTIVATION(inside)(ptrdiff_t j, ptrdiff_t width) {
  const mask lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lane < (int32_t)(width - j < block ? width - j : block);
}

static void ACTIVATION(rows_affine_relu)(
    const void *input, ptrdiff_t x_stride, ptrdiff_t rows, ptrdiff_t width, const float *scale,
    const float *shift, void *output, ptrdiff_t y_stride) {
  const element *x = input;
  element *y = output;
  for (ptrdiff_t r = 0; r < rows; r++) {
    // The last row may end with the memory.
    const int is_last = r == rows - 1;
    for (ptrdiff_t j = 0; j < width; j += block) {
      const int left = (int)(width - j);
      const vec value = is_last && left < block ? LOAD_SOME(x + r * x_stride + j, left)
                                                : LOAD_SOME(x + r * x_stride + j, block);
      const vec z = rectified(load_float32(scale + j) * value + load_float32(shift + j));
      STORE_SOME(y + r * y_stride + j, block, left < block ? where(ACTIVATION(inside)(j, width), z) : z);
    }
  }
}

// n × 16 columns from j on, of which the last vector has `lanes` inside the channels.
INLINE void ACTIVATION(gradient_strip)(
    const int n, ptrdiff_t j, const int lanes, const float *g, ptrdiff_t g_stride, const element *x,
    ptrdiff_t x_stride, ptrdiff_t rows, const float *scale, const float *shift, const float *mean,
    element *total, ptrdiff_t total_stride, float *sum, float *product) {
  vec slope[4], offset[4], centre[4], sums[4], products[4];
  const mask inside = ACTIVATION(inside)(0, lanes);
  EACH for (int k = 0; k < n; k++) {
    const ptrdiff_t at = j + k * block;
    slope[k] = load_float32(scale + at), offset[k] = load_float32(shift + at);
    centre[k] = load_float32(mean + at);
    sums[k] = (vec){0}, products[k] = (vec){0};
  }
  for (ptrdiff_t r = 0; r < rows; r++)
    EACH for (int k = 0; k < n; k++) {
      const ptrdiff_t at = j + k * block;
      const vec value = LOAD_SOME(x + r * x_stride + at, lanes);
      const mask open = slope[k] * value + offset[k] > 0;
      const vec passed =
          where(lanes < block ? inside & open : open, load_float32(g + r * g_stride + at));
      element *target = total + r * total_stride + at;
      STORE_SOME(target, lanes, LOAD_SOME(target, lanes) + slope[k] * passed);
      sums[k] += passed;
      products[k] += passed * (value - centre[k]);
    }
  EACH for (int k = 0; k < n; k++) {
    store_float32(sum + j + k * block, sums[k]);
    store_float32(product + j + k * block, products[k]);
  }
}

static void ACTIVATION(rows_gradient)(
    const float *g, ptrdiff_t g_stride, const void *input, ptrdiff_t x_stride, ptrdiff_t rows,
    ptrdiff_t width, const float *scale, const float *shift, const float *mean, void *total, ptrdiff_t total_stride, float *sum, float *product) {
  ptrdiff_t j = 0;
#define STRIP(n, lanes)                                                                              \
  ACTIVATION(gradient_strip)(n, j, lanes, g, g_stride, input, x_stride, rows, scale, shift, mean, total, \
                             total_stride, sum, product)
  // Whole cache lines of several vectors, so that memory is read in long runs.
  for (; j + 4 * block <= width; j += 4 * block) STRIP(4, block);
  for (; j + block <= width; j += block) STRIP(1, block);
  if (j < width) STRIP(1, (int)(width - j));
#undef STRIP
}

static void ACTIVATION(rows_copy)(
    const void *input, ptrdiff_t x_stride, ptrdiff_t rows, ptrdiff_t width, void *output,
    ptrdiff_t y_stride) {
  const element *x = input;
  element *y = output;
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < width; j += block) {
      const int lanes = width - j < block ? (int)(width - j) : block;
      copy_bytes(y + r * y_stride + j, x + r * x_stride + j, (size_t)lanes * sizeof(element) % 64);
      if (lanes * sizeof(element) == 64) STORE_SOME(y + r * y_stride + j, block, LOAD_SOME(x + r * x_stride + j, block));
    }
}

static void ACTIVATION(rows_affine)(
    const void *gradient, ptrdiff_t g_stride, const void *input, ptrdiff_t x_stride, ptrdiff_t rows,
    ptrdiff_t width, const float *b, const float *c, void *output, ptrdiff_t y_stride) {
  const element *g = gradient, *x = input;
  element *y = output;
  for (ptrdiff_t j = 0; j < width; j += block) {
    const int lanes = width - j < block ? (int)(width - j) : block;
    const vec slope = load_float32(b + j), offset = load_float32(c + j);
    for (ptrdiff_t r = 0; r < rows; r++)
      STORE_SOME(y + r * y_stride + j, lanes,
                 LOAD_SOME(g + r * g_stride + j, lanes) +
                     (slope * LOAD_SOME(x + r * x_stride + j, lanes) + offset));
  }
}
