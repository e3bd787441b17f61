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

// What stands at a path in the tree of a commit.
enum place { NOTHING, FILE_THERE, LINK_THERE, ELSE_THERE, UNREADABLE };

// Finds the blob of a file; that of a symbolic link is the path that it leads to. A tree that is not there, as in a partial
// clone, says nothing about the file.
static enum place entry(git_commit *commit, const char *path, git_oid *found) {
    git_tree *tree = NULL;
    git_tree_entry *entry = NULL;
    enum place place = UNREADABLE;
    if (git_commit_tree(&tree, commit) == 0) {
        int status = git_tree_entry_bypath(&entry, tree, path);
        if (status == 0) {
            bool is_blob = git_tree_entry_type(entry) == GIT_OBJECT_BLOB;
            bool is_link = git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK;
            place = !is_blob ? ELSE_THERE : is_link ? LINK_THERE : FILE_THERE;
            git_oid_cpy(found, git_tree_entry_id(entry));
        } else if (status == GIT_ENOTFOUND) {
            // The same is said of a folder whose tree is missing.
            place = git_error_last() != NULL && git_error_last()->klass == GIT_ERROR_ODB ? UNREADABLE : NOTHING;
        }
    }
    git_tree_entry_free(entry);
    git_tree_free(tree);
    return place;
}

static void explain_place(enum place place, char *message, size_t size) {
    const char *text = place == LINK_THERE ? "it is a symbolic link there; give the file that it leads to"
                       : place == ELSE_THERE ? "it is no file there"
                       : place == NOTHING ? "the revision has no such file"
                                          : "a tree of the revision cannot be read; fetch all of its objects";
    snprintf(message, size, "%s", text);
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
        enum place place = entry(commit, path, &id);
        git_commit_free(commit);
        *missing = place == NOTHING;
        if (place != FILE_THERE) return explain_place(place, message, size), NULL;
    }
    // The size stands in front of the object: what is too large is not taken.
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
    if ((size_t)git_blob_rawsize(blob) < stored) stored = (size_t)git_blob_rawsize(blob);
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
    char *message, size_t size) {
    *count = 0;
    *is_cut = false;
    git_commit *commit = commit_of(repository, revision);
    if (commit == NULL) return explain(message, size), NULL;
    patchway_version *versions = NULL;
    size_t room = 0;
    git_oid here = {{0}};
    enum place place = entry(commit, path, &here);
    while (commit != NULL) {
        git_commit *parent = NULL;
        git_oid before = {{0}};
        bool has_parent = git_commit_parentcount(commit) > 0;
        if (has_parent && git_commit_parent(&parent, commit, 0) != 0) {
            // A shallow clone ends somewhere: what is behind it is not known.
            *is_cut = true;
            has_parent = false;
        }
        enum place place_before = has_parent ? entry(parent, path, &before) : NOTHING;
        bool has_here = place == FILE_THERE || place == LINK_THERE;
        bool is_same = place == place_before && git_oid_cmp(&here, &before) == 0;
        if (!is_same) {
            if (*count == most) {
                *is_cut = true;
                git_commit_free(parent);
                break;
            }
            if (*count == room) {
                room = room == 0 ? 64 : room * 2;
                patchway_version *grown = realloc(versions, room * sizeof *versions);
                if (grown == NULL) {
                    *is_cut = true;
                    git_commit_free(parent);
                    break;
                }
                versions = grown;
            }
            describe(&versions[*count], commit, has_here, &here);
            versions[(*count)++].is_file = place == FILE_THERE || place == NOTHING;
        }
        git_commit_free(commit);
        commit = parent;
        place = place_before;
        git_oid_cpy(&here, &before);
    }
    git_commit_free(commit);
    if (versions == NULL) snprintf(message, size, "no version of the file is known there");
    return versions;
}
