#include "CRE2.h"

#include <re2/filtered_re2.h>
#include <re2/re2.h>
#include <re2/set.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <vector>

struct cre2_pattern {
    RE2 re;
    cre2_pattern(const re2::StringPiece &pattern, const RE2::Options &options) : re(pattern, options) {}
};

struct cre2_set {
    RE2::Set set;
    cre2_set(const RE2::Options &options) : set(options, RE2::UNANCHORED) {}
};

namespace {

RE2::Options options(bool ignores_case, int64_t max_memory) {
    RE2::Options options(RE2::Quiet);
    options.set_case_sensitive(!ignores_case);
    options.set_max_mem(max_memory);
    return options;
}

re2::StringPiece piece(const uint8_t *octets, size_t length) {
    return re2::StringPiece(reinterpret_cast<const char *>(octets), length);
}

void write(char *reason, size_t size, const std::string &text) {
    if (size == 0) return;
    const size_t length = text.size() < size ? text.size() : size - 1;
    std::memcpy(reason, text.data(), length);
    reason[length] = 0;
}

} // namespace

cre2_pattern *cre2_compile(
    const uint8_t *pattern, size_t length, bool ignores_case, int64_t max_memory,
    cre2_status *status, char *reason, size_t reason_size
) {
    try {
        std::unique_ptr<cre2_pattern> made(
            new cre2_pattern(piece(pattern, length), options(ignores_case, max_memory)));
        if (made->re.ok()) {
            *status = CRE2_OK;
            return made.release();
        }
        *status = made->re.error_code() == RE2::ErrorPatternTooLarge ? CRE2_TOO_LARGE : CRE2_SYNTAX;
        write(reason, reason_size, made->re.error());
    } catch (const std::bad_alloc &) {
        *status = CRE2_NO_MEMORY;
        write(reason, reason_size, "out of memory");
    }
    return nullptr;
}

void cre2_free(cre2_pattern *pattern) {
    delete pattern;
}

bool cre2_matches(const cre2_pattern *pattern, const uint8_t *text, size_t length) {
    return pattern->re.Match(piece(text, length), 0, length, RE2::UNANCHORED, nullptr, 0);
}

int cre2_program_size(const cre2_pattern *pattern) {
    return pattern->re.ProgramSize();
}

bool cre2_required(
    const uint8_t *pattern, size_t length, bool ignores_case, int64_t max_memory, size_t shortest,
    void (*visit)(void *context, const uint8_t *text, size_t length), void *context
) {
    try {
        re2::FilteredRE2 filter(static_cast<int>(shortest));
        int id = 0;
        const auto error = filter.Add(piece(pattern, length), options(ignores_case, max_memory), &id);
        if (error != RE2::NoError) return false;
        std::vector<std::string> texts;
        filter.Compile(&texts);
        std::vector<int> matching;
        filter.AllPotentials({}, &matching);
        if (!matching.empty() || texts.empty()) return false;
        for (const auto &text : texts) visit(context, reinterpret_cast<const uint8_t *>(text.data()), text.size());
        return true;
    } catch (const std::bad_alloc &) {
        return false;
    }
}

cre2_set *cre2_set_new(bool ignores_case, int64_t max_memory) {
    try {
        return new cre2_set(options(ignores_case, max_memory));
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

bool cre2_set_add(cre2_set *set, const uint8_t *pattern, size_t length) {
    try {
        return set->set.Add(piece(pattern, length), nullptr) >= 0;
    } catch (const std::bad_alloc &) {
        return false;
    }
}

bool cre2_set_compile(cre2_set *set) {
    try {
        return set->set.Compile();
    } catch (const std::bad_alloc &) {
        return false;
    }
}

void cre2_set_free(cre2_set *set) {
    delete set;
}

bool cre2_set_may_match(const cre2_set *set, const uint8_t *text, size_t length) {
    RE2::Set::ErrorInfo error;
    return set->set.Match(piece(text, length), nullptr, &error) || error.kind != RE2::Set::kNoError;
}
