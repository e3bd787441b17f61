// What Swift has no words for: hints to the allocator and the processor.
#ifndef PATCHWAY_CMACHINE_H
#define PATCHWAY_CMACHINE_H

#include <malloc.h>

/// From here on memory of at least so many octets comes straight from the system and goes back when it is freed. glibc
/// raises the threshold by itself otherwise, and keeps tens of megabytes that compiling a list needed once.
static inline void cmachine_map_from(int octets) { (void)mallopt(M_MMAP_THRESHOLD, octets); }

/// Gives all memory back to the system that was freed, of every thread; what compiling needed for a while lies between what is
/// kept, and would stay.
static inline void cmachine_give_back(void) { (void)malloc_trim(0); }

/// Memory that is looked at soon.
static inline void cmachine_prefetch(const void *place) { __builtin_prefetch(place); }

#endif
