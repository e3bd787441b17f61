#ifndef PATCHWAY_CZONES_H
#define PATCHWAY_CZONES_H

#include <stddef.h>
#include <stdint.h>

/// One file of Zones/, embedded at build time. Valid for the life of the process.
typedef struct {
    /// The path inside Zones/, zero-terminated.
    const char *_Nonnull path;
    /// The octets of the file; no terminator.
    const uint8_t *_Nonnull bytes;
    size_t length;
} patchway_zones_file;

/// The embedded files; writes how many there are to `count`.
const patchway_zones_file *_Nonnull patchway_zones_files(size_t *_Nonnull count);

#endif
