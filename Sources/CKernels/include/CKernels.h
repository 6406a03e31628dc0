// Umbrella of the C kernels.
#pragma once

#include "limen_kernels.h"
#include "limen_scratch.h"
#include "limen_threads.h"
#include "limen_tiles.h"
