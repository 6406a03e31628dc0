// The micro-kernels for AMX on a model of its tile registers, the rest as for AVX2: for tests on any machine.
#if defined(__x86_64__)
#define KERNEL(name) name##_amxmodel
#define KERNEL_NAME "amxmodel"
#define TILE 4
#define TILE_REGISTERS
#include "limen_kernels.h"
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "tiles_software.h"
#include "kernels_body.h"
#pragma clang attribute pop
#endif
