/* journal: appends to the event log and to what webhooks are owed. */
#include "domain/journal.h"

#include <glib.h>
#include "cardea_error.h"
#include "domain/webhooks.h"
#include "store/events.h"

struct address {
	const char *tenant, *room, *session;
};

static int append(struct cardea_tx *tx, const struct address *address, const char *type,
                  const struct cardea_event_data *data, int64_t *seq)
{
	g_autofree char *text = cardea_event_encode(data);
	int64_t number;
	int err;

	if (!text) {
		return CARDEA_E_INVALID;
	}
	err = cardea_store_event_append(tx, address->tenant, address->room, address->session, type,
	                                text, &number);
	if (!err && seq) {
		*seq = number;
	}
	return err || data->is_hidden
	               ? err
	               : cardea_webhook_owe(tx, address->tenant, address->room, type, number);
}

int cardea_journal_room(struct cardea_tx *tx, const struct cardea_room_row *room, const char *type,
                        const struct cardea_event_data *data, int64_t *seq)
{
	const struct address address = {room->tenant, room->id, room->session};

	return append(tx, &address, type, data, seq);
}

int cardea_journal_tenant(struct cardea_tx *tx, const char *tenant, const char *type,
                          const struct cardea_event_data *data)
{
	g_autofree char *text = cardea_event_encode(data);
	int64_t number;
	int err = text ? cardea_store_event_append(tx, tenant, tenant, "", type, text, &number)
	               : CARDEA_E_INVALID;

	return err;
}

int cardea_journal_around(struct cardea_tx *tx, const struct cardea_seat_row *seat,
                          const char *type)
{
	const struct address address = {seat->tenant, seat->room, seat->session};
	const struct cardea_event_data nothing = {0};

	return append(tx, &address, type, &nothing, NULL);
}

int cardea_journal_seat(struct cardea_tx *tx, const struct cardea_seat_row *seat, const char *type,
                        const struct cardea_event_data *data, int64_t *seq)
{
	const struct address address = {seat->tenant, seat->room, seat->session};
	struct cardea_event_data about = data ? *data : (struct cardea_event_data){0};

	about.participant = seat->id;
	about.is_hidden = seat->is_hidden;
	return append(tx, &address, type, &about, seq);
}
