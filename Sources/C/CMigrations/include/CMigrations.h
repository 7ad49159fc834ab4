// What changes a store from each version to the next: SQL text, in order, from version 1.
#pragma once
#include <stddef.h>

struct forge_migration {
    const unsigned char *bytes;
    size_t count;
};

const struct forge_migration *forge_sqlite_migrations(void);
size_t forge_sqlite_migrations_count(void);
