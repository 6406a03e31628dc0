#define _GNU_SOURCE
#include "amx_verdict.h"

#include "limen_kernels.h"

#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "limen_tiles.h"

extern const limen_kernel_table limen_kernels_amx, limen_kernels_portable;

// Bits of CPUID 7 EDX, of XCR0, and what the kernel's x86 documentation calls ARCH_REQ_XCOMP_PERM and
// XFEATURE_XTILEDATA.
enum {
  has_xsave = 1 << 27, has_tiles = 1 << 24, has_bfloat16_tiles = 1 << 22, tile_states = 3 << 17,
  request_state_permission = 0x1023, tile_data_state = 18,
};

static unsigned enabled_states(void) {
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

// Tiles for bfloat16, as large as the kernels take them to be.
static int processor_has_tiles(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & has_xsave)) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  if (!(d & has_tiles) || !(d & has_bfloat16_tiles)) return 0;
  if (!__get_cpuid_count(0x1D, limen_tile_palette, &a, &b, &c, &d)) return 0;
  return (b & 0xFFFF) == limen_tile_row_bytes && b >> 16 == limen_tile_count && (c & 0xFFFF) == limen_tile_rows;
}

static amx_verdict found;

static void find(void) {
  found = amx_is_absent;
  __builtin_cpu_init();
  if (!processor_has_tiles() || !__builtin_cpu_supports("avx512bf16")) return;
  found = amx_is_forbidden;
  if ((enabled_states() & tile_states) != tile_states) return;
  // Linux keeps room for tiles only in processes that ask; the answer holds for all their threads.
  if (syscall(SYS_arch_prctl, request_state_permission, tile_data_state) != 0) return;
  const int agree = limen_products_agree(&limen_kernels_amx.bfloat16, &limen_kernels_portable.bfloat16);
  found = agree ? amx_is_usable : amx_is_wrong;
}

amx_verdict limen_amx_verdict(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, find);
  return found;
}

#else

amx_verdict limen_amx_verdict(void) { return amx_is_absent; }

#endif
