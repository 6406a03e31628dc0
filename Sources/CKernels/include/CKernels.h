// Umbrella of the C kernels.
#pragma once

#include "limen_threads.h"
