// The matrix products of convolutions in tile registers, for factors in bfloat16 pairs; included by kernels_body.h
// where TILE_REGISTERS is defined, instead of products_body.h, with one of
//   tiles_hardware.h   operations on tiles are instructions
//   tiles_software.h   they are those of the model
//
// A tile is 16 rows of 16 units. One operation adds the product of tile a, [rows][depth] units, with tile b,
// [depth][16] units, to a tile of sums, [rows][16] floats. Four tiles of sums hide its latency. Packed weights lie
// as b wants them, 16 output channels of one input unit after the other, and pixels as a does.

enum {
  tile_side = 16,
  // Factors, and factors for what is left of a sum whose terms are no whole number of tiles.
  tile_a = 4, tile_b = 5, tile_a_rest = 6, tile_b_rest = 7,
  tile_bytes = tile_side * (int)sizeof(uint32_t),
};

typedef struct {
  _Alignas(64) uint32_t units[tile_side][tile_side];
} KERNEL(tile_memory);

// Tiles of sums with so many rows, of products with so many terms at a time, and so many at the end.
INLINE void KERNEL(configure_tiles)(int rows, int depth, int rest) {
  limen_tile_configuration configuration = {.palette = limen_tile_palette};
  for (int t = 0; t < 4; t++) configuration.rows[t] = (uint8_t)rows, configuration.row_bytes[t] = tile_bytes;
#define FACTORS(a, b, terms)                                                                         \
  if ((terms) > 0) {                                                                                 \
    configuration.rows[a] = (uint8_t)rows, configuration.row_bytes[a] = (uint16_t)((terms) * 4);     \
    configuration.rows[b] = (uint8_t)(terms), configuration.row_bytes[b] = tile_bytes;               \
  }
  FACTORS(tile_a, tile_b, depth)
  FACTORS(tile_a_rest, tile_b_rest, rest)
#undef FACTORS
  tiles_configure(&configuration);
}

// ── Pixels times weights ────────────────────────────────────────────────────────────────────────

// How pixels are cut into tiles: rows of pixels into equal tiles, of which the last two overlap where they do not
// fit. What is computed twice comes out the same.
typedef struct {
  int pixels;       // of a tile
  int per_row;      // tiles of a row of pixels
  int count;        // tiles in all
  int depth, rest;  // units of a whole tile, and units left at the end of a segment
} KERNEL(tiling);

INLINE KERNEL(tiling) KERNEL(tiling_of)(const limen_products *work) {
  KERNEL(tiling) tiling;
  tiling.per_row = (work->pixels + tile_side - 1) / tile_side;
  tiling.pixels = (work->pixels + tiling.per_row - 1) / tiling.per_row;
  tiling.count = work->rows * tiling.per_row;
  tiling.depth = work->segment_length < tile_side ? work->segment_length : tile_side;
  tiling.rest = work->segment_length % tiling.depth;
  return tiling;
}

// Pixels of a tile, with the tile's place in the input and the output.
typedef struct {
  int first;  // pixel of the row
  const uint32_t *input;
  ptrdiff_t output;
} KERNEL(pixel_tile);

INLINE KERNEL(pixel_tile) KERNEL(pixel_tile_at)(
    const limen_products *work, const KERNEL(tiling) *tiling, int t) {
  const int row = t / tiling->per_row, start = t % tiling->per_row * tiling->pixels;
  const int last = work->pixels - tiling->pixels;
  return (KERNEL(pixel_tile)){
      .first = start < last ? start : last,
      .input = (const uint32_t *)work->input + row * work->row_stride,
      .output = row * work->output_row_stride,
  };
}

INLINE ptrdiff_t KERNEL(pixel_offset)(int pixel, ptrdiff_t stride, ptrdiff_t group_stride) {
  return pixel / 4 * group_stride + pixel % 4 * stride;
}

