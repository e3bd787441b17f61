// One HTTP request as lists need it, over libcurl: conditional, bounded in size and time, no way back from HTTPS to HTTP.
#ifndef PATCHWAY_CFETCH_H
#define PATCHWAY_CFETCH_H

#include <stddef.h>
#include <stdint.h>

typedef struct patchway_fetched patchway_fetched;

// tag and date: what the server said of the copy there is (ETag, Last-Modified), or NULL. authorities: a PEM file, or NULL.
// NULL when there is no memory.
patchway_fetched *patchway_fetch(
    const char *url, const char *tag, const char *date, const char *authorities, size_t most, long seconds);
void patchway_fetched_free(patchway_fetched *fetched);
// The status, or 0 when there was no whole response; then the error in words.
long patchway_fetched_status(const patchway_fetched *fetched);
const char *patchway_fetched_error(const patchway_fetched *fetched);
const uint8_t *patchway_fetched_octets(const patchway_fetched *fetched, size_t *count);
// Empty where the server said nothing, or something too long.
const char *patchway_fetched_tag(const patchway_fetched *fetched);
const char *patchway_fetched_date(const patchway_fetched *fetched);

#endif
