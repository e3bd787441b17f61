// SQLite, for databases that anybody may have written: read from memory, never written, within bounds of work.
#ifndef PATCHWAY_CSQLITE_SHIM_H
#define PATCHWAY_CSQLITE_SHIM_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static int csqlite_stop(void *left) {
    int64_t *steps = (int64_t *)left;
    *steps -= 1;
    return *steps <= 0;
}

// Opens a database that stands in memory; `octets` and `steps` must outlive it. `steps` thousands of instructions are all
// the work it gets. NULL when there is no memory for it.
static inline sqlite3 *csqlite_open(const uint8_t *octets, size_t length, int64_t *steps) {
    sqlite3 *database = NULL;
    if (sqlite3_open_v2(":memory:", &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) != SQLITE_OK) {
        sqlite3_close(database);
        return NULL;
    }
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    // A view could stand for one of the tables and cost what it likes.
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, (int *)NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, (int *)NULL);
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, 1 << 20);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database, SQLITE_LIMIT_COLUMN, 64);
    sqlite3_progress_handler(database, 1000, csqlite_stop, steps);
    // SQLite does not write to what is read-only.
    if (sqlite3_deserialize(database, "main", (unsigned char *)(uintptr_t)octets, (sqlite3_int64)length,
                            (sqlite3_int64)length, SQLITE_DESERIALIZE_READONLY) != SQLITE_OK) {
        sqlite3_close(database);
        return NULL;
    }
    return database;
}

#endif
