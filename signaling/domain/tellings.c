/* tellings: what a room's node has to be told because of a log event. */
#include "domain/tellings.h"

#include <string.h>
#include <glib.h>
#include "store/events.h"
#include "store/participants.h"

/* Of a gateway that was killed between a commit and its effects: what one commit can hold. */
#define MISSED_MAX 4096

static void address(const struct cardea_room_row *room, struct cardea_telling *out)
{
	*out = (struct cardea_telling){.epoch = room->epoch};
	memcpy(out->room, room->id, sizeof(out->room));
	memcpy(out->node, room->node, sizeof(out->node));
}

bool cardea_telling_of(const struct cardea_room_row *room, int64_t id, int64_t at_ms,
                       const char *type, const struct cardea_event_data *data,
                       struct cardea_telling *out)
{
	bool is_message = strcmp(type, CARDEA_EVENT_MESSAGE_SENT) == 0;
	bool is_unmute = strcmp(type, CARDEA_EVENT_PARTICIPANT_UNMUTED) == 0;

	/* Messages of a dialect of its own are not for native clients. */
	if (is_message && g_strcmp0(data->kind, "custom") == 0) {
		return false;
	}
	if (!is_message && strcmp(type, CARDEA_EVENT_PARTICIPANT_MUTED) != 0 && !is_unmute) {
		return false;
	}
	address(room, out);
	out->type = is_message  ? CARDEA_TELL_MESSAGE
	            : is_unmute ? CARDEA_TELL_UNMUTE
	                        : CARDEA_TELL_MUTE;
	out->id = id;
	out->at_ms = at_ms;
	out->seat = data->participant;
	out->kind = data->kind;
	out->name = data->name;
	out->to = data->to;
	out->text = data->text;
	return true;
}

int cardea_telling_hands(struct cardea_tx *tx, const struct cardea_room_row *room,
                         struct cardea_telling *out)
{
	const struct cardea_seat_row *seats = NULL;
	const char **hands;
	size_t count = 0;
	int err =
	        cardea_store_seat_list(tx, room->tenant, room->id, CARDEA_SEATS_HANDS, &seats, &count);

	hands = cardea_tx_alloc(tx, count * sizeof(*hands));
	for (size_t i = 0; i < count; i++) {
		hands[i] = seats[i].id;
	}
	address(room, out);
	out->type = CARDEA_TELL_HANDS;
	out->hands = hands;
	out->hand_count = count;
	return err;
}

int cardea_tellings_missed(struct cardea_tx *tx, const struct cardea_room_row *room, int64_t told,
                           const struct cardea_telling **out, size_t *count)
{
	const struct cardea_event_row *events = NULL;
	struct cardea_telling *tellings;
	size_t event_count = 0;
	int err = cardea_store_event_list_of(tx, room->tenant, room->id, told, MISSED_MAX,
	                                     (const char *const[3]){CARDEA_EVENT_MESSAGE_SENT,
	                                                            CARDEA_EVENT_PARTICIPANT_MUTED,
	                                                            CARDEA_EVENT_PARTICIPANT_UNMUTED},
	                                     &events, &event_count);

	tellings = cardea_tx_alloc(tx, event_count * sizeof(*tellings));
	*count = 0;
	for (size_t i = 0; i < event_count && !err; i++) {
		struct cardea_event_data data;

		err = cardea_event_decode(tx, events[i].data, &data);
		if (!err && cardea_telling_of(room, events[i].seq, events[i].at, events[i].type, &data,
		                              &tellings[*count])) {
			(*count)++;
		}
	}
	*out = tellings;
	return err;
}
