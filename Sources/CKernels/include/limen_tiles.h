// A model of the tile registers of Intel's AMX in plain C: what the processor's manual says each instruction does,
// so that code for tiles runs, and is tested, on machines that have none.
//
// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2: LDTILECFG, TILERELEASE, TILEZERO,
// TILELOADD, TILESTORED, TDPBF16PS. Every thread has tiles of its own, as on hardware.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Palette 1, the only one there is.
enum { limen_tile_palette = 1, limen_tile_count = 8, limen_tile_rows = 16, limen_tile_row_bytes = 64 };

/// The memory that LDTILECFG reads: the part of each tile that is used. A tile without rows is not there.
typedef struct {
  uint8_t palette;
  uint8_t start_row;  // where an interrupted load or store goes on
  uint8_t reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} limen_tile_configuration;

/// What an instruction did: its work, or the fault that the processor raises.
typedef enum {
  limen_tile_done,
  limen_tile_protection_fault,     // #GP
  limen_tile_undefined_operation,  // #UD
} limen_tile_outcome;

/// Takes the configuration and makes all tiles zero; palette 0 releases them.
limen_tile_outcome limen_tile_configure(const limen_tile_configuration *);

/// Gives the tiles up: there is no configuration any more.
void limen_tile_release(void);

/// Whether this thread has a configuration.
int limen_tile_is_configured(void);

/// Makes all of a tile zero.
limen_tile_outcome limen_tile_zero(int tile);

/// Loads the tile's rows, `stride` bytes apart; what lies beyond them and their bytes becomes zero.
limen_tile_outcome limen_tile_load(int tile, const void *source, ptrdiff_t stride);

/// Stores the tile's rows, `stride` bytes apart, and nothing beyond them.
limen_tile_outcome limen_tile_store(int tile, void *target, ptrdiff_t stride);

/// sum[m][n] += Σ over k of a[m][k]·b[k][n], where factors are pairs of bfloat16 values.
///
/// The products of first and of second values are summed apart from zero, in the order of k, with fused
/// multiply-add; then both sums are added and the result to the tile. All in float32, to nearest with ties
/// to even, denormals taken for zero, whatever the thread's float mode is.
limen_tile_outcome limen_tile_multiply(int sum, int a, int b);
