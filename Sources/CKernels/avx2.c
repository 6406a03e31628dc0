// The micro-kernels for AVX2 with fused multiply-add: 16 registers of 8 floats.
#if defined(__x86_64__)
#define KERNEL(name) name##_avx2
#define KERNEL_NAME "avx2"
#define TILE 4
#include "limen_kernels.h"
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "kernels_body.h"
#pragma clang attribute pop
#endif
