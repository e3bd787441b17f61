// libgit2 for reading files of other versions: objects of a local repository, and nothing that a repository could make us run.
#ifndef PATCHWAY_CGIT_H
#define PATCHWAY_CGIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct patchway_repository patchway_repository;

// A version of a file: the commit that made it (40 hexadecimal digits and a NUL), when, the start of its message, and the blob
// ("" where there is none). `is_file` is false where a symbolic link or something else stands in its place, or that is not known.
typedef struct {
    char commit[41];
    char blob[41];
    int64_t seconds;
    char summary[160];
    bool is_file;
} patchway_version;

// Opens the repository in a folder, or at a path of a bare one; NULL with a message when there is none.
patchway_repository *patchway_repository_open(const char *path, char *message, size_t size);
void patchway_repository_close(patchway_repository *repository);

// The octets of a file in a revision, or those of a blob (path NULL), to be freed; NULL with a message. `missing` says that the
// revision is there and the file is not.
uint8_t *patchway_repository_read(
    patchway_repository *repository, const char *revision, const char *path, size_t limit, size_t *length, bool *missing,
    char *message, size_t size);

// The versions of a file in the first parents of a revision, the newest first, to be freed; at most `most`. NULL with a message.
patchway_version *patchway_repository_versions(
    patchway_repository *repository, const char *revision, const char *path, size_t most, size_t *count, bool *is_cut,
    char *message, size_t size);

#endif
