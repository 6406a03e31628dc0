#include "CImageCodecs.h"

// jpeglib.h needs FILE and size_t to be declared before it.
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>

// Everything that outlives a longjmp lies here, in memory, and not in registers.
typedef struct {
  struct jpeg_error_mgr errors;
  struct jpeg_decompress_struct jpeg;
  struct jpeg_progress_mgr progress;
  jmp_buf start;
  uint8_t *pixels;
  uint8_t *row;
  char *problem;
} jpeg_reader;

static jpeg_reader *reader_of(j_common_ptr jpeg) { return (jpeg_reader *)jpeg->err; }

static void fail(j_common_ptr jpeg) {
  jpeg_reader *reader = reader_of(jpeg);
  char message[JMSG_LENGTH_MAX];
  jpeg->err->format_message(jpeg, message);
  snprintf(reader->problem, LIMEN_PROBLEM_SIZE, "%s", message);
  longjmp(reader->start, 1);
}

static void refuse(jpeg_reader *reader, const char *message) {
  snprintf(reader->problem, LIMEN_PROBLEM_SIZE, "%s", message);
  longjmp(reader->start, 1);
}

// libjpeg goes on after damage and fills the gap with grey; a training set must not. Warnings that leave
// the pixels alone (an odd version number, an unused marker) pass.
static void judge(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL: return;
    default: fail(jpeg);
  }
}

// Each pass of a progressive file may touch every block of the picture for a handful of bytes; programs write ten.
#define MOST_PASSES 100

static void count_passes(j_common_ptr jpeg) {
  int passes = ((struct jpeg_decompress_struct *)jpeg)->input_scan_number;
  if (passes > MOST_PASSES) refuse(reader_of(jpeg), "the picture has more than 100 passes");
}

static void be_silent(j_common_ptr jpeg) { (void)jpeg; }

// Adobe stores CMYK inverted, and so do all writers one meets: 255 is no ink.
static void rgb_from_inverted_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++) {
    unsigned white = cmyk[4 * x + 3];
    for (size_t c = 0; c < 3; c++) {
      unsigned product = (255 - cmyk[4 * x + c]) * white + 128;
      rgb[3 * x + c] = (uint8_t)(white - ((product + (product >> 8)) >> 8));
    }
  }
}

static int read_all(jpeg_reader *reader, const uint8_t *bytes, size_t count, limen_picture *picture) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  if (setjmp(reader->start)) return -1;
  jpeg_create_decompress(jpeg);
  reader->progress.progress_monitor = count_passes;
  jpeg->progress = &reader->progress;
  jpeg_mem_src(jpeg, bytes, count);
  jpeg_read_header(jpeg, TRUE);
  size_t width = jpeg->image_width, height = jpeg->image_height;
  if (width > LIMEN_LARGEST_PICTURE / height) refuse(reader, "the picture has more than 64 megapixels");
  int is_cmyk = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
  jpeg->out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->do_fancy_upsampling = TRUE;
  jpeg_start_decompress(jpeg);

  reader->pixels = malloc(height * width * 3);
  if (is_cmyk) reader->row = malloc(width * 4);
  if (!reader->pixels || (is_cmyk && !reader->row)) refuse(reader, "not enough memory");
  while (jpeg->output_scanline < height) {
    uint8_t *target = reader->pixels + (size_t)jpeg->output_scanline * width * 3;
    JSAMPROW row = is_cmyk ? reader->row : target;
    jpeg_read_scanlines(jpeg, &row, 1);
    if (is_cmyk) rgb_from_inverted_cmyk(row, target, width);
  }
  jpeg_finish_decompress(jpeg);
  *picture = (limen_picture){.pixels = reader->pixels, .height = height, .width = width};
  reader->pixels = NULL;
  return 0;
}

int limen_decode_jpeg(
    const uint8_t *bytes, size_t count, limen_picture *picture, char problem[LIMEN_PROBLEM_SIZE]) {
  jpeg_reader reader = {.problem = problem};
  reader.jpeg.err = jpeg_std_error(&reader.errors);
  reader.errors.error_exit = fail;
  reader.errors.emit_message = judge;
  reader.errors.output_message = be_silent;
  int status = read_all(&reader, bytes, count, picture);
  jpeg_destroy_decompress(&reader.jpeg);
  free(reader.row);
  free(reader.pixels);
  return status;
}
