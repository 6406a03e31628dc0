// Weighted sums of bytes, the inner loops of resizing pictures. Included by kernels_body.h, so once for each
// instruction set; whole numbers throughout, so every instruction set gives the same bytes.

typedef uint8_t bytes16 __attribute__((vector_size(16), aligned(1), may_alias));
typedef int32_t pixel_sum __attribute__((vector_size(16)));
typedef uint8_t pixel_bytes __attribute__((vector_size(4), aligned(1), may_alias));

enum { resize_half = 1 << (limen_resize_bits - 1) };

static void KERNEL(resize_columns)(
    const uint8_t *row, const ptrdiff_t *starts, const ptrdiff_t *ends, const int32_t *weights,
    ptrdiff_t width, uint8_t *target) {
  for (ptrdiff_t column = 0; column < width; column++) {
    const uint8_t *pixel = row + 3 * starts[column];
    const ptrdiff_t last = ends[column + 1] - 1;
    pixel_sum sum = {resize_half, resize_half, resize_half, resize_half};
    // The fourth lane is the next pixel's, which the last one of a row does not have.
    for (ptrdiff_t at = ends[column]; at < last; at++, pixel += 3)
      sum += __builtin_convertvector(*(const pixel_bytes *)pixel, pixel_sum) * weights[at];
    const pixel_sum final = {pixel[0], pixel[1], pixel[2], 0};
    sum = (sum + final * weights[last]) >> limen_resize_bits;
    sum = __builtin_elementwise_min(__builtin_elementwise_max(sum, (pixel_sum){0}), (pixel_sum){0} + 255);
    const pixel_bytes bytes = __builtin_convertvector(sum, pixel_bytes);
    memcpy(target + 3 * column, &bytes, 3);
  }
}

static void KERNEL(resize_rows)(
    const uint8_t *rows, ptrdiff_t stride, ptrdiff_t count, const int32_t *weights, uint8_t *target) {
  ptrdiff_t at = 0;
  for (; at + 16 <= stride; at += 16) {
    mask sum = (mask){0} + resize_half;
    for (ptrdiff_t row = 0; row < count; row++)
      sum += __builtin_convertvector(*(const bytes16 *)(rows + row * stride + at), mask) * weights[row];
    sum >>= limen_resize_bits;
    sum = __builtin_elementwise_min(__builtin_elementwise_max(sum, (mask){0}), (mask){0} + 255);
    *(bytes16 *)(target + at) = __builtin_convertvector(sum, bytes16);
  }
  for (; at < stride; at++) {
    int32_t sum = resize_half;
    for (ptrdiff_t row = 0; row < count; row++) sum += rows[row * stride + at] * weights[row];
    sum >>= limen_resize_bits;
    target[at] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
  }
}