// Copies `units` units of each pixel of a tile.
static __attribute__((noinline)) void KERNEL(collect_pixels)(
    const limen_products *work, const KERNEL(tiling) *tiling, int first, const uint32_t *input, int units,
    KERNEL(tile_memory) *copy) {
  for (int p = 0; p < tiling->pixels; p++) {
    const uint32_t *pixel = input + KERNEL(pixel_offset)(first + p, work->pixel_stride, work->group_stride);
    *(vec *)copy->units[p] = load_some_float32((const float *)pixel, units);
  }
}

// Loads `units` units from `offset` on of each pixel of a tile. Pixels that are not evenly spaced are collected first.
INLINE void KERNEL(load_pixels)(
    const int is_even, const int tile, const limen_products *work, const KERNEL(tiling) *tiling,
    const KERNEL(pixel_tile) *pixels, ptrdiff_t offset, int units) {
  const uint32_t *input = pixels->input + offset;
  if (is_even) {
    tile_load(tile, input + pixels->first * work->pixel_stride,
              work->pixel_stride * (ptrdiff_t)sizeof(uint32_t));
    return;
  }
  KERNEL(tile_memory) copy;
  KERNEL(collect_pixels)(work, tiling, pixels->first, input, units, &copy);
  tile_load(tile, &copy, tile_bytes);
}

// Adds `units` terms to U × V tiles of sums. Every second block of channels takes the pixels in reverse, so that
// it finds its first ones loaded.
INLINE void KERNEL(multiply_tiles)(
    const int U, const int V, const int is_even, const int is_rest, const limen_products *work,
    const KERNEL(tiling) *tiling, const KERNEL(pixel_tile) *pixels, ptrdiff_t offset, const uint32_t *weights,
    int units) {
  const ptrdiff_t block_stride = (ptrdiff_t)work->segment_count * work->segment_length * block;
  EACH for (int v = 0; v < V; v++) {
    tile_load(is_rest ? tile_b_rest : tile_b, weights + v * block_stride, tile_bytes);
    EACH for (int i = 0; i < U; i++) {
      const int u = v % 2 == 0 ? i : U - 1 - i;
      if (v == 0 || i > 0)
        KERNEL(load_pixels)(is_even, is_rest ? tile_a_rest : tile_a, work, tiling, pixels + u, offset, units);
      tile_multiply(u * V + v, is_rest);
    }
  }
}

// Writes up to 16 channels of a tile of pixels.
static __attribute__((noinline)) void KERNEL(write_pixels)(
    const limen_products *work, const KERNEL(tiling) *tiling, int first, ptrdiff_t output, int channels,
    const KERNEL(tile_memory) *sums) {
  for (int p = 0; p < tiling->pixels; p++) {
    const vec values = *(const vec *)sums->units[p];
    const ptrdiff_t at =
        output + KERNEL(pixel_offset)(first + p, work->output_stride, work->output_group_stride);
    if (work->output_is_bfloat16)
      store_some_bfloat16((bfloat16 *)work->output + at, channels, values);
    else
      store_some_float32((float *)work->output + at, channels, values);
  }
}

// Stores sums as outputs: at once where a tile's rows are outputs as they are.
INLINE void KERNEL(store_pixels)(
    const int sum, const limen_products *work, const KERNEL(tiling) *tiling, const KERNEL(pixel_tile) *pixels,
    ptrdiff_t channel, int channels) {
  const int left = channels < block ? channels : block;
  const ptrdiff_t target = pixels->output + channel;
  if (!work->output_is_bfloat16 && left == block && work->output_group_stride == 4 * work->output_stride) {
    tile_store(sum, (float *)work->output + target + pixels->first * work->output_stride,
               work->output_stride * (ptrdiff_t)sizeof(float));
    return;
  }
  KERNEL(tile_memory) copy;
  tile_store(sum, &copy, tile_bytes);
  KERNEL(write_pixels)(work, tiling, pixels->first, target, left, &copy);
}

