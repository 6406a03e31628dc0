// How activations are stored: between memory and vectors of 16 floats. Included by kernels_body.h, so once
// for each instruction set; nothing else knows the bits of a bfloat16.

// Every function with vectors for arguments is inlined, so nobody depends on how they would be passed.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t mask __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t words __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint16_t halves __attribute__((vector_size(32), aligned(2), may_alias));

typedef float float32;
/// The upper half of a float: 8 bits of exponent, 7 of fraction.
typedef uint16_t bfloat16;

enum { block = limen_channel_block };

INLINE vec load_float32(const float32 *p) { return *(const vec *)p; }
INLINE void store_float32(float32 *p, vec v) { *(vec *)p = v; }

INLINE vec load_bfloat16(const bfloat16 *p) {
  return (vec)(__builtin_convertvector(*(const halves *)p, words) << 16);
}

// The bfloat16 nearest to each value, in the low half of each word: ties to even; what is too large becomes
// infinite, a NaN stays one and is made quiet.
#if defined(HARDWARE_BFLOAT16)
INLINE halves rounded_halves(vec v) { return (halves)_mm512_cvtneps_pbh((__m512)v); }
INLINE words rounded_words(vec v) { return __builtin_convertvector(rounded_halves(v), words); }
#else
INLINE words rounded_words(vec v) {
  const words bits = (words)v;
  const words rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  const words is_nan = (words)(v != v);
  return (is_nan & (bits >> 16 | 0x40)) | (~is_nan & rounded);
}
INLINE halves rounded_halves(vec v) { return __builtin_convertvector(rounded_words(v), halves); }
#endif

INLINE void store_bfloat16(bfloat16 *p, vec v) { *(halves *)p = rounded_halves(v); }

// sum + x·w in every lane, where x and w are pairs of bfloat16 values and a product of pairs is the sum of
// both products.
INLINE vec add_pair_product(vec sum, uint32_t x, words w) {
#if defined(HARDWARE_BFLOAT16)
  return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32((int)x), (__m512bh)w);
#else
  const words first = (words){0} + (x << 16), second = (words){0} + (x & 0xFFFF0000u);
  sum += (vec)first * (vec)(w << 16);
  return sum + (vec)second * (vec)(w & 0xFFFF0000u);
#endif
}

// v where the mask is set, 0 elsewhere.
INLINE vec where(mask m, vec v) { return (vec)(m & (mask)v); }

// max(v, 0); a NaN stays NaN.
INLINE vec rectified(vec v) { return where(~(mask)(v < 0), v); }

// Copies fewer than 64 bytes, an even number, without a call.
INLINE void copy_bytes(void *target, const void *source, size_t count) {
  char *to = target;
  const char *from = source;
#define PIECE(size)                                                                                  \
  if (count & (size)) {                                                                              \
    memcpy(to, from, size);                                                                          \
    to += size, from += size;                                                                        \
  }
  PIECE(32) PIECE(16) PIECE(8) PIECE(4) PIECE(2)
#undef PIECE
}

// The first `count` of 16 values; the others are 0 when loaded and left alone when stored.
#define PARTIAL(type)                                                                                \
  INLINE vec load_some_##type(const type *p, int count) {                                            \
    if (count == block) return load_##type(p);                                                       \
    type copy[block] = {0};                                                                          \
    copy_bytes(copy, p, (size_t)count * sizeof *p);                                                      \
    return load_##type(copy);                                                                        \
  }                                                                                                  \
  INLINE void store_some_##type(type *p, int count, vec v) {                                         \
    if (count == block) {                                                                            \
      store_##type(p, v);                                                                            \
      return;                                                                                        \
    }                                                                                                \
    type copy[block];                                                                                \
    store_##type(copy, v);                                                                           \
    copy_bytes(p, copy, (size_t)count * sizeof *p);                                                      \
  }
PARTIAL(float32)
PARTIAL(bfloat16)
#undef PARTIAL
