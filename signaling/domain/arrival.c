/* arrival: what it takes to bring a seat to a media node. */
#include "domain/arrival.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_text.h"
#include "domain/domain_private.h"
#include "domain/journal.h"
#include "domain/seats.h"
#include "store/nodes.h"

#define JTI_BYTES 16

/* For a display name in which nothing can be shown. */
#define NAMELESS "Participant"

void cardea_arrival_offer(const struct cardea_domain *domain, struct cardea_node_life *out)
{
	const struct cardea_media_port *media = &domain->options.media;
	const char *node = media->choose(media->arg);
	const char *boot = NULL;

	memset(out, 0, sizeof(*out));
	if (node && media->ready(media->arg, node, &boot) && boot) {
		g_strlcpy(out->node, node, sizeof(out->node));
		g_strlcpy(out->boot, boot, sizeof(out->boot));
	}
}

/* Placed anew, the room starts from nothing: nobody is connected to that node. */
static int move_room(struct cardea_tx *tx, struct cardea_room_row *room)
{
	const struct cardea_event_data data = {.node = room->node, .epoch = room->epoch};
	int err = cardea_seat_all_offline(tx, room, "epoch");

	room->updated_at = cardea_tx_now_ms(tx);
	if (!err) {
		err = cardea_store_room_update(tx, room);
	}
	return err ? err : cardea_journal_room(tx, room, CARDEA_EVENT_ROOM_PLACED, &data, NULL);
}

int cardea_arrival_place(struct cardea_tx *tx, const struct cardea_node_life *offered,
                         struct cardea_room_row *room)
{
	char known_boot[CARDEA_UUID_SIZE];
	bool moved = false;
	int err = cardea_store_node_boot(tx, room->node, known_boot);

	if (!err) {
		err = cardea_placement_decide(room, known_boot, offered, &moved);
	}
	return err || !moved ? err : move_room(tx, room);
}

int cardea_arrival_jti(struct cardea_tx *tx, char out[CARDEA_MAX_ID + 1])
{
	g_autofree char *jti = cardea_id_base64url(cardea_tx_random(tx), JTI_BYTES);

	g_strlcpy(out, jti ? jti : "", CARDEA_MAX_ID + 1);
	return jti ? 0 : CARDEA_E_SYSTEM;
}

void cardea_arrival_claims(const struct cardea_domain *domain, const struct cardea_standing *at,
                           enum cardea_dup dup, struct cardea_join_claims *out)
{
	const struct cardea_seat_row *seat = at->seat;
	g_autofree char *name = cardea_text_clean_name(seat->display_name, CARDEA_MAX_NAME);

	g_strlcpy(out->iss, domain->issuer, sizeof(out->iss));
	g_strlcpy(out->sub, seat->id, sizeof(out->sub));
	g_strlcpy(out->client_id, seat->client_id, sizeof(out->client_id));
	g_strlcpy(out->conf_id, seat->session, sizeof(out->conf_id));
	g_strlcpy(out->tenant, seat->tenant, sizeof(out->tenant));
	g_strlcpy(out->room, seat->room, sizeof(out->room));
	g_strlcpy(out->name, name ? name : NAMELESS, sizeof(out->name));
	if (seat->avatar && strlen(seat->avatar) <= CARDEA_MAX_AVATAR) {
		g_strlcpy(out->avatar, seat->avatar, sizeof(out->avatar));
	}
	out->epoch = at->room->epoch;
	out->gen = seat->gen;
	out->role = seat->role;
	out->guest = seat->is_guest;
	out->hidden = seat->is_hidden;
	out->publish = cardea_grant_publish(at);
	out->dup = dup;
}

int cardea_arrival_sign(const struct cardea_domain *domain, struct cardea_join_claims *claims,
                        char **out)
{
	claims->iat = cardea_clock_wall_ms(domain->options.clock) / 1000;
	claims->nbf = claims->iat;
	claims->exp = claims->iat + CARDEA_JOIN_TOKEN_LIFE_S;
	return cardea_join_token_sign(domain->options.keys.join, claims, out);
}
