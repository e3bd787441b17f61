#include "CTRE.h"

#include <stdlib.h>
#include <tre/tre.h>

struct ctre_pattern {
    regex_t regex;
};

ctre_pattern *ctre_compile(const uint8_t *pattern, size_t length, char *reason, size_t reason_size) {
    ctre_pattern *made = calloc(1, sizeof *made);
    const int code = made == NULL
        ? REG_ESPACE
        : tre_regncomp(&made->regex, (const char *)pattern, length, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (code == REG_OK) return made;
    tre_regerror(code, NULL, reason, reason_size);
    free(made);
    return NULL;
}

void ctre_free(ctre_pattern *pattern) {
    if (pattern == NULL) return;
    tre_regfree(&pattern->regex);
    free(pattern);
}

bool ctre_has_back_references(const ctre_pattern *pattern) {
    return tre_have_backrefs(&pattern->regex) != 0;
}

bool ctre_is_approximate(const ctre_pattern *pattern) {
    return tre_have_approx(&pattern->regex) != 0;
}

bool ctre_matches(const ctre_pattern *pattern, const uint8_t *text, size_t length) {
    return tre_regnexec(&pattern->regex, (const char *)text, length, 0, NULL, 0) == REG_OK;
}
