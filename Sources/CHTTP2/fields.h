#ifndef PATCHWAY_CHTTP2_FIELDS_H
#define PATCHWAY_CHTTP2_FIELDS_H

#include <nghttp2/nghttp2.h>

int patchway_is_text(const uint8_t *octets, size_t count, const char *text);
// A media type: letters in either case, parameters are not looked at.
int patchway_is_dns_message(const uint8_t *value, size_t count);
// A field whose name stays where it is.
nghttp2_nv patchway_field(const char *name, const char *value);

#endif
