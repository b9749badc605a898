/* rows: reading one row, or many, into memory of the tx. */
#include "store/rows.h"

#include <string.h>
#include "cardea_error.h"

int cardea_rows_take_one(const struct cardea_value *row, void *arg)
{
	struct cardea_row_sink *sink = arg;

	memset(sink->items, 0, sink->size);
	sink->count++;
	return sink->read(sink->tx, row, sink->items);
}

static void grow(struct cardea_row_sink *sink)
{
	size_t space = sink->space ? 2 * sink->space : 8;
	void *items = cardea_tx_alloc(sink->tx, space * sink->size);

	if (sink->count) {
		memcpy(items, sink->items, sink->count * sink->size);
	}
	sink->items = items;
	sink->space = space;
}

int cardea_rows_take_many(const struct cardea_value *row, void *arg)
{
	struct cardea_row_sink *sink = arg;

	if (sink->count == sink->space) {
		grow(sink);
	}
	return sink->read(sink->tx, row, (char *)sink->items + sink->count++ * sink->size);
}

int cardea_rows_take_integer(const struct cardea_value *row, void *arg)
{
	int64_t *integer = arg;

	*integer = row[0].integer;
	return 0;
}

int cardea_rows_count(const struct cardea_value *row, void *arg)
{
	size_t *count = arg;

	(void)row;
	(*count)++;
	return 0;
}

int cardea_rows_expect(int err, size_t count)
{
	return !err && count == 0 ? CARDEA_E_NOT_FOUND : err;
}
