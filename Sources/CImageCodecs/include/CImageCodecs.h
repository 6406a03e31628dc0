#pragma once

#include <stddef.h>
#include <stdint.h>

// libpng and libjpeg-turbo behind three calls: bytes in, RGB8 or a sentence out.
//
// Both libraries report errors by longjmp. Every setjmp lies in this target and no callback leaves it, so
// no jump crosses a caller's frame. The functions keep no state and may run on any number of threads.

/// A picture larger than this is refused before anything is allocated for it, so that a forged header
/// cannot exhaust the memory.
#define LIMEN_LARGEST_PICTURE ((size_t)64 * 1024 * 1024)

/// Room for one sentence about what went wrong.
#define LIMEN_PROBLEM_SIZE 256

/// A decoded picture: `height` × `width` × 3 bytes, rows top to bottom. `pixels` is released with `limen_free`.
///
/// The full sides are those that the file states; they are larger where it was decoded smaller than it is.
typedef struct {
  uint8_t *pixels;
  size_t height;
  size_t width;
  size_t full_height;
  size_t full_width;
} limen_picture;

/// Decodes a PNG file of any colour type and depth. Returns 0, or −1 with the reason in `problem`.
///
/// Sixteen bits a channel are rounded to eight, grey and palettes become RGB, transparency is laid on black.
/// Gamma and colour profiles are left alone, as data sets expect.
int limen_decode_png(
    const uint8_t *bytes, size_t count, limen_picture *picture, char problem[LIMEN_PROBLEM_SIZE]);

/// Decodes a JPEG file: grey, RGB, YCbCr, CMYK or YCCK. Returns 0, or −1 with the reason in `problem`.
///
/// Accurate integer DCT and smooth chroma upsampling, libjpeg's defaults. A file that ends early or whose
/// data are damaged is an error, although libjpeg would fill the gap with grey.
///
/// With a needed size that is not 0, the picture is decoded at the smallest of 1/8, 1/4, 1/2 and 1/1 of its size
/// that still has as many rows and columns, which costs a fraction of the time: each block of 8×8 pixels is
/// transformed straight into a smaller one. `picture` says how large it became, sides rounded up.
int limen_decode_jpeg(
    const uint8_t *bytes, size_t count, size_t needed_height, size_t needed_width, limen_picture *picture,
    char problem[LIMEN_PROBLEM_SIZE]);

/// Encodes RGB8 as a PNG file, `*bytes` being released with `limen_free`. Returns 0, or −1 with the reason.
int limen_encode_png(
    const uint8_t *pixels, size_t height, size_t width, uint8_t **bytes, size_t *count,
    char problem[LIMEN_PROBLEM_SIZE]);

/// Releases what a function of this header allocated.
void limen_free(void *memory);
