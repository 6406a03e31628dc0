// Winograd's F(4×4, 3×3), included by kernels_body.h once for each instruction set: 4×4 outputs of a 3×3
// convolution by 36 products a channel pair instead of 144.
//
//   y = Aᵀ[(G w Gᵀ) ⊙ (Bᵀ x B)]A          Lavin & Gray, arXiv 1509.09308
//
// The interpolation points are 0, ±a, ±b, ∞ with a = 1/√2 and b = √2: with ab = 1 the matrices stay near
// one in size, which loses fewer digits than the usual 0, ±1, ±2, ∞. A transformed tile is 36 planes of one
// value a channel; Σ over channels (or over tiles, for the weight gradient) is 36 matrix products.

#define POINT_A 0.70710678118654752f
#define POINT_B 1.41421356237309505f

// y = Bᵀx, six values from six. The arguments x are vectors, y(k) names the k-th target.
#define INPUT_TRANSFORM(x0, x1, x2, x3, x4, x5, y)                                                   \
  do {                                                                                               \
    const vec even_a = x4 - 2.0f * x2, odd_a = x3 - 2.0f * x1;                                       \
    const vec even_b = x4 - 0.5f * x2, odd_b = x3 - 0.5f * x1;                                       \
    y(0) = (x0 + x4) - 2.5f * x2;                                                                    \
    y(1) = even_a + POINT_A * odd_a;                                                                 \
    y(2) = even_a - POINT_A * odd_a;                                                                 \
    y(3) = even_b + POINT_B * odd_b;                                                                 \
    y(4) = even_b - POINT_B * odd_b;                                                                 \
    y(5) = (x1 + x5) - 2.5f * x3;                                                                    \
  } while (0)

// y = Aᵀm, four values from six.
#define OUTPUT_TRANSFORM(m0, m1, m2, m3, m4, m5, y)                                                  \
  do {                                                                                               \
    const vec even_a = m1 + m2, odd_a = m1 - m2, even_b = m3 + m4, odd_b = m3 - m4;                  \
    y(0) = m0 + (even_a + even_b);                                                                   \
    y(1) = POINT_A * odd_a + POINT_B * odd_b;                                                        \
    y(2) = 0.5f * even_a + 2.0f * even_b;                                                            \
    y(3) = 0.5f * POINT_A * odd_a + (2.0f * POINT_B * odd_b + m5);                                   \
  } while (0)

// y = Ax, six values from four: the transposed output transform.
#define GRADIENT_TRANSFORM(x0, x1, x2, x3, y)                                                        \
  do {                                                                                               \
    const vec even_a = x0 + 0.5f * x2, odd_a = POINT_A * x1 + 0.5f * POINT_A * x3;                   \
    const vec even_b = x0 + 2.0f * x2, odd_b = POINT_B * x1 + 2.0f * POINT_B * x3;                   \
    y(0) = x0;                                                                                       \
    y(1) = even_a + odd_a;                                                                           \
    y(2) = even_a - odd_a;                                                                           \
    y(3) = even_b + odd_b;                                                                           \
    y(4) = even_b - odd_b;                                                                           \
    y(5) = x3;                                                                                       \
  } while (0)

// y = Gw, six values from three: the weights' polynomial at each point, over what the point contributes.
#define WEIGHT_TRANSFORM(w0, w1, w2, y)                                                              \
  do {                                                                                               \
    const vec even_a = w0 + 0.5f * w2, odd_a = POINT_A * w1;                                         \
    const vec even_b = w0 + 2.0f * w2, odd_b = POINT_B * w1;                                         \
    y(0) = w0;                                                                                       \
    y(1) = (even_a + odd_a) * (-2.0f / 3.0f);                                                        \
    y(2) = (even_a - odd_a) * (-2.0f / 3.0f);                                                        \
    y(3) = (even_b + odd_b) * (1.0f / 6.0f);                                                         \
    y(4) = (even_b - odd_b) * (1.0f / 6.0f);                                                         \
    y(5) = w2;                                                                                       \
  } while (0)

