#include "fields.h"
#include "CHTTP2.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

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

const char *patchway_http_date(void) {
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    };
    static _Thread_local char text[64];
    static _Thread_local time_t written = -1;
    time_t now = time(NULL);
    struct tm date;
    if (now == written || !gmtime_r(&now, &date)) return text;
    written = now;
    snprintf(
        text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[date.tm_wday], date.tm_mday, months[date.tm_mon],
        date.tm_year + 1900, date.tm_hour, date.tm_min, date.tm_sec);
    return text;
}
