#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// TRE behind a narrow face, because the names of <tre/tre.h> are those of the C library's <regex.h>.
/// A compiled pattern is only read by ctre_matches, so any number of threads may match with it at once.

/// A compiled pattern.
typedef struct ctre_pattern ctre_pattern;

/// Compiles an extended POSIX pattern without regard to case and without groups.
/// On failure returns NULL and writes the reason, cut to `reason_size` with its NUL, to `reason`.
ctre_pattern *ctre_compile(const uint8_t *pattern, size_t length, char *reason, size_t reason_size);
/// Frees a pattern; NULL is allowed.
void ctre_free(ctre_pattern *pattern);
/// Whether it holds back-references, whose matching is not linear.
bool ctre_has_back_references(const ctre_pattern *pattern);
/// Whether it allows for errors (`{~1}`).
bool ctre_is_approximate(const ctre_pattern *pattern);
/// Whether the pattern matches anywhere in the text.
bool ctre_matches(const ctre_pattern *pattern, const uint8_t *text, size_t length);