// w = Gᵀu, three values from six.
#define WEIGHT_GRADIENT_TRANSFORM(u0, u1, u2, u3, u4, u5, w)                                         \
  do {                                                                                               \
    const vec even_a = (u1 + u2) * (-2.0f / 3.0f), odd_a = (u1 - u2) * (-2.0f / 3.0f);               \
    const vec even_b = (u3 + u4) * (1.0f / 6.0f), odd_b = (u3 - u4) * (1.0f / 6.0f);                 \
    w(0) = u0 + (even_a + even_b);                                                                   \
    w(1) = POINT_A * odd_a + POINT_B * odd_b;                                                        \
    w(2) = (0.5f * even_a + 2.0f * even_b) + u5;                                                     \
  } while (0)

enum { side = 4, patch = 6 };

#define LOAD(p) (*(const vec *)(p))

// 16 values of an image.
INLINE vec KERNEL(load_image)(const int is_bfloat16, const void *image, ptrdiff_t at) {
  return is_bfloat16 ? load_bfloat16((const bfloat16 *)image + at) : load_float32((const float *)image + at);
}

// Stores 16 values of tile `t` as floats, or rounded to bfloat16: in pairs of channels, or each as one half
// of a pair with the same channel of the neighbouring tile, which comes first if its number is even.
INLINE void KERNEL(store_plane)(const int layout, void *plane, ptrdiff_t tile_stride, int t, int c, vec v) {
  if (layout == limen_planes_float32) {
    *(vec *)((float *)plane + t * tile_stride + c) = v;
  } else if (layout == limen_planes_channel_pairs) {
    store_bfloat16((bfloat16 *)((uint32_t *)plane + t * tile_stride) + c, v);
  } else {
    words *target = (words *)((uint32_t *)plane + t / 2 * tile_stride + c);
    if (t % 2 == 0)
      *target = rounded_words(v);
    else
      *target |= rounded_words(v) << 16;
  }
}

// Transforms first down the columns and then along the rows of each tile, a grid of vectors.
#define HALF(r) half[r][j]

INLINE void KERNEL(input_planes)(
    const int layout, const int is_bfloat16, const limen_winograd_tiles *tiles, const void *image) {
  for (int t = 0; t < tiles->count; t++)
    for (int c = 0; c < tiles->channels; c += block) {
      const ptrdiff_t x = (ptrdiff_t)t * side * tiles->pixel_stride + c;
      vec half[patch][patch];
      EACH for (int j = 0; j < patch; j++) {
#define ROW(r) KERNEL(load_image)(is_bfloat16, image, x + j * tiles->pixel_stride + (r) * tiles->row_stride)
        const vec x0 = ROW(0), x1 = ROW(1), x2 = ROW(2), x3 = ROW(3), x4 = ROW(4), x5 = ROW(5);
        INPUT_TRANSFORM(x0, x1, x2, x3, x4, x5, HALF);
      }
      EACH for (int i = 0; i < patch; i++) {
        vec v[patch];
#define PLANE(k) v[k]
        INPUT_TRANSFORM(half[i][0], half[i][1], half[i][2], half[i][3], half[i][4], half[i][5], PLANE);
#undef PLANE
        EACH for (int k = 0; k < patch; k++) KERNEL(store_plane)(
            layout, (uint32_t *)tiles->planes + (i * patch + k) * tiles->plane_stride, tiles->tile_stride,
            tiles->first + t, c, v[k]);
      }
    }
}

