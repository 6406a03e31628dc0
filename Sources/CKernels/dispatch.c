#include "limen_kernels.h"

#include <string.h>

#include "amx_verdict.h"

extern const limen_kernel_table limen_kernels_portable;

#if defined(__x86_64__)
extern const limen_kernel_table limen_kernels_avx2, limen_kernels_avx512, limen_kernels_avx512bf16,
    limen_kernels_amx, limen_kernels_amxmodel;
#endif

// Fastest first. __builtin_cpu_supports also asks the operating system whether it saves the registers.
const limen_kernel_table *limen_kernel_table_best(void) {
  static const char *const names[] = {"amx", "avx512bf16", "avx512", "avx2", "portable"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const limen_kernel_table *table = limen_kernel_table_named(names[i]);
    if (table) return table;
  }
  return &limen_kernels_portable;
}

const limen_kernel_table *limen_kernel_table_named(const char *name) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const int has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (strcmp(name, "amx") == 0)
    return has_avx512 && limen_amx_verdict() == amx_is_usable ? &limen_kernels_amx : NULL;
  if (strcmp(name, "amxmodel") == 0) return has_avx2 ? &limen_kernels_amxmodel : NULL;
  if (strcmp(name, "avx512bf16") == 0)
    return has_avx512 && __builtin_cpu_supports("avx512bf16") ? &limen_kernels_avx512bf16 : NULL;
  if (strcmp(name, "avx512") == 0) return has_avx512 ? &limen_kernels_avx512 : NULL;
  if (strcmp(name, "avx2") == 0) return has_avx2 ? &limen_kernels_avx2 : NULL;
#endif
  return strcmp(name, "portable") == 0 ? &limen_kernels_portable : NULL;
}

const char *limen_kernel_table_refusal(const char *name) {
  if (strcmp(name, "amx") != 0) return NULL;
  switch (limen_amx_verdict()) {
    case amx_is_forbidden: return "the operating system does not let this process use tile registers";
    case amx_is_wrong: return "their products are wrong on this processor";
    default: return NULL;
  }
}
