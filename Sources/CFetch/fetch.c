#include "CFetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELD = 256, REDIRECTS = 5 };

struct patchway_fetched {
    uint8_t *octets;
    size_t count, room, most;
    int is_too_large;
    long status;
    char error[CURL_ERROR_SIZE + 64];
    char tag[FIELD], date[FIELD];
};

static size_t take(char *octets, size_t size, size_t number, void *context) {
    struct patchway_fetched *fetched = context;
    size_t count = size * number;
    if (count > fetched->most - fetched->count) {
        fetched->is_too_large = 1;
        return 0;
    }
    if (fetched->count + count > fetched->room) {
        size_t room = fetched->room ? 2 * fetched->room : 64 << 10;
        while (room < fetched->count + count) room *= 2;
        uint8_t *more = realloc(fetched->octets, room);
        if (!more) return 0;
        fetched->octets = more;
        fetched->room = room;
    }
    memcpy(fetched->octets + fetched->count, octets, count);
    fetched->count += count;
    return count;
}

static void keep(char *field, const char *value, size_t count) {
    while (count && (*value == ' ' || *value == '\t')) value++, count--;
    while (count && (value[count - 1] == '\r' || value[count - 1] == '\n' || value[count - 1] == ' ')) count--;
    field[0] = 0;
    if (count >= FIELD) return;
    for (size_t at = 0; at < count; at++)
        if (value[at] < 0x20 || value[at] > 0x7E) return;
    memcpy(field, value, count);
    field[count] = 0;
}

static size_t header(char *octets, size_t size, size_t number, void *context) {
    struct patchway_fetched *fetched = context;
    size_t count = size * number;
    if (count >= 5 && !strncasecmp(octets, "HTTP/", 5)) fetched->tag[0] = fetched->date[0] = 0;
    if (count >= 5 && !strncasecmp(octets, "ETag:", 5)) keep(fetched->tag, octets + 5, count - 5);
    if (count >= 14 && !strncasecmp(octets, "Last-Modified:", 14)) keep(fetched->date, octets + 14, count - 14);
    return count;
}

static struct curl_slist *condition(struct curl_slist *list, const char *name, const char *value) {
    char line[FIELD + 32];
    if (!value || !*value || strlen(value) >= FIELD) return list;
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(list, line);
    return longer ? longer : list;
}

patchway_fetched *patchway_fetch(
    const char *url, const char *tag, const char *date, const char *authorities, size_t most, long seconds) {
    struct patchway_fetched *fetched = calloc(1, sizeof *fetched);
    CURL *curl = curl_easy_init();
    if (!fetched || !curl) {
        free(fetched);
        if (curl) curl_easy_cleanup(curl);
        return NULL;
    }
    fetched->most = most;
    struct curl_slist *conditions = condition(condition(NULL, "If-None-Match", tag), "If-Modified-Since", date);
    // What begins in secret ends so.
    const char *later = strncasecmp(url, "https:", 6) ? "http,https" : "https";
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, later);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, seconds);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, seconds < 15 ? seconds : 15L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 100L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 20L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "patchway");
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, conditions);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, fetched);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, fetched);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fetched->error);
    if (authorities) curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &fetched->status);
    } else if (fetched->is_too_large) {
        snprintf(fetched->error, sizeof fetched->error, "it is larger than %zu octets", most);
    } else if (!fetched->error[0]) {
        snprintf(fetched->error, sizeof fetched->error, "%s", curl_easy_strerror(code));
    }
    curl_slist_free_all(conditions);
    curl_easy_cleanup(curl);
    return fetched;
}

void patchway_fetched_free(patchway_fetched *fetched) {
    if (fetched) free(fetched->octets);
    free(fetched);
}

long patchway_fetched_status(const patchway_fetched *fetched) { return fetched->status; }
const char *patchway_fetched_error(const patchway_fetched *fetched) { return fetched->error; }
const char *patchway_fetched_tag(const patchway_fetched *fetched) { return fetched->tag; }
const char *patchway_fetched_date(const patchway_fetched *fetched) { return fetched->date; }

const uint8_t *patchway_fetched_octets(const patchway_fetched *fetched, size_t *count) {
    *count = fetched->count;
    return fetched->octets;
}
