// The numbered SQL files of the store, put into the binary byte for byte. A new file is one block and one row here.
#include "CMigrations.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char sqlite_0001[] = {
#embed "../../ForgeStore/Migrations/SQLite/0001_begin.sql"
};

static const unsigned char sqlite_0002[] = {
#embed "../../ForgeStore/Migrations/SQLite/0002_reviews.sql"
};

static const unsigned char sqlite_0003[] = {
#embed "../../ForgeStore/Migrations/SQLite/0003_local_host.sql"
};

static const unsigned char sqlite_0004[] = {
#embed "../../ForgeStore/Migrations/SQLite/0004_budgets.sql"
};

static const struct forge_migration sqlite_migrations[] = {
    {sqlite_0001, sizeof sqlite_0001},
    {sqlite_0002, sizeof sqlite_0002},
    {sqlite_0003, sizeof sqlite_0003},
    {sqlite_0004, sizeof sqlite_0004},
};

const struct forge_migration *forge_sqlite_migrations(void) { return sqlite_migrations; }

size_t forge_sqlite_migrations_count(void) { return sizeof sqlite_migrations / sizeof *sqlite_migrations; }
