#include "CGit.h"

#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct patchway_repository {
    git_repository *repository;
};

static void explain(char *message, size_t size) {
    const git_error *error = git_error_last();
    snprintf(message, size, "%s", error != NULL && error->message != NULL ? error->message : "unknown");
}

patchway_repository *patchway_repository_open(const char *path, char *message, size_t size) {
    static bool is_ready = false;
    if (!is_ready) {
        git_libgit2_init();
        // Objects are read and nothing is run, so whose the folder is does not matter.
        git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
        is_ready = true;
    }
    patchway_repository *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return NULL;
    if (git_repository_open_ext(&opened->repository, path, GIT_REPOSITORY_OPEN_CROSS_FS, NULL) == 0) return opened;
    explain(message, size);
    free(opened);
    return NULL;
}

void patchway_repository_close(patchway_repository *repository) {
    git_repository_free(repository->repository);
    free(repository);
}

// The blob of a file in the tree of a commit; false when it has none. Of a symbolic link it is the path that it leads to.
static bool entry(git_commit *commit, const char *path, git_oid *found, bool *is_link) {
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    bool is_file = false;
    if (git_commit_tree(&tree, commit) == 0 && git_tree_entry_bypath(&entry, tree, path) == 0) {
        is_file = git_tree_entry_type(entry) == GIT_OBJECT_BLOB;
        if (is_file) git_oid_cpy(found, git_tree_entry_id(entry));
        if (is_file && is_link != NULL) *is_link = git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK;
    }
    git_tree_entry_free(entry);
    git_tree_free(tree);
    return is_file;
}

// The commit that a revision stands for.
static git_commit *commit_of(patchway_repository *repository, const char *revision) {
    git_object *object = NULL, *peeled = NULL;
    if (git_revparse_single(&object, repository->repository, revision) == 0) git_object_peel(&peeled, object, GIT_OBJECT_COMMIT);
    git_object_free(object);
    return (git_commit *)peeled;
}

uint8_t *patchway_repository_read(
    patchway_repository *repository, const char *revision, const char *path, size_t limit, size_t *length, bool *missing,
    char *message, size_t size) {
    git_oid id;
    *missing = false;
    *length = 0;
    if (path == NULL) {
        if (git_oid_fromstr(&id, revision) != 0) return explain(message, size), NULL;
    } else {
        git_commit *commit = commit_of(repository, revision);
        if (commit == NULL) return explain(message, size), NULL;
        bool is_link = false;
        *missing = !entry(commit, path, &id, &is_link);
        git_commit_free(commit);
        if (is_link) return snprintf(message, size, "it is a symbolic link there; give the file that it leads to"), NULL;
        if (*missing) return snprintf(message, size, "the revision has no such file"), NULL;
    }
    // The size stands in front of the object, so that nothing large is unpacked.
    git_odb *objects = NULL;
    size_t stored = 0;
    git_object_t type;
    bool fits = git_repository_odb(&objects, repository->repository) == 0 &&
                git_odb_read_header(&stored, &type, objects, &id) == 0 && type == GIT_OBJECT_BLOB;
    git_odb_free(objects);
    if (!fits) return explain(message, size), NULL;
    if (stored > limit) return snprintf(message, size, "it has %zu octets, more than %zu", stored, limit), NULL;
    git_blob *blob = NULL;
    if (git_blob_lookup(&blob, repository->repository, &id) != 0) return explain(message, size), NULL;
    uint8_t *octets = malloc(stored > 0 ? stored : 1);
    if (octets != NULL) {
        memcpy(octets, git_blob_rawcontent(blob), stored);
        *length = stored;
    }
    git_blob_free(blob);
    return octets;
}

static void describe(patchway_version *version, git_commit *commit, bool has_blob, const git_oid *blob) {
    git_oid_tostr(version->commit, sizeof version->commit, git_commit_id(commit));
    version->blob[0] = 0;
    if (has_blob) git_oid_tostr(version->blob, sizeof version->blob, blob);
    version->seconds = git_commit_time(commit);
    const char *summary = git_commit_summary(commit);
    snprintf(version->summary, sizeof version->summary, "%s", summary != NULL ? summary : "");
}

patchway_version *patchway_repository_versions(
    patchway_repository *repository, const char *revision, const char *path, size_t most, size_t *count, bool *is_cut,
    const volatile int *stop, char *message, size_t size) {
    *count = 0;
    *is_cut = false;
    git_commit *commit = commit_of(repository, revision);
    if (commit == NULL) return explain(message, size), NULL;
    patchway_version *versions = NULL;
    size_t room = 0;
    git_oid here;
    bool is_link = false;
    bool has_here = entry(commit, path, &here, &is_link);
    while (commit != NULL && (stop == NULL || *stop == 0)) {
        git_commit *parent = NULL;
        git_oid before;
        bool has_parent = git_commit_parentcount(commit) > 0;
        if (has_parent && git_commit_parent(&parent, commit, 0) != 0) {
            // A shallow clone ends somewhere: what is behind it is not known.
            *is_cut = true;
            has_parent = false;
        }
        bool is_link_before = false;
        bool has_before = has_parent && entry(parent, path, &before, &is_link_before);
        if (has_here != has_before || (has_here && git_oid_cmp(&here, &before) != 0)) {
            if (*count == most) {
                *is_cut = true;
                git_commit_free(parent);
                break;
            }
            if (*count == room) {
                room = room == 0 ? 64 : room * 2;
                patchway_version *grown = realloc(versions, room * sizeof *versions);
                if (grown == NULL) {
                    git_commit_free(parent);
                    break;
                }
                versions = grown;
            }
            describe(&versions[*count], commit, has_here, &here);
            versions[(*count)++].is_link = has_here && is_link;
        }
        git_commit_free(commit);
        commit = parent;
        has_here = has_before;
        is_link = is_link_before;
        if (has_before) git_oid_cpy(&here, &before);
    }
    git_commit_free(commit);
    if (versions == NULL) snprintf(message, size, "no version of the file is known there");
    return versions;
}
