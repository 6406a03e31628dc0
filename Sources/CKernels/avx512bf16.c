// The micro-kernels for AVX-512 with bfloat16 dot products: 32 registers of 16 floats.
#if defined(__x86_64__)
#define KERNEL(name) name##_avx512bf16
#define KERNEL_NAME "avx512bf16"
#define TILE 24
#define HARDWARE_BFLOAT16
#include "limen_kernels.h"
#include <immintrin.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512bf16,fma"))), apply_to = function)
#include "kernels_body.h"
#pragma clang attribute pop
#endif
