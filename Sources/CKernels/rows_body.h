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

static void ACTIVATION(rows_gradient)(
    const float *g, ptrdiff_t g_stride, const void *input, ptrdiff_t x_stride, ptrdiff_t rows,
    ptrdiff_t width, const float *scale, const float *shift, const float *mean, const float *factor,
    void *total, ptrdiff_t total_stride, float *sum, float *product) {
  const element *x = input;
  element *t = total;
  for (ptrdiff_t j = 0; j < width; j += block) {
    const vec slope = load_float32(scale + j), offset = load_float32(shift + j);
    const vec centre = load_float32(mean + j), a = load_float32(factor + j);
    const int lanes = width - j < block ? (int)(width - j) : block;
    const mask inside = ACTIVATION(inside)(j, width);
    vec sums = (vec){0}, products = (vec){0};
    for (ptrdiff_t r = 0; r < rows; r++) {
      const vec value = LOAD_SOME(x + r * x_stride + j, lanes);
      const vec passed =
          where(inside & (slope * value + offset > 0), load_float32(g + r * g_stride + j));
      element *target = t + r * total_stride + j;
      STORE_SOME(target, lanes, LOAD_SOME(target, lanes) + a * passed);
      sums += passed;
      products += where(inside, passed * (value - centre));
    }
    store_float32(sum + j, sums);
    store_float32(product + j, products);
  }
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
