// The micro-kernels, one table for each instruction set. Loop nests and threads are Swift's.
//
// Every table computes the same thing; the last bits may differ between tables (fused multiply-add,
// vector width), never between runs, threads or machines that use the same table.
#pragma once

#include <stddef.h>

/// Weights are packed in blocks of this many output channels, zero-filled at the end.
enum { limen_channel_block = 16 };

/// Some output pixels of a convolution, for some output channels.
///
/// In a zero-bordered NHWC image the values under one row of the kernel window are contiguous, so a
/// k×k window is k segments of k·channels values each. Pixels come in groups of four, evenly spaced:
/// a row of any width, or all rows of an image that is four pixels wide.
typedef struct {
  const float *input;          // window of the first output pixel
  ptrdiff_t pixel_stride;      // floats between the windows of neighbouring output pixels
  ptrdiff_t group_stride;      // floats between the windows of the first pixels of neighbouring groups
  const ptrdiff_t *segments;   // start of each segment, in floats from the window's start
  int segment_count;
  int segment_length;          // floats
  const float *weights;        // [channel block][segment][index in segment][16]
  void *output;                // first output pixel, float32 or bfloat16
  ptrdiff_t output_stride;     // elements between output pixels
  ptrdiff_t output_group_stride;
  int pixels;
  int channels;                // output channels
} limen_convolution_pixels;

/// Weight gradient of one kernel row, summed over the pixels of some images.
typedef struct {
  const float *input;          // first value under the kernel row, first pixel of the first image
  ptrdiff_t pixel_stride, row_stride, image_stride;
  const float *output_gradient;
  ptrdiff_t gradient_pixel_stride, gradient_row_stride, gradient_image_stride;
  int images, rows, pixels;    // pixels in a row
  int length;                  // kernel width × input channels
  int channel_blocks;          // output channels / 16, rounded up
  float *weight_gradient;      // [channel block][length][16], added to
  ptrdiff_t block_stride;      // floats between channel blocks
} limen_weight_gradient_row;

/// Neighbouring tiles of 4×4 pixels, in one row of tiles of an NHWC image, and their 36 planes for
/// Winograd's F(4×4, 3×3): planes[plane][tile][channel].
typedef struct {
  ptrdiff_t row_stride, pixel_stride;  // of the image, in values
  float *planes;                       // of the first tile
  ptrdiff_t plane_stride, tile_stride; // tile_stride is `channels` rounded up to whole blocks
  int count, channels;
} limen_winograd_tiles;

/// 3×3 weights of up to 16 output channels and their 36 planes: planes[plane][input][16].
typedef struct {
  ptrdiff_t output_stride, input_stride; // of the weights, in floats
  ptrdiff_t plane_stride;
  int inputs, outputs;
  int flipped;                           // whether the window is turned by 180°, as for the input gradient
} limen_winograd_weights;

