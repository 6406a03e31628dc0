// What a worker thread needs from the machine: float mode, a polite spin, the processors it may use.
#pragma once

/// Turns on flush-to-zero and denormals-are-zero in this thread; returns the mode that was in force.
/// Denormals late in training make convolutions tens of times slower, and no result needs them.
unsigned limen_float_mode_enter(void);

/// Puts back a mode returned by limen_float_mode_enter.
void limen_float_mode_restore(unsigned mode);

/// Whether this thread is inside a parallel loop, for reading and writing.
int *limen_inside_loop(void);

/// Tells the processor that this is a spin loop.
void limen_spin_pause(void);

/// How many processors this process may run on (affinity mask), at least 1.
int limen_processor_count(void);
