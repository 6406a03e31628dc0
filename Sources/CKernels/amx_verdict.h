// Whether the kernels for AMX are to be used on this machine.
#pragma once

typedef enum {
  amx_is_absent,     // the processor has no tile registers for bfloat16
  amx_is_forbidden,  // the operating system does not let this process use them
  amx_is_wrong,      // the kernels' results are not what they should be
  amx_is_usable,
} amx_verdict;

/// Asks processor, operating system and the kernels themselves, once.
amx_verdict limen_amx_verdict(void);
