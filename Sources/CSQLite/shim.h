/* shim.h - SQLite as Swift sees it: the header, and what Swift cannot import. */
/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>

/* SQLITE_TRANSIENT is a macro with a cast, which Swift does not import. */
static inline int sidetone_bind_text(sqlite3_stmt *statement, int index, const char *text,
                                     int byte_count) {
    return sqlite3_bind_text(statement, index, text, byte_count, SQLITE_TRANSIENT);
}
