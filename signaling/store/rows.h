/* rows: reading one row, or many, into memory of the tx. For store/ only. */
#ifndef CARDEA_STORE_ROWS_H
#define CARDEA_STORE_ROWS_H

#include <stddef.h>
#include "store/store_engine.h"

struct cardea_row_sink;

/* Reads @row into the zeroed struct @out. 0 or CARDEA_E_STORE. */
typedef int (*cardea_row_read_h)(struct cardea_tx *tx, const struct cardea_value *row, void *out);

struct cardea_row_sink {
	struct cardea_tx *tx;
	cardea_row_read_h read;
	size_t size;  /* of one struct */
	void *items;  /* one: the caller's; many: of the tx */
	size_t count; /* rows read */
	size_t space; /* many: structs that fit in items */
};

/* Row handler for one row at most: reads it into sink->items. */
int cardea_rows_take_one(const struct cardea_value *row, void *sink);
/* Row handler for any number of rows. */
int cardea_rows_take_many(const struct cardea_value *row, void *sink);
/* Row handler that takes the first column as an int64_t. */
int cardea_rows_take_integer(const struct cardea_value *row, void *integer);
/* Row handler that counts rows into a size_t. */
int cardea_rows_count(const struct cardea_value *row, void *count);

/* CARDEA_E_NOT_FOUND if a query without error gave no row. */
int cardea_rows_expect(int err, size_t count);

#endif
