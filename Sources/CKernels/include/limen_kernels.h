// The micro-kernels, one table for each instruction set. Loop nests and threads are Swift's.
//
// Every table computes the same thing; the last bits may differ between tables (fused multiply-add,
// vector width), never between runs, threads or machines that use the same table.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Weights are packed in blocks of this many output channels, zero-filled at the end.
enum { limen_channel_block = 16 };

/// Products of pixels' windows with weights, for some output channels.
///
/// Factors are float32, or bfloat16 in pairs of input channels; either way a unit of 32 bits, in which
/// offsets and strides of the input are counted. In a zero-bordered NHWC image the units under one row of
/// the kernel window are contiguous, so a k×k window is k segments. Pixels of a row come in groups of four,
/// evenly spaced: a row of any width, or all rows of an image that is four pixels wide.
typedef struct {
  const void *input;           // window of the first output pixel
  ptrdiff_t pixel_stride;      // units between the windows of neighbouring output pixels
  ptrdiff_t group_stride;      // units between the windows of the first pixels of neighbouring groups
  ptrdiff_t row_stride;        // units between rows
  const ptrdiff_t *segments;   // start of each segment, in units from the window's start
  int segment_count;
  int segment_length;          // units
  const void *weights;         // [channel block][segment][index in segment][16] units
  void *output;                // first output pixel, float32 or bfloat16
  ptrdiff_t output_stride;     // elements between output pixels
  ptrdiff_t output_group_stride, output_row_stride;
  int pixels;                  // in a row
  int rows;
  int channels;                // output channels
  int output_is_bfloat16;
} limen_products;

/// Products of input values with output gradients, summed over the pixels of some images: the weight
/// gradient of one kernel row.
///
/// Units are floats, or pairs of bfloat16 values of the same channel of two pixels.
typedef struct {
  const void *input;           // first unit under the kernel row, first pixel of the first image
  ptrdiff_t pixel_stride, row_stride, image_stride;
  const void *gradient;        // whole blocks of 16 channels
  ptrdiff_t gradient_pixel_stride, gradient_row_stride, gradient_image_stride;
  int images, rows, pixels;    // pixels, or pairs of pixels, in a row
  int length;                  // kernel width × input channels
  int channel_blocks;          // output channels / 16, rounded up
  float *sums;                 // [channel block][length][16], added to
  ptrdiff_t block_stride;      // floats between channel blocks
} limen_outer_products;

/// How transformed tiles lie: as floats; as bfloat16, which makes pairs of channels; or as pairs of bfloat16
/// values of one channel of two tiles.
enum { limen_planes_float32, limen_planes_channel_pairs, limen_planes_tile_pairs };

/// Neighbouring tiles of 4×4 pixels, in one row of tiles of an NHWC image, and their 36 planes for
/// Winograd's F(4×4, 3×3): planes[plane][tile][channel], in units of 32 bits.
typedef struct {
  ptrdiff_t row_stride, pixel_stride;  // of the image, in elements
  void *planes;
  ptrdiff_t plane_stride;              // units between planes
  ptrdiff_t tile_stride;               // units between tiles, or pairs of tiles; whole blocks of channels
  int first;                           // number of the first tile in the planes
  int count, channels;
  int layout;                          // limen_planes_…
} limen_winograd_tiles;

