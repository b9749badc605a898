/* schema_sqlite: the migrations of the SQLite engine, in order. */
#ifndef CARDEA_STORE_SCHEMA_SQLITE_H
#define CARDEA_STORE_SCHEMA_SQLITE_H

#include "store/store_engine.h"

#define CARDEA_SCHEMA_SQLITE_COUNT 17

extern const struct cardea_migration cardea_schema_sqlite[CARDEA_SCHEMA_SQLITE_COUNT];

#endif