INLINE void KERNEL(gradient_planes)(
    const int layout, const int is_bfloat16, const limen_winograd_tiles *tiles, const void *image) {
  for (int t = 0; t < tiles->count; t++)
    for (int c = 0; c < tiles->channels; c += block) {
      const ptrdiff_t x = (ptrdiff_t)t * side * tiles->pixel_stride + c;
      vec half[patch][side];
      EACH for (int j = 0; j < side; j++) {
        const vec x0 = ROW(0), x1 = ROW(1), x2 = ROW(2), x3 = ROW(3);
#undef ROW
        GRADIENT_TRANSFORM(x0, x1, x2, x3, HALF);
      }
      EACH for (int i = 0; i < patch; i++) {
        vec v[patch];
#define PLANE(k) v[k]
        GRADIENT_TRANSFORM(half[i][0], half[i][1], half[i][2], half[i][3], PLANE);
#undef PLANE
        EACH for (int k = 0; k < patch; k++) KERNEL(store_plane)(
            layout, (uint32_t *)tiles->planes + (i * patch + k) * tiles->plane_stride, tiles->tile_stride,
            tiles->first + t, c, v[k]);
      }
    }
}

static void KERNEL(winograd_input)(const limen_winograd_tiles *tiles, const void *image, int is_bfloat16) {
  if (!is_bfloat16)
    KERNEL(input_planes)(limen_planes_float32, 0, tiles, image);
  else if (tiles->layout == limen_planes_float32)
    KERNEL(input_planes)(limen_planes_float32, 1, tiles, image);
  else if (tiles->layout == limen_planes_channel_pairs)
    KERNEL(input_planes)(limen_planes_channel_pairs, 1, tiles, image);
  else
    KERNEL(input_planes)(limen_planes_tile_pairs, 1, tiles, image);
}

static void KERNEL(winograd_gradient)(const limen_winograd_tiles *tiles, const void *image, int is_bfloat16) {
  if (is_bfloat16)
    KERNEL(gradient_planes)(limen_planes_tile_pairs, 1, tiles, image);
  else
    KERNEL(gradient_planes)(limen_planes_float32, 0, tiles, image);
}

// Stores a vector of outputs as float32 or bfloat16.
INLINE void KERNEL(store_output)(const int is_bfloat16, void *image, ptrdiff_t at, int count, vec v) {
  if (is_bfloat16)
    store_some_bfloat16((bfloat16 *)image + at, count, v);
  else
    store_some_float32((float *)image + at, count, v);
}

INLINE void KERNEL(output_tiles)(
    const int is_bfloat16, const limen_winograd_tiles *tiles, void *image, int rows, int columns) {
  for (int t = 0; t < tiles->count; t++) {
    const int width = columns - t * side < side ? columns - t * side : side;
    for (int c = 0; c < tiles->channels; c += block) {
      const float *plane = (const float *)tiles->planes + (tiles->first + t) * tiles->tile_stride + c;
      vec half[side][patch];
      EACH for (int j = 0; j < patch; j++) {
#define PLANE(r) LOAD(plane + ((r) * patch + j) * tiles->plane_stride)
        const vec m0 = PLANE(0), m1 = PLANE(1), m2 = PLANE(2), m3 = PLANE(3), m4 = PLANE(4), m5 = PLANE(5);
#undef PLANE
        OUTPUT_TRANSFORM(m0, m1, m2, m3, m4, m5, HALF);
      }
      const ptrdiff_t first = (ptrdiff_t)t * side * tiles->pixel_stride + c;
      const int count = tiles->channels - c < block ? tiles->channels - c : block;
      const int is_whole = rows == side && width == side && count == block;
      EACH for (int i = 0; i < side; i++) {
        vec y[side];
#define PIXEL(k) y[k]
        OUTPUT_TRANSFORM(half[i][0], half[i][1], half[i][2], half[i][3], half[i][4], half[i][5], PIXEL);
#undef PIXEL
        const ptrdiff_t row = first + i * tiles->row_stride;
        if (is_whole) {
          EACH for (int k = 0; k < side; k++)
            KERNEL(store_output)(is_bfloat16, image, row + k * tiles->pixel_stride, block, y[k]);
        } else if (i < rows) {
          EACH for (int k = 0; k < side; k++)
            if (k < width)
              KERNEL(store_output)(is_bfloat16, image, row + k * tiles->pixel_stride, count, y[k]);
        }
      }
    }
  }
}

