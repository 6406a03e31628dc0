#define _GNU_SOURCE
#include "limen_threads.h"

#include <sched.h>

#if defined(__x86_64__)
#include <immintrin.h>

// MXCSR bits: 15 flushes denormal results to zero, 6 reads denormal operands as zero.
enum { flush_to_zero = 1u << 15, denormals_are_zero = 1u << 6 };

unsigned limen_float_mode_enter(void) {
  unsigned mode = _mm_getcsr();
  _mm_setcsr(mode | flush_to_zero | denormals_are_zero);
  return mode;
}

void limen_float_mode_restore(unsigned mode) { _mm_setcsr(mode); }

void limen_spin_pause(void) { _mm_pause(); }

#elif defined(__aarch64__)

// FPCR bit 24 flushes denormal operands and results to zero.
unsigned limen_float_mode_enter(void) {
  unsigned long mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | 1ul << 24));
  return (unsigned)mode;
}

void limen_float_mode_restore(unsigned mode) {
  __asm__ volatile("msr fpcr, %0" : : "r"((unsigned long)mode));
}

void limen_spin_pause(void) { __asm__ volatile("yield"); }

#else

unsigned limen_float_mode_enter(void) { return 0; }
void limen_float_mode_restore(unsigned mode) { (void)mode; }
void limen_spin_pause(void) {}

#endif

static _Thread_local int inside_loop;

int *limen_inside_loop(void) { return &inside_loop; }

int limen_processor_count(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}
