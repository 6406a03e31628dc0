// The software model of tile registers: see limen_tiles.h.
#include "limen_tiles.h"

#include <string.h>

#include "limen_threads.h"

enum { lanes = limen_tile_row_bytes / 4 };

typedef float vec __attribute__((vector_size(limen_tile_row_bytes)));
typedef uint32_t words __attribute__((vector_size(limen_tile_row_bytes)));

typedef struct {
  _Alignas(64) uint8_t bytes[limen_tile_rows][limen_tile_row_bytes];
} tile;

static _Thread_local tile tiles[limen_tile_count];
static _Thread_local limen_tile_configuration configuration;
static _Thread_local int is_configured;

static int is_acceptable(const limen_tile_configuration *wanted) {
  if (wanted->palette != limen_tile_palette) return 0;
  for (size_t i = 0; i < sizeof wanted->reserved; i++)
    if (wanted->reserved[i] != 0) return 0;
  for (int t = 0; t < 16; t++) {
    const int rows = wanted->rows[t], row_bytes = wanted->row_bytes[t];
    if ((rows == 0) != (row_bytes == 0)) return 0;
    if (rows > (t < limen_tile_count ? limen_tile_rows : 0)) return 0;
    if (row_bytes > limen_tile_row_bytes) return 0;
  }
  return 1;
}

limen_tile_outcome limen_tile_configure(const limen_tile_configuration *wanted) {
  if (wanted->palette == 0) {
    limen_tile_release();
    return limen_tile_done;
  }
  if (!is_acceptable(wanted)) return limen_tile_protection_fault;
  configuration = *wanted;
  memset(tiles, 0, sizeof tiles);
  is_configured = 1;
  return limen_tile_done;
}

void limen_tile_release(void) {
  memset(&configuration, 0, sizeof configuration);
  memset(tiles, 0, sizeof tiles);
  is_configured = 0;
}

int limen_tile_is_configured(void) { return is_configured; }

static int is_there(int t) {
  return is_configured && t >= 0 && t < limen_tile_count && configuration.rows[t] > 0;
}

limen_tile_outcome limen_tile_zero(int t) {
  if (!is_there(t)) return limen_tile_undefined_operation;
  memset(&tiles[t], 0, sizeof tiles[t]);
  configuration.start_row = 0;
  return limen_tile_done;
}

limen_tile_outcome limen_tile_load(int t, const void *source, ptrdiff_t stride) {
  if (!is_there(t)) return limen_tile_undefined_operation;
  const int start = configuration.start_row;
  memset(tiles[t].bytes[start], 0, sizeof tiles[t] - sizeof tiles[t].bytes[0] * (size_t)start);
  for (int r = start; r < configuration.rows[t]; r++)
    memcpy(tiles[t].bytes[r], (const char *)source + r * stride, configuration.row_bytes[t]);
  configuration.start_row = 0;
  return limen_tile_done;
}

limen_tile_outcome limen_tile_store(int t, void *target, ptrdiff_t stride) {
  if (!is_there(t)) return limen_tile_undefined_operation;
  for (int r = configuration.start_row; r < configuration.rows[t]; r++)
    memcpy((char *)target + r * stride, tiles[t].bytes[r], configuration.row_bytes[t]);
  configuration.start_row = 0;
  return limen_tile_done;
}

// One row of sums; a function that is never inlined, as one of several versions is not, because the caller has
// changed the float mode, of which the compiler knows nothing.
#if defined(__x86_64__)
__attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
__attribute__((noinline))
#endif
static void add_row(vec *sum, const uint32_t *a, const words *b, int count) {
  vec first = {0}, second = {0};
  for (int k = 0; k < count; k++) {
    const words x0 = (words){0} + (a[k] << 16), x1 = (words){0} + (a[k] & 0xFFFF0000u);
    first = __builtin_elementwise_fma((vec)x0, (vec)(b[k] << 16), first);
    second = __builtin_elementwise_fma((vec)x1, (vec)(b[k] & 0xFFFF0000u), second);
  }
  *sum += first + second;
}

limen_tile_outcome limen_tile_multiply(int sum, int a, int b) {
  const int agree = is_there(sum) && is_there(a) && is_there(b) && sum != a && sum != b && a != b &&
                    configuration.rows[sum] == configuration.rows[a] &&
                    configuration.row_bytes[sum] == configuration.row_bytes[b] &&
                    configuration.row_bytes[a] == 4 * configuration.rows[b] &&
                    configuration.row_bytes[sum] % 4 == 0;
  if (!agree) return limen_tile_undefined_operation;
  const int rows = configuration.rows[sum], row_bytes = configuration.row_bytes[sum];
  const unsigned mode = limen_float_mode_enter();
  for (int m = 0; m < rows; m++)
    add_row(
        (vec *)tiles[sum].bytes[m], (const uint32_t *)tiles[a].bytes[m], (const words *)tiles[b].bytes,
        configuration.rows[b]);
  limen_float_mode_restore(mode);
  // A product of nothing with NaN is NaN.
  for (int m = 0; m < rows; m++)
    memset(tiles[sum].bytes[m] + row_bytes, 0, (size_t)(limen_tile_row_bytes - row_bytes));
  memset(tiles[sum].bytes[rows], 0, (size_t)(limen_tile_rows - rows) * limen_tile_row_bytes);
  configuration.start_row = 0;
  return limen_tile_done;
}
