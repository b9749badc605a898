#include "lists.h"

#include <inttypes.h>
#include <stdio.h>
#include <glib.h>
#include "store/events.h"
#include "store/participants.h"
#include "store/rooms.h"
#include "store/sessions.h"

#define SEAT_COUNT 4

int lists_raise_hands(struct cardea_tx *tx, void *arg)
{
	struct cardea_session_row session = {.started_at = 1, .guest_token = {(const uint8_t *)"x", 1}};
	int err;

	(void)arg;
	g_strlcpy(session.tenant, TENANT_A, sizeof(session.tenant));
	g_strlcpy(session.room, ROOM, sizeof(session.room));
	g_strlcpy(session.id, ROOM, sizeof(session.id));
	err = cardea_store_session_insert(tx, &session);
	for (int i = 0; i < SEAT_COUNT && !err; i++) {
		struct cardea_seat_row seat = {.display_name = "Seat", .joined_at = i, .ordinal = i};

		g_strlcpy(seat.tenant, TENANT_A, sizeof(seat.tenant));
		g_strlcpy(seat.room, ROOM, sizeof(seat.room));
		g_strlcpy(seat.session, ROOM, sizeof(seat.session));
		snprintf(seat.id, sizeof(seat.id), "seat-%d", i);
		err = cardea_store_seat_insert(tx, &seat);
		seat.hand = i == 0 ? 0 : 10 - i;
		err = err ? err : cardea_store_seat_update(tx, &seat);
	}
	return err;
}

int lists_read_hands(struct cardea_tx *tx, void *arg)
{
	const struct cardea_seat_row *seats = NULL;
	struct cardea_seat_row one = {0};
	GString *out = arg;
	size_t count = 0;
	int err = cardea_store_seat_list(tx, TENANT_A, ROOM, CARDEA_SEATS_HANDS, &seats, &count);

	g_string_truncate(out, 0);
	for (size_t i = 0; i < count && !err; i++) {
		g_string_append_printf(out, "%s:%" PRId64 " ", seats[i].id, seats[i].hand);
	}
	err = err ? err : cardea_store_seat_get(tx, TENANT_A, "seat-0", &one);
	g_string_append_printf(out, "%" PRId64, one.hand);
	return err;
}

int lists_append_types(struct cardea_tx *tx, void *arg)
{
	static const char *const types[] = {"a", "b", "c"};
	int64_t seq = 0;
	int err = 0;

	(void)arg;
	for (int i = 0; i < 9 && !err; i++) {
		err = cardea_store_event_append(tx, TENANT_A, ROOM, "", types[i % 3], "{}", &seq);
	}
	return err;
}

int lists_read_types(struct cardea_tx *tx, void *arg)
{
	const struct cardea_event_row *events = NULL;
	GString *out = arg;
	int64_t last = 0;
	size_t count = 0;
	int err = cardea_store_event_list_of(tx, TENANT_A, ROOM, 3, 3,
	                                     (const char *const[3]){"a", "c", "d"}, &events, &count);

	g_string_truncate(out, 0);
	for (size_t i = 0; i < count && !err; i++) {
		g_string_append_printf(out, "%" PRId64 "%s ", events[i].seq, events[i].type);
	}
	err = err ? err : cardea_store_event_last(tx, TENANT_A, ROOM, &last);
	g_string_append_printf(out, "%" PRId64, last);
	err = err ? err : cardea_store_event_last(tx, TENANT_B, ROOM, &last);
	g_string_append_printf(out, " %" PRId64, last);
	return err;
}
