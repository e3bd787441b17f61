#include "fields.h"

#include <string.h>

int patchway_is_text(const uint8_t *octets, size_t count, const char *text) {
    return count == strlen(text) && memcmp(octets, text, count) == 0;
}

int patchway_is_dns_message(const uint8_t *value, size_t count) {
    static const char type[] = "application/dns-message";
    if (count < sizeof type - 1) return 0;
    for (size_t index = 0; index < sizeof type - 1; index++) {
        uint8_t octet = value[index];
        if (octet >= 'A' && octet <= 'Z') octet |= 0x20;
        if (octet != (uint8_t)type[index]) return 0;
    }
    return count == sizeof type - 1 || value[sizeof type - 1] == ';' || value[sizeof type - 1] == ' ';
}

nghttp2_nv patchway_field(const char *name, const char *value) {
    nghttp2_nv result = {
        (uint8_t *)name, (uint8_t *)value, strlen(name), strlen(value), NGHTTP2_NV_FLAG_NO_COPY_NAME,
    };
    return result;
}