static void KERNEL(winograd_output)(
    const limen_winograd_tiles *tiles, void *image, int is_bfloat16, int rows, int columns) {
  if (is_bfloat16)
    KERNEL(output_tiles)(1, tiles, image, rows, columns);
  else
    KERNEL(output_tiles)(0, tiles, image, rows, columns);
}

// Nine taps of up to 16 output channels for input channel k, turned so that a vector holds one tap.
INLINE void KERNEL(gather_taps)(const limen_winograd_weights *weights, const float *w, int k, float taps[9][block]) {
  for (int lane = 0; lane < weights->outputs; lane++) {
    const float *source = w + lane * weights->output_stride + k * weights->input_stride;
    for (int tap = 0; tap < 9; tap++) taps[weights->flipped ? 8 - tap : tap][lane] = source[tap];
  }
  if (weights->rounds)
    for (int tap = 0; tap < 9; tap++) *(words *)taps[tap] = rounded_words(LOAD(taps[tap])) << 16;
}

static void KERNEL(winograd_weights)(const limen_winograd_weights *weights, const float *w, void *planes) {
  float taps[9][block];
  memset(taps, 0, sizeof taps);
  for (int k = 0; k < weights->inputs; k++) {
    KERNEL(gather_taps)(weights, w, k, taps);
    vec half[patch][3];
    EACH for (int j = 0; j < 3; j++) {
      const vec w0 = LOAD(taps[j]), w1 = LOAD(taps[3 + j]), w2 = LOAD(taps[6 + j]);
      WEIGHT_TRANSFORM(w0, w1, w2, HALF);
    }
    EACH for (int i = 0; i < patch; i++) {
      vec u[patch];
#define PLANE(n) u[n]
      WEIGHT_TRANSFORM(half[i][0], half[i][1], half[i][2], PLANE);
#undef PLANE
      // Channels pair up as tiles do.
      const int layout = weights->makes_pairs ? limen_planes_tile_pairs : limen_planes_float32;
      EACH for (int n = 0; n < patch; n++)
        KERNEL(store_plane)(layout, (uint32_t *)planes + (i * patch + n) * weights->plane_stride, block, k, 0, u[n]);
    }
  }
}

static void KERNEL(winograd_weight_gradient)(
    const limen_winograd_weights *weights, const float *planes, int parts, ptrdiff_t part_stride, float *w) {
  for (int k = 0; k < weights->inputs; k++) {
    vec half[3][patch];
    EACH for (int j = 0; j < patch; j++) {
      vec u[patch];
      for (int i = 0; i < patch; i++) {
        const float *plane = planes + (i * patch + j) * weights->plane_stride + k * block;
        u[i] = LOAD(plane);
        for (int part = 1; part < parts; part++) u[i] += LOAD(plane + part * part_stride);
      }
      WEIGHT_GRADIENT_TRANSFORM(u[0], u[1], u[2], u[3], u[4], u[5], HALF);
    }
    float taps[9][block];
#define TAP(n) *(vec *)taps[i * 3 + (n)]
    EACH for (int i = 0; i < 3; i++)
      WEIGHT_GRADIENT_TRANSFORM(half[i][0], half[i][1], half[i][2], half[i][3], half[i][4], half[i][5], TAP);
#undef TAP
    for (int lane = 0; lane < weights->outputs; lane++) {
      float *target = w + lane * weights->output_stride + k * weights->input_stride;
      for (int tap = 0; tap < 9; tap++) target[tap] = taps[tap][lane];
    }
  }
}

#undef LOAD
#undef HALF
#undef INPUT_TRANSFORM
#undef OUTPUT_TRANSFORM
#undef GRADIENT_TRANSFORM
#undef WEIGHT_TRANSFORM
#undef WEIGHT_GRADIENT_TRANSFORM
#undef POINT_A
#undef POINT_B
