// Counts the allocations of a program that links it, so that a benchmark can say there are none.
#ifndef PATCHWAY_CCOUNTER_H
#define PATCHWAY_CCOUNTER_H

/// Allocations of this process so far.
long ccounter_allocations(void);

#endif