// U tiles of pixels × V channel blocks.
INLINE void KERNEL(pixel_tiles)(
    const int U, const int V, const int is_even, const limen_products *work, const KERNEL(tiling) *tiling, int first,
    const uint32_t *weights, ptrdiff_t channel, int channels) {
  KERNEL(pixel_tile) pixels[4];
  EACH for (int u = 0; u < U; u++) pixels[u] = KERNEL(pixel_tile_at)(work, tiling, first + u);
  EACH for (int sum = 0; sum < U * V; sum++) tile_zero(sum);
  const uint32_t *w = weights;
  for (int s = 0; s < work->segment_count; s++) {
    ptrdiff_t offset = work->segments[s];
    const ptrdiff_t end = offset + work->segment_length - tiling->rest;
    for (; offset < end; offset += tiling->depth, w += tiling->depth * block)
      KERNEL(multiply_tiles)(U, V, is_even, 0, work, tiling, pixels, offset, w, tiling->depth);
    if (tiling->rest == 0) continue;
    KERNEL(multiply_tiles)(U, V, is_even, 1, work, tiling, pixels, offset, w, tiling->rest);
    w += tiling->rest * block;
  }
  EACH for (int u = 0; u < U; u++)
    EACH for (int v = 0; v < V; v++) KERNEL(store_pixels)(
        u * V + v, work, tiling, pixels + u, channel + v * block, channels - v * block);
}

INLINE void KERNEL(tiled_products)(const int is_even, const limen_products *work, const KERNEL(tiling) *tiling) {
  const ptrdiff_t block_stride = (ptrdiff_t)work->segment_count * work->segment_length * block;
  const int blocks = (work->channels + block - 1) / block;
  int b = 0;
#define STEP(U, V)                                                                                   \
  for (; t + (U) <= tiling->count; t += (U))                                                         \
    KERNEL(pixel_tiles)(U, V, is_even, work, tiling, t, (const uint32_t *)work->weights + b * block_stride, \
                        b * block, work->channels - b * block);
#define GROUP(V, ...)                                                                                \
  for (; b + (V) <= blocks; b += (V)) {                                                              \
    int t = 0;                                                                                       \
    __VA_ARGS__                                                                                      \
  }
  if (tiling->count == 1) {
    GROUP(4, STEP(1, 4))
  }
  GROUP(2, STEP(2, 2) STEP(1, 2))
  GROUP(1, STEP(4, 1) STEP(2, 1) STEP(1, 1))
#undef GROUP
#undef STEP
}

static void KERNEL(products_bfloat16)(const limen_products *work) {
  if (work->pixels == 0 || work->rows == 0) return;
  const KERNEL(tiling) tiling = KERNEL(tiling_of)(work);
  KERNEL(configure_tiles)(tiling.pixels, tiling.depth, tiling.rest);
  if (work->group_stride == 4 * work->pixel_stride)
    KERNEL(tiled_products)(1, work, &tiling);
  else
    KERNEL(tiled_products)(0, work, &tiling);
  tiles_release();
}

// ── Inputs times gradients ──────────────────────────────────────────────────────────────────────

// The terms of these sums are pixels, so an input's units must be turned round: memory has those of a pixel side by
// side, tile a those of one input value. They are turned once for all output channels.

enum { panel_tiles = 16 };

// The units of up to 32 neighbouring input values, and of up to 256 pixels.
typedef struct {
  KERNEL(tile_memory) tiles[2][panel_tiles];
} KERNEL(input_panel);

// A place in the images, pixel after pixel.
typedef struct {
  int image, row, pixel;
} KERNEL(pixel_place);

