// Operations on tiles by their model. Where the processor would raise a fault, the program ends.
#pragma once

#include "limen_tiles.h"

#define TILE_OPERATION static inline

TILE_OPERATION void tile_expect(limen_tile_outcome outcome) {
  if (outcome != limen_tile_done) __builtin_trap();
}

TILE_OPERATION void tiles_configure(const limen_tile_configuration *configuration) {
  tile_expect(limen_tile_configure(configuration));
}

TILE_OPERATION void tiles_release(void) { limen_tile_release(); }

TILE_OPERATION void tile_zero(int sum) { tile_expect(limen_tile_zero(sum)); }

TILE_OPERATION void tile_load(int tile, const void *source, ptrdiff_t stride) {
  tile_expect(limen_tile_load(tile, source, stride));
}

TILE_OPERATION void tile_store(int sum, void *target, ptrdiff_t stride) {
  tile_expect(limen_tile_store(sum, target, stride));
}

TILE_OPERATION void tile_multiply(int sum, int is_rest) {
  tile_expect(limen_tile_multiply(sum, 4 + 2 * is_rest, 5 + 2 * is_rest));
}
