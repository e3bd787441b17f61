#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// RE2 behind a C face: matching takes time linear in the text, and no call throws or aborts.
/// A compiled pattern or set may be used by any number of threads at once (re2/re2.h: "thread-safe").

/// A compiled pattern.
typedef struct cre2_pattern cre2_pattern;
/// Several patterns that are searched for together.
typedef struct cre2_set cre2_set;

/// Why a pattern was refused.
typedef enum cre2_status { CRE2_OK, CRE2_SYNTAX, CRE2_TOO_LARGE, CRE2_NO_MEMORY } cre2_status;

/// Compiles a pattern that may take `max_memory` octets, those of its matcher's cache included.
/// On failure returns NULL and writes the reason, cut to `reason_size` with its NUL, to `reason`.
cre2_pattern *cre2_compile(
    const uint8_t *pattern, size_t length, bool ignores_case, int64_t max_memory,
    cre2_status *status, char *reason, size_t reason_size
);
/// Frees a pattern; NULL is allowed.
void cre2_free(cre2_pattern *pattern);
/// Whether the pattern matches anywhere in the text.
bool cre2_matches(const cre2_pattern *pattern, const uint8_t *text, size_t length);
/// Instructions of the compiled program: a match takes at most that many steps per octet.
int cre2_program_size(const cre2_pattern *pattern);

/// Calls `visit` with texts of `shortest` octets or more, of which one at least stands in every text of ASCII in lower case
/// that the pattern matches. False: there are none such.
bool cre2_required(
    const uint8_t *pattern, size_t length, bool ignores_case, int64_t max_memory, size_t shortest,
    void (*visit)(void *context, const uint8_t *text, size_t length), void *context
);

/// An empty set; NULL without memory.
cre2_set *cre2_set_new(bool ignores_case, int64_t max_memory);
/// Adds a pattern; false when RE2 refuses it.
bool cre2_set_add(cre2_set *set, const uint8_t *pattern, size_t length);
/// Compiles the set after the last pattern; false when it does not fit into its memory.
bool cre2_set_compile(cre2_set *set);
/// Frees a set; NULL is allowed.
void cre2_set_free(cre2_set *set);
/// Whether some pattern of the set may match: true also when the matcher ran out of its memory.
bool cre2_set_may_match(const cre2_set *set, const uint8_t *text, size_t length);

#ifdef __cplusplus
}
#endif
