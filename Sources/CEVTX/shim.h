// libevtx over libbfio, for event logs that anybody may have written: read from memory, one event at a time.
#ifndef PATCHWAY_CEVTX_SHIM_H
#define PATCHWAY_CEVTX_SHIM_H

#include <libbfio.h>
#include <libevtx.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Octets and a place in them. libbfio's own reader of memory reads beyond the end of a file that is cut.
typedef struct {
    const uint8_t *octets;
    size_t length;
    size_t place;
} cevtx_memory;

typedef struct {
    libevtx_file_t *file;
    libbfio_handle_t *handle;
    cevtx_memory *memory;
} cevtx_log;

static inline int cevtx_memory_yes(intptr_t *memory, libbfio_error_t **error) {
    (void)memory, (void)error;
    return 1;
}

static inline int cevtx_memory_open(intptr_t *memory, int flags, libbfio_error_t **error) {
    (void)flags, (void)error;
    ((cevtx_memory *)memory)->place = 0;
    return 1;
}

static inline int cevtx_memory_close(intptr_t *memory, libbfio_error_t **error) {
    (void)memory, (void)error;
    return 0;
}

static inline ssize_t cevtx_memory_read(intptr_t *io, uint8_t *buffer, size_t size, libbfio_error_t **error) {
    (void)error;
    cevtx_memory *memory = (cevtx_memory *)io;
    size_t rest = memory->length - memory->place;
    if (size > rest) size = rest;
    if (size > 0) memcpy(buffer, memory->octets + memory->place, size);
    memory->place += size;
    return (ssize_t)size;
}

static inline off64_t cevtx_memory_seek(intptr_t *io, off64_t offset, int whence, libbfio_error_t **error) {
    (void)error;
    cevtx_memory *memory = (cevtx_memory *)io;
    size_t from = whence == SEEK_CUR ? memory->place : whence == SEEK_END ? memory->length : 0;
    off64_t place;
    if (__builtin_add_overflow((off64_t)from, offset, &place) || place < 0 || (size_t)place > memory->length) return -1;
    memory->place = (size_t)place;
    return place;
}

static inline int cevtx_memory_size(intptr_t *io, size64_t *size, libbfio_error_t **error) {
    (void)error;
    *size = ((cevtx_memory *)io)->length;
    return 1;
}

// Gives back what cevtx_open gave.
static inline void cevtx_close(cevtx_log *log) {
    if (log->file != NULL) {
        libevtx_file_close(log->file, NULL);
        libevtx_file_free(&log->file, NULL);
    }
    if (log->handle != NULL) libbfio_handle_free(&log->handle, NULL);
    free(log->memory);
    log->memory = NULL;
}

// Opens a log that stands in memory; `octets` must outlive it. False when it is none.
static inline bool cevtx_open(cevtx_log *log, const uint8_t *octets, size_t length) {
    log->file = NULL;
    log->handle = NULL;
    log->memory = malloc(sizeof *log->memory);
    if (log->memory == NULL) return false;
    *log->memory = (cevtx_memory){.octets = octets, .length = length};
    // Without the flag of a managed one, the handle neither frees nor clones it.
    if (libbfio_handle_initialize(&log->handle, (intptr_t *)log->memory, NULL, NULL, cevtx_memory_open, cevtx_memory_close,
                                  cevtx_memory_read, NULL, cevtx_memory_seek, cevtx_memory_yes, cevtx_memory_yes,
                                  cevtx_memory_size, 0, NULL) == 1 &&
        libevtx_file_initialize(&log->file, NULL) == 1 &&
        libevtx_file_open_file_io_handle(log->file, log->handle, LIBEVTX_OPEN_READ, NULL) == 1) {
        return true;
    }
    cevtx_close(log);
    return false;
}

// How many events it holds, those left over in unused space apart.
static inline int cevtx_count(const cevtx_log *log) {
    int count = 0;
    return libevtx_file_get_number_of_records(log->file, &count, NULL) == 1 ? count : 0;
}

// Whether something in it is damaged.
static inline bool cevtx_is_damaged(const cevtx_log *log) { return libevtx_file_is_corrupted(log->file, NULL) == 1; }

// The offset of an event; 0 when it is not known.
static inline int64_t cevtx_offset(libevtx_record_t *record) {
    off64_t offset = 0;
    return libevtx_record_get_offset(record, &offset, NULL) == 1 ? (int64_t)offset : 0;
}

// The XML of an event as UTF-8, its length behind `length`, to be freed; NULL when it cannot be read or is longer than
// `limit`. `offset` is where it stands.
static inline uint8_t *cevtx_xml(const cevtx_log *log, int index, size_t limit, size_t *length, int64_t *offset) {
    libevtx_record_t *record = NULL;
    uint8_t *text = NULL;
    size_t size = 0;
    *length = 0;
    *offset = 0;
    if (libevtx_file_get_record_by_index(log->file, index, &record, NULL) != 1) return NULL;
    *offset = cevtx_offset(record);
    if (libevtx_record_get_utf8_xml_string_size(record, &size, NULL) == 1 && size > 1 && size <= limit &&
        (text = malloc(size)) != NULL) {
        if (libevtx_record_get_utf8_xml_string(record, text, size, NULL) == 1) {
            *length = size - 1;
        } else {
            free(text);
            text = NULL;
        }
    }
    libevtx_record_free(&record, NULL);
    return text;
}

#endif
