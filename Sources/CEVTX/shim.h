// libevtx over libbfio, for event logs that anybody may have written: read from memory, one event at a time.
#ifndef PATCHWAY_CEVTX_SHIM_H
#define PATCHWAY_CEVTX_SHIM_H

#include <libbfio.h>
#include <libevtx.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct {
    libevtx_file_t *file;
    libbfio_handle_t *memory;
} cevtx_log;

// Gives back what cevtx_open gave.
static inline void cevtx_close(cevtx_log *log) {
    if (log->file != NULL) {
        libevtx_file_close(log->file, NULL);
        libevtx_file_free(&log->file, NULL);
    }
    if (log->memory != NULL) libbfio_handle_free(&log->memory, NULL);
}

// Opens a log that stands in memory; `octets` must outlive it. False when it is none.
static inline bool cevtx_open(cevtx_log *log, const uint8_t *octets, size_t length) {
    log->file = NULL;
    log->memory = NULL;
    if (libbfio_memory_range_initialize(&log->memory, NULL) == 1 &&
        libbfio_memory_range_set(log->memory, (uint8_t *)(uintptr_t)octets, length, NULL) == 1 &&
        libevtx_file_initialize(&log->file, NULL) == 1 &&
        libevtx_file_open_file_io_handle(log->file, log->memory, LIBEVTX_OPEN_READ, NULL) == 1) {
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
