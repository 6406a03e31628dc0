#include "CImageCodecs.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The classic interface rather than png_image_*: the latter converts by the gamma a file claims and takes
// sixteen-bit files for linear light, so that the same pixels would decode differently.

typedef struct {
  const uint8_t *bytes;
  size_t remaining;
} byte_source;

// Everything that outlives a longjmp lies here, in memory, and not in registers.
typedef struct {
  byte_source source;
  png_structp png;
  png_infop info;
  uint8_t *pixels;
  uint8_t *row;
  char *problem;
} png_reader;

static void fail(png_structp png, png_const_charp message) {
  png_reader *reader = png_get_error_ptr(png);
  snprintf(reader->problem, LIMEN_PROBLEM_SIZE, "%s", message);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void take(png_structp png, png_bytep target, size_t count) {
  byte_source *source = png_get_io_ptr(png);
  if (count > source->remaining) png_error(png, "the data end too soon");
  memcpy(target, source->bytes, count);
  source->bytes += count;
  source->remaining -= count;
}

static void request_rgba(png_structp png) {
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 0xFF, PNG_FILLER_AFTER);
}

static void blend_on_black(const uint8_t *rgba, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++) {
    unsigned alpha = rgba[4 * x + 3];
    for (size_t c = 0; c < 3; c++) rgb[3 * x + c] = (uint8_t)((rgba[4 * x + c] * alpha + 127) / 255);
  }
}

// Interlaced rows arrive in pieces, so the whole RGBA picture is kept and blended at the end.
static int read_all(png_reader *reader, limen_picture *picture) {
  png_structp png = reader->png;
  if (setjmp(png_jmpbuf(png))) return -1;
  png_set_read_fn(png, &reader->source, take);
  png_read_info(png, reader->info);
  size_t width = png_get_image_width(png, reader->info), height = png_get_image_height(png, reader->info);
  if (width > LIMEN_LARGEST_PICTURE / height) png_error(png, "the picture has more than 64 megapixels");
  request_rgba(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, reader->info);
  if (png_get_rowbytes(png, reader->info) != width * 4) png_error(png, "the pixel format is unknown");

  size_t kept_rows = passes > 1 ? height : 1;
  reader->row = calloc(kept_rows, width * 4);
  reader->pixels = malloc(height * width * 3);
  if (!reader->row || !reader->pixels) png_error(png, "not enough memory");
  for (int pass = 0; pass < passes; pass++) {
    for (size_t y = 0; y < height; y++) {
      uint8_t *row = reader->row + (passes > 1 ? y * width * 4 : 0);
      png_read_row(png, row, NULL);
      if (pass == passes - 1) blend_on_black(row, reader->pixels + y * width * 3, width);
    }
  }
  png_read_end(png, NULL);
  *picture = (limen_picture){
      .pixels = reader->pixels, .height = height, .width = width, .full_height = height, .full_width = width};
  reader->pixels = NULL;
  return 0;
}

int limen_decode_png(
    const uint8_t *bytes, size_t count, limen_picture *picture, char problem[LIMEN_PROBLEM_SIZE]) {
  png_reader reader = {.source = {bytes, count}, .problem = problem};
  snprintf(problem, LIMEN_PROBLEM_SIZE, "not enough memory");
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, fail, ignore);
  if (!reader.png) return -1;
  reader.info = png_create_info_struct(reader.png);
  int status = reader.info ? read_all(&reader, picture) : -1;
  png_destroy_read_struct(&reader.png, &reader.info, NULL);
  free(reader.row);
  free(reader.pixels);
  return status;
}

int limen_encode_png(
    const uint8_t *pixels, size_t height, size_t width, uint8_t **bytes, size_t *count,
    char problem[LIMEN_PROBLEM_SIZE]) {
  if (height == 0 || width == 0 || width > LIMEN_LARGEST_PICTURE / height) {
    snprintf(problem, LIMEN_PROBLEM_SIZE, "a PNG picture has between 1 pixel and 64 megapixels");
    return -1;
  }
  png_image image = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_RGB};
  image.width = (png_uint_32)width;
  image.height = (png_uint_32)height;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  uint8_t *buffer = malloc(size);
  if (!buffer || !png_image_write_to_memory(&image, buffer, &size, 0, pixels, 0, NULL)) {
    snprintf(problem, LIMEN_PROBLEM_SIZE, "%s", buffer ? image.message : "not enough memory");
    free(buffer);
    return -1;
  }
  *bytes = buffer;
  *count = size;
  return 0;
}

void limen_free(void *memory) { free(memory); }
