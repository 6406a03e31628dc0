// Working memory of the calling thread, kept for its next use and freed when the thread ends.
#pragma once

#include <stddef.h>

enum { limen_scratch_slots = 7 };

/// At least `bytes` bytes, 64-byte aligned, of undefined content; NULL when memory is exhausted.
/// The same slot of the same thread yields the same block until it must grow.
void *limen_scratch(int slot, size_t bytes);
