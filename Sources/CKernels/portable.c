// The micro-kernels for any processor.
#define KERNEL(name) name##_portable
#define KERNEL_NAME "portable"
#define TILE 2
#include "kernels_body.h"