/// 3×3 weights of up to 16 output channels and their 36 planes: planes[plane][input][16], or
/// planes[plane][input pair][16] where the products are of bfloat16 pairs.
typedef struct {
  ptrdiff_t output_stride, input_stride; // of the weights, in floats
  ptrdiff_t plane_stride;                // units
  int inputs, outputs;
  int flipped;                           // whether the window is turned by 180°, as for the input gradient
  int rounds;                            // whether weights are rounded to bfloat16 first
  int makes_pairs;
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
  void (*products)(const limen_products *);
  void (*outer_products)(const limen_outer_products *);

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

  /// y = max(scale·x + shift, 0), columnwise; a NaN stays NaN. `y` may be `x` if `width` is whole vectors.
  void (*column_affine_relu)(
      const void *x, ptrdiff_t rows, ptrdiff_t width, const float *scale, const float *shift, void *y);
  /// y = max(scale·x + shift + r, 0), columnwise; a NaN stays NaN. `y` may be `x` if `width` is whole vectors.
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

  /// Passes over the first `width` channels of pixels that are `…_stride` elements apart. Parameters and
  /// float results are filled up to whole vectors of 16.
  ///
  /// y = max(scale·x + shift, 0); y_stride is a whole number of vectors, and y is 0 behind `width`.
  void (*rows_affine_relu)(
      const void *x, ptrdiff_t x_stride, ptrdiff_t rows, ptrdiff_t width, const float *scale,
      const float *shift, void *y, ptrdiff_t y_stride);
  /// With g' = g where scale·x + shift > 0, and 0 elsewhere: total += scale·g', sum[j] = Σ g'[r][j],
  /// product[j] = Σ g'[r][j]·(x[r][j] − mean[j]).
  void (*rows_gradient)(
      const float *g, ptrdiff_t g_stride, const void *x, ptrdiff_t x_stride, ptrdiff_t rows,
      ptrdiff_t width, const float *scale, const float *shift, const float *mean, void *total, ptrdiff_t total_stride, float *sum, float *product);
  /// y = x.
  void (*rows_copy)(
      const void *x, ptrdiff_t x_stride, ptrdiff_t rows, ptrdiff_t width, void *y, ptrdiff_t y_stride);
  /// y = g + b·x + c.
  void (*rows_affine)(
      const void *g, ptrdiff_t g_stride, const void *x, ptrdiff_t x_stride, ptrdiff_t rows, ptrdiff_t width,
      const float *b, const float *c, void *y, ptrdiff_t y_stride);

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

/// The numbers of one step of Adam that are the same for every weight of a parameter.
typedef struct {
  /// The learning rate, divided by the first moment's bias correction.
  float rate;
  /// What remains of a weight before the step: 1 less the decoupled decay (AdamW).
  float keep;
  /// How much of the weight is added to its gradient (Adam).
  float decay;
  float beta1, beta2;
  /// 1 / √(bias correction of the second moment).
  float root_scale;
  float epsilon;
} limen_adam;

/// Bits behind the point of a weight in the sums that resize a picture.
enum { limen_resize_bits = 22 };

/// All micro-kernels of one instruction set.
typedef struct {
  const char *name;

  limen_activation_kernels float32, bfloat16;

  /// pairs[r][j] = (first[r][j], second[r][j]) of bfloat16 values, `stride` apart from row to row; a missing
  /// second is 0, and so are pairs from `width` to `pair_stride`.
  void (*pair)(
      const uint16_t *first, const uint16_t *second, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t width,
      uint32_t *pairs, ptrdiff_t pair_stride);

  /// Planes of the 6×6 patches whose first pixel is `image`, 4 pixels apart; channels are read in whole blocks.
  /// Planes of a float32 image are floats, those of a bfloat16 image in any layout.
  void (*winograd_input)(const limen_winograd_tiles *, const void *image, int is_bfloat16);
  /// Planes of the 4×4 tiles of an output gradient; channels are read in whole blocks. Those of a bfloat16
  /// image are pairs of tiles.
  void (*winograd_gradient)(const limen_winograd_tiles *, const void *image, int is_bfloat16);
  /// Outputs from planes of floats; only the first `rows` rows and `columns` columns of the run of tiles are written.
  void (*winograd_output)(
      const limen_winograd_tiles *, void *image, int is_bfloat16, int rows, int columns);
  /// Planes of weights.
  void (*winograd_weights)(const limen_winograd_weights *, const float *w, void *planes);
  /// Gradient of the weights from the sum of `parts` sets of planes.
  void (*winograd_weight_gradient)(
      const limen_winograd_weights *, const float *planes, int parts, ptrdiff_t part_stride, float *w);

  /// y = scale·x; `y` may be `x`.
  void (*scale)(const float *x, float scale, ptrdiff_t count, float *y);
  /// One step of SGD: g' = g + decay·w; v = momentum·v + g'; w −= rate·(nesterov ? g' + momentum·v : v).
  void (*sgd)(
      float *w, float *v, const float *g, ptrdiff_t count, float rate, float momentum, float decay,
      int nesterov);
  /// One step of Adam: g' = g + decay·w; m = beta1·m + (1 − beta1)·g'; v = beta2·v + (1 − beta2)·g'²;
  /// w = keep·w − rate·m / (root_scale·√v + epsilon).
  void (*adam)(float *w, float *m, float *v, const float *g, ptrdiff_t count, const limen_adam *step);

  /// A row of RGB pixels resized: target pixel c is the sum of the source's from starts[c] on with the weights from
  /// ends[c] to ends[c + 1], at least one, rounded and clipped to bytes.
  void (*resize_columns)(
      const uint8_t *row, const ptrdiff_t *starts, const ptrdiff_t *ends, const int32_t *weights,
      ptrdiff_t width, uint8_t *target);
  /// The sum of `count` rows of `stride` bytes, one after the other, with a weight each, rounded and clipped to bytes.
  void (*resize_rows)(
      const uint8_t *rows, ptrdiff_t stride, ptrdiff_t count, const int32_t *weights, uint8_t *target);
} limen_kernel_table;

/// The table of that name ("portable", "avx2", "avx512", "avx512bf16", "amx"), or NULL if this processor cannot run
/// it. "amxmodel" is "amx" on a model of its tile registers, for tests; a request is the only way to it.
const limen_kernel_table *limen_kernel_table_named(const char *name);

/// The fastest table this processor can run.
const limen_kernel_table *limen_kernel_table_best(void);

/// Why the table of that name is not used although the processor has its instructions, as part of a sentence; NULL
/// if there is nothing to tell.
const char *limen_kernel_table_refusal(const char *name);

/// Whether `candidate` gets the same bits as `reference` in small products and outer products whose sums are exact,
/// and writes nowhere else: what a table is asked before it is used the first time on a machine.
int limen_products_agree(
    const limen_activation_kernels *candidate, const limen_activation_kernels *reference);
