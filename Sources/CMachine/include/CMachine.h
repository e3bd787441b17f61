// What Swift has no words for: hints to the processor and to the allocator.
#ifndef PATCHWAY_CMACHINE_H
#define PATCHWAY_CMACHINE_H

#include <malloc.h>

/// Asks for the cache line at `place`, which will be read soon; any address is fine.
static inline void cmachine_prefetch(const void *_Nullable place) { __builtin_prefetch(place, 0, 3); }

/// Gives freed memory back to the system.
static inline void cmachine_trim(void) { (void)malloc_trim(0); }

#endif
