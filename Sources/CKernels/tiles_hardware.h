// Operations on tiles as instructions of the processor. The tiles' numbers are constants wherever these are called,
// so that of each switch one instruction is left.
#pragma once

#include <immintrin.h>

#include "limen_tiles.h"

#define TILE_OPERATION static inline __attribute__((always_inline))

TILE_OPERATION void tiles_configure(const limen_tile_configuration *configuration) {
  _tile_loadconfig(configuration);
}

TILE_OPERATION void tiles_release(void) { _tile_release(); }

// Sums are tiles 0 to 3.
TILE_OPERATION void tile_zero(const int sum) {
  switch (sum) {
    case 0: _tile_zero(0); break;
    case 1: _tile_zero(1); break;
    case 2: _tile_zero(2); break;
    default: _tile_zero(3); break;
  }
}

TILE_OPERATION void tile_load(const int tile, const void *source, ptrdiff_t stride) {
  switch (tile) {
    case 0: _tile_loadd(0, source, stride); break;
    case 1: _tile_loadd(1, source, stride); break;
    case 2: _tile_loadd(2, source, stride); break;
    case 3: _tile_loadd(3, source, stride); break;
    case 4: _tile_loadd(4, source, stride); break;
    case 5: _tile_loadd(5, source, stride); break;
    case 6: _tile_loadd(6, source, stride); break;
    default: _tile_loadd(7, source, stride); break;
  }
}

TILE_OPERATION void tile_store(const int sum, void *target, ptrdiff_t stride) {
  switch (sum) {
    case 0: _tile_stored(0, target, stride); break;
    case 1: _tile_stored(1, target, stride); break;
    case 2: _tile_stored(2, target, stride); break;
    default: _tile_stored(3, target, stride); break;
  }
}

// Factors are tiles 4 and 5, or 6 and 7 for what is left of a sum's terms.
TILE_OPERATION void tile_multiply(const int sum, const int is_rest) {
  switch (sum + 4 * is_rest) {
    case 0: _tile_dpbf16ps(0, 4, 5); break;
    case 1: _tile_dpbf16ps(1, 4, 5); break;
    case 2: _tile_dpbf16ps(2, 4, 5); break;
    case 3: _tile_dpbf16ps(3, 4, 5); break;
    case 4: _tile_dpbf16ps(0, 6, 7); break;
    case 5: _tile_dpbf16ps(1, 6, 7); break;
    case 6: _tile_dpbf16ps(2, 6, 7); break;
    default: _tile_dpbf16ps(3, 6, 7); break;
  }
}
