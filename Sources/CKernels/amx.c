// The micro-kernels for AMX: those for AVX-512 with bfloat16, but products of bfloat16 pairs in tile registers.
//
// Never run on hardware yet: amxmodel.c runs the same loops on a model of the tiles.
#if defined(__x86_64__)
#define KERNEL(name) name##_amx
#define KERNEL_NAME "amx"
#define TILE 24
#define HARDWARE_BFLOAT16
#define TILE_REGISTERS
#include "limen_kernels.h"
#include <immintrin.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx512bf16,fma,amx-tile,amx-bf16"))), apply_to = function)
#include "tiles_hardware.h"
#include "kernels_body.h"
#pragma clang attribute pop
#endif