/// What reads or writes activations, for one element type: float32, or bfloat16 in 16 bits.
///
/// Activations are `const void *` and `void *` here; sums, weights and parameters are float always.
/// Arithmetic is float32; a result is rounded to the element type, to nearest with ties to even, when it is
/// stored.
///
/// Per-channel passes see an activation as `rows` rows of `width` values, where a row holds the
/// channels of one or several whole pixels: short channel counts are repeated up to a full vector.
/// Results must not overlap operands unless it says so.
typedef struct {
  void (*convolution)(const limen_convolution_pixels *);

  /// Column sums: sum[j] = Σ x[r][j].
  void (*column_sums)(const void *x, ptrdiff_t rows, ptrdiff_t width, float *sum);
  /// Column sums of squared deviations: sum[j] = Σ (x[r][j] − mean[j])².
  void (*column_deviations)(
      const void *x, ptrdiff_t rows, ptrdiff_t width, const float *mean, float *sum);
  /// sum[j] = Σ g[r][j],  product[j] = Σ g[r][j]·(x[r][j] − mean[j]).
  void (*column_products)(
      const void *g, const void *x, ptrdiff_t rows, ptrdiff_t width, const float *mean, float *sum,
      float *product);
  /// y = scale·x + shift, columnwise.
  void (*column_affine)(
      const void *x, ptrdiff_t rows, ptrdiff_t width, const float *scale, const float *shift, void *y);
  /// y = a·g + b·x + c, columnwise.
  void (*column_affine2)(
      const void *g, const void *x, ptrdiff_t rows, ptrdiff_t width, const float *a, const float *b,
      const float *c, void *y);

  /// y = max(scale·x + shift, 0), columnwise; a NaN stays NaN.
  void (*column_affine_relu)(
      const void *x, ptrdiff_t rows, ptrdiff_t width, const float *scale, const float *shift, void *y);
  /// y = max(scale·x + shift + r, 0), columnwise; a NaN stays NaN.
  void (*column_affine_add_relu)(
      const void *x, const void *r, ptrdiff_t rows, ptrdiff_t width, const float *scale,
      const float *shift, void *y);
  /// column_products of g where scale·x + shift > 0, and of 0 elsewhere.
  void (*column_masked_products)(
      const void *g, const void *x, ptrdiff_t rows, ptrdiff_t width, const float *scale,
      const float *shift, const float *mean, float *sum, float *product);
  /// column_affine2 of g where scale·x + shift > 0, and of 0 elsewhere.
  void (*column_masked_affine2)(
      const void *g, const void *x, ptrdiff_t rows, ptrdiff_t width, const float *scale,
      const float *shift, const float *a, const float *b, const float *c, void *y);
  /// masked = y > 0 ? g : 0, and column_products of masked.
  void (*column_relu_products)(
      const void *g, const void *y, const void *x, ptrdiff_t rows, ptrdiff_t width, const float *mean,
      void *masked, float *sum, float *product);

  /// y = max(x, 0); a NaN stays NaN.
  void (*relu)(const void *x, ptrdiff_t count, void *y);
  /// dx = y > 0 ? dy : 0.
  void (*relu_gradient)(const void *y, const void *dy, ptrdiff_t count, void *dx);
  /// y = a + b; `y` may be `a` or `b`.
  void (*add)(const void *a, const void *b, ptrdiff_t count, void *y);

  /// y = x as floats; exact.
  void (*widen)(const void *x, ptrdiff_t count, float *y);
  /// y = x as elements; what is too large becomes infinite, a NaN stays one and is made quiet.
  void (*round)(const float *x, ptrdiff_t count, void *y);
} limen_activation_kernels;

/// All micro-kernels of one instruction set.
typedef struct {
  const char *name;

  limen_activation_kernels float32, bfloat16;

  void (*weight_gradient_row)(const limen_weight_gradient_row *);

  /// Planes of the 6×6 patches whose first pixel is `image`, 4 pixels apart; channels are read in whole blocks.
  void (*winograd_input)(const limen_winograd_tiles *, const float *image);
  /// Planes of the 4×4 tiles of an output gradient; channels are read in whole blocks.
  void (*winograd_gradient)(const limen_winograd_tiles *, const float *image);
  /// Outputs from planes; only the first `rows` rows and `columns` columns of the run of tiles are written.
  void (*winograd_output)(const limen_winograd_tiles *, float *image, int rows, int columns);
  /// Planes of weights.
  void (*winograd_weights)(const limen_winograd_weights *, const float *w, float *planes);
  /// Gradient of the weights from the sum of `parts` sets of planes.
  void (*winograd_weight_gradient)(
      const limen_winograd_weights *, const float *planes, int parts, ptrdiff_t part_stride, float *w);

  /// y = scale·x; `y` may be `x`.
  void (*scale)(const float *x, float scale, ptrdiff_t count, float *y);
  /// One step of SGD: g' = g + decay·w; v = momentum·v + g'; w −= rate·(nesterov ? g' + momentum·v : v).
  void (*sgd)(
      float *w, float *v, const float *g, ptrdiff_t count, float rate, float momentum, float decay,
      int nesterov);
} limen_kernel_table;

/// The table of that name ("portable", "avx2", "avx512"), or NULL if this processor cannot run it.
const limen_kernel_table *limen_kernel_table_named(const char *name);

/// The fastest table this processor can run.
const limen_kernel_table *limen_kernel_table_best(void);
