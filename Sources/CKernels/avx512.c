// The micro-kernels for AVX-512: 32 registers of 16 floats.
#if defined(__x86_64__)
#define KERNEL(name) name##_avx512
#define KERNEL_NAME "avx512"
#define TILE 24
#include "limen_kernels.h"
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma"))), apply_to = function)
#include "kernels_body.h"
#pragma clang attribute pop
#endif
