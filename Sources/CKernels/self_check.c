// Small products of bfloat16 pairs by two tables of kernels. Factors are whole numbers up to 8, so that sums are
// exact in any order and must have the same bits.
#include "limen_kernels.h"

#include <stdlib.h>
#include <string.h>

enum { most_units = 1 << 15, block = limen_channel_block };

typedef struct {
  uint32_t input[most_units], factors[most_units];
  float expected[most_units], found[most_units];
} check_memory;

static uint32_t pair_of_numbers(uint32_t *state) {
  uint32_t pair = 0;
  for (int half = 0; half < 2; half++) {
    *state = *state * 1664525u + 1013904223u;
    const float number = (float)((int)(*state >> 24) % 17 - 8);
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    pair |= bits >> 16 << 16 * half;
  }
  return pair;
}

static void fill(check_memory *memory, uint32_t seed) {
  for (int i = 0; i < most_units; i++) {
    memory->input[i] = pair_of_numbers(&seed);
    memory->factors[i] = pair_of_numbers(&seed);
    // Where sums are added to; elsewhere what must stay.
    memory->expected[i] = memory->found[i] = (float)(i % 31);
  }
}

static int same_results(const check_memory *memory) {
  return memcmp(memory->expected, memory->found, sizeof memory->found) == 0;
}

// Whole tiles and remainders of pixels, units and channels; one and many; groups of pixels.
static int products_agree(
    const limen_activation_kernels *candidate, const limen_activation_kernels *reference, check_memory *memory) {
  static const struct {
    int pixels, rows, segments, length, channels, gap;
  } shapes[] = {
      {16, 1, 1, 16, 16, 0}, {32, 2, 1, 32, 64, 0}, {35, 2, 3, 21, 40, 0}, {9, 3, 3, 24, 17, 0},
      {1, 1, 1, 1, 1, 0},    {5, 4, 2, 7, 33, 0},   {16, 1, 3, 18, 70, 5}, {24, 1, 1, 3, 5, 2},
  };
  const ptrdiff_t segments[3] = {0, 100, 200};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (int is_bfloat16 = 0; is_bfloat16 < 2; is_bfloat16++) {
      const ptrdiff_t stride = shapes[i].length + 3, output_stride = shapes[i].channels + 2;
      const ptrdiff_t group = 4 * stride + shapes[i].gap, output_group = 4 * output_stride + shapes[i].gap;
      limen_products work = {
          .input = memory->input, .pixel_stride = stride, .group_stride = group,
          .row_stride = 10 * group, .segments = segments, .segment_count = shapes[i].segments,
          .segment_length = shapes[i].length, .weights = memory->factors, .output = memory->expected,
          .output_stride = output_stride, .output_group_stride = output_group,
          .output_row_stride = 10 * output_group, .pixels = shapes[i].pixels, .rows = shapes[i].rows,
          .channels = shapes[i].channels, .output_is_bfloat16 = is_bfloat16,
      };
      fill(memory, (uint32_t)i);
      reference->products(&work);
      work.output = memory->found;
      candidate->products(&work);
      if (!same_results(memory)) return 0;
    }
  return 1;
}

static int outer_products_agree(
    const limen_activation_kernels *candidate, const limen_activation_kernels *reference, check_memory *memory) {
  static const struct {
    int images, rows, pixels, length, blocks, gap;
  } shapes[] = {
      {1, 1, 16, 16, 1, 0}, {1, 1, 64, 32, 4, 0}, {2, 3, 7, 37, 3, 0}, {2, 2, 19, 40, 2, 16}, {1, 1, 1, 1, 1, 0},
      {1, 1, 300, 5, 2, 0},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    const ptrdiff_t stride = shapes[i].length + 1, gradient_stride = shapes[i].blocks * block;
    const ptrdiff_t row = shapes[i].pixels * stride, gradient_row = shapes[i].pixels * gradient_stride + shapes[i].gap;
    limen_outer_products work = {
        .input = memory->input, .pixel_stride = stride, .row_stride = row + 2,
        .image_stride = shapes[i].rows * (row + 2), .gradient = memory->factors,
        .gradient_pixel_stride = gradient_stride, .gradient_row_stride = gradient_row,
        .gradient_image_stride = shapes[i].rows * gradient_row, .images = shapes[i].images,
        .rows = shapes[i].rows, .pixels = shapes[i].pixels, .length = shapes[i].length,
        .channel_blocks = shapes[i].blocks, .sums = memory->expected,
        .block_stride = (shapes[i].length + 1) * block,
    };
    fill(memory, (uint32_t)i + 100);
    reference->outer_products(&work);
    work.sums = memory->found;
    candidate->outer_products(&work);
    if (!same_results(memory)) return 0;
  }
  return 1;
}

int limen_products_agree(
    const limen_activation_kernels *candidate, const limen_activation_kernels *reference) {
  check_memory *memory = malloc(sizeof *memory);
  if (!memory) return 0;
  const int agree =
      products_agree(candidate, reference, memory) && outer_products_agree(candidate, reference, memory);
  free(memory);
  return agree;
}