INLINE void KERNEL(transpose)(vec v[tile_side]) {
#define EXCHANGE(distance)                                                                           \
  EACH for (int i = 0; i < tile_side; i++) if ((i & (distance)) == 0) {                              \
    const vec a = v[i], b = v[i + (distance)];                                                       \
    v[i] = EXCHANGE_LOW_##distance(a, b), v[i + (distance)] = EXCHANGE_HIGH_##distance(a, b);        \
  }
#define EXCHANGE_LOW_8(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define EXCHANGE_HIGH_8(a, b) __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
#define EXCHANGE_LOW_4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
#define EXCHANGE_HIGH_4(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)
#define EXCHANGE_LOW_2(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define EXCHANGE_HIGH_2(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EXCHANGE_LOW_1(a, b) __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#define EXCHANGE_HIGH_1(a, b) __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31)
  EXCHANGE(8) EXCHANGE(4) EXCHANGE(2) EXCHANGE(1)
#undef EXCHANGE
#undef EXCHANGE_LOW_8
#undef EXCHANGE_HIGH_8
#undef EXCHANGE_LOW_4
#undef EXCHANGE_HIGH_4
#undef EXCHANGE_LOW_2
#undef EXCHANGE_HIGH_2
#undef EXCHANGE_LOW_1
#undef EXCHANGE_HIGH_1
}

// Turns round up to 16 `values` units, from `index` on, of each of `terms` pixels from a place on.
static __attribute__((noinline)) void KERNEL(turn)(
    const limen_outer_products *work, KERNEL(pixel_place) place, int index, int values, int terms,
    KERNEL(tile_memory) *target) {
  vec v[tile_side];
  for (int k = 0; k < tile_side; k++) v[k] = (vec){0};
  for (int k = 0; k < terms; k++) {
    const float *units = (const float *)work->input + place.image * work->image_stride +
                         place.row * work->row_stride + place.pixel * work->pixel_stride + index;
    v[k] = load_some_float32(units, values);
    if (++place.pixel < work->pixels) continue;
    place.pixel = 0;
    if (++place.row < work->rows) continue;
    place.row = 0, place.image++;
  }
  KERNEL(transpose)(v);
  EACH for (int i = 0; i < tile_side; i++) *(vec *)target->units[i] = v[i];
}

// So many pixels after a place.
INLINE KERNEL(pixel_place) KERNEL(place_after)(
    const limen_outer_products *work, KERNEL(pixel_place) place, int pixels) {
  const int row = place.row + (place.pixel + pixels) / work->pixels;
  return (KERNEL(pixel_place)){
      .image = place.image + row / work->rows, .row = row % work->rows,
      .pixel = (place.pixel + pixels) % work->pixels};
}

// Loads or stores `rows` rows of sums; tiles have 16. Some are loaded already when the next ones are copied, which
// uses vectors and never tiles.
INLINE void KERNEL(load_sums)(const int sum, const float *source, int rows) {
  if (rows >= tile_side) {
    tile_load(sum, source, tile_bytes);
    return;
  }
  KERNEL(tile_memory) copy;
  memset(&copy, 0, sizeof copy);
  memcpy(&copy, source, (size_t)rows * tile_bytes);
  tile_load(sum, &copy, tile_bytes);
}

INLINE void KERNEL(store_sums)(const int sum, float *target, int rows) {
  if (rows >= tile_side) {
    tile_store(sum, target, tile_bytes);
    return;
  }
  KERNEL(tile_memory) copy;
  tile_store(sum, &copy, tile_bytes);
  memcpy(target, &copy, (size_t)rows * tile_bytes);
}

// Adds the products of a panel with the gradients of its pixels: U tiles of input values from `index` on × V channel
// blocks, `steps` whole tiles of pixels and perhaps a rest.
INLINE void KERNEL(panel_products)(
    const int U, const int V, const limen_outer_products *work, const KERNEL(input_panel) *panel, int index,
    int first_block, const uint32_t *gradient, int depth, int steps, int has_rest) {
  const ptrdiff_t row_bytes = work->gradient_pixel_stride * (ptrdiff_t)sizeof(uint32_t);
  float *target = work->sums + first_block * work->block_stride + index * block;
  EACH for (int u = 0; u < U; u++)
    EACH for (int v = 0; v < V; v++) KERNEL(load_sums)(
        u * V + v, target + v * work->block_stride + u * tile_side * block, work->length - index - u * tile_side);
#define STEP(a, b, is_rest)                                                                          \
  EACH for (int v = 0; v < V; v++) {                                                                 \
    tile_load(b, gradient + v * block, row_bytes);                                                   \
    EACH for (int i = 0; i < U; i++) {                                                               \
      const int u = v % 2 == 0 ? i : U - 1 - i;                                                      \
      if (v == 0 || i > 0) tile_load(a, &panel->tiles[u][step], tile_bytes);                         \
      tile_multiply(u * V + v, is_rest);                                                             \
    }                                                                                                \
  }
  int step = 0;
  for (; step < steps; step++, gradient += depth * work->gradient_pixel_stride) STEP(tile_a, tile_b, 0)
  if (has_rest) STEP(tile_a_rest, tile_b_rest, 1)
#undef STEP
  EACH for (int u = 0; u < U; u++)
    EACH for (int v = 0; v < V; v++) KERNEL(store_sums)(
        u * V + v, target + v * work->block_stride + u * tile_side * block, work->length - index - u * tile_side);
}

// All products of U tiles of input values with the gradients of `count` pixels from `place` on, whose gradients are
// evenly spaced.
INLINE void KERNEL(run_products)(
    const int U, const limen_outer_products *work, int index, KERNEL(pixel_place) place, int count, int depth) {
  KERNEL(input_panel) panel;
  const uint32_t *gradient = (const uint32_t *)work->gradient + place.image * work->gradient_image_stride +
                             place.row * work->gradient_row_stride + place.pixel * work->gradient_pixel_stride;
  while (count > 0) {
    const int pixels = count < panel_tiles * depth ? count : panel_tiles * depth;
    const int steps = pixels / depth, rest = pixels % depth;
    for (int step = 0; step * depth < pixels; step++) {
      const int terms = step < steps ? depth : rest;
      for (int u = 0; u < U; u++) {
        const int at = index + u * tile_side;
        const int values = work->length - at < tile_side ? work->length - at : tile_side;
        KERNEL(turn)(work, place, at, values, terms, &panel.tiles[u][step]);
      }
      place = KERNEL(place_after)(work, place, terms);
    }
    int b = 0;
#define GROUP(V)                                                                                     \
  for (; b + (V) <= work->channel_blocks; b += (V))                                                  \
    KERNEL(panel_products)(U, V, work, &panel, index, b, gradient + b * block, depth, steps, rest > 0);
    if (U == 1) {
      GROUP(4)
    }
    GROUP(2)
    GROUP(1)
#undef GROUP
    gradient += pixels * work->gradient_pixel_stride;
    count -= pixels;
  }
}

static void KERNEL(outer_products_bfloat16)(const limen_outer_products *work) {
  if (work->images == 0 || work->rows == 0 || work->pixels == 0) return;
  // Evenly spaced gradients are one long run, others one a row.
  const ptrdiff_t row = work->pixels * work->gradient_pixel_stride;
  const int is_one_run = (work->rows == 1 || work->gradient_row_stride == row) &&
                         (work->images == 1 || work->gradient_image_stride == work->rows * row);
  const int runs = is_one_run ? 1 : work->images * work->rows;
  const int count = is_one_run ? work->images * work->rows * work->pixels : work->pixels;
  const int depth = count < tile_side ? count : tile_side;
  KERNEL(configure_tiles)(tile_side, depth, count % depth);
  for (int run = 0; run < runs; run++) {
    const KERNEL(pixel_place) place = {.image = run / work->rows, .row = run % work->rows};
    int i = 0;
    for (; i + tile_side < work->length; i += 2 * tile_side)
      KERNEL(run_products)(2, work, i, place, count, depth);
    if (i < work->length) KERNEL(run_products)(1, work, i, place, count, depth);
  }
  tiles_release();
}
