/* entering: what `enter` decides before anything is promised. */
#include "domain/entering.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_text.h"
#include "domain/blocks.h"
#include "domain/grants.h"
#include "domain/seats.h"
#include "domain/space_entry.h"

static int admit(struct cardea_tx *tx, const struct cardea_entrance *at,
                 struct cardea_admission *out)
{
	struct cardea_entrant entrant = {
	        .seat = at->has_seat ? &at->seat : NULL,
	        .role = at->has_seat ? at->seat.role : CARDEA_ROLE_PARTICIPANT,
	        .is_guest = at->is_guest_token,
	        .is_hidden = at->has_seat && at->seat.is_hidden,
	        .replaces = at->replaces,
	        .is_outdated = at->is_outdated,
	        .limit = cardea_capacity_of(&at->room, &at->session, &at->tenant)};
	struct cardea_block_person person = {.client_key = at->client_key,
	                                     .user = at->link.external_user_id,
	                                     .is_guest = at->role != CARDEA_ROLE_HOST};
	int err = cardea_store_seat_count(tx, at->tenant.id, at->room.id, &entrant.active);

	if (at->has_seat) {
		person = cardea_block_person_of(&at->seat);
	}
	if (!err) {
		err = cardea_block_find(tx, &at->room, &person, &entrant.is_blocked);
	}

	if (err) {
		return err;
	}
	*out = cardea_admit(&at->room, &at->session, &entrant, cardea_tx_now_ms(tx));
	return out->reason;
}

/* A guest without a seat gets one (spec/native 1: as `POST /guests` does). */
static int seat_guest(struct cardea_tx *tx, const char *wanted, struct cardea_entrance *at,
                      bool must_wait)
{
	struct cardea_seat_spec spec = {.client_key = at->client_key,
	                                .external_user_id = at->link.external_user_id,
	                                .role = at->role,
	                                .is_guest = at->role != CARDEA_ROLE_HOST,
	                                .is_outside = must_wait,
	                                .admission =
	                                        must_wait ? CARDEA_SEAT_WAITING : CARDEA_SEAT_ADMITTED};
	/* A link says whom it is for (spec/spaces 10). */
	const char *given = at->link.id[0] ? at->link.display_name : wanted;
	char *name = given ? cardea_text_clean_name(given, CARDEA_MAX_NAME) : NULL;
	int err;

	spec.display_name = cardea_tx_strdup(tx, name);
	g_free(name);
	if (!spec.display_name) {
		return CARDEA_E_NAME_REQUIRED;
	}
	if (!must_wait) {
		spec.leaves_at = cardea_tx_now_ms(tx) + CARDEA_SEAT_ENTER_MS;
	}
	err = cardea_seat_add(tx, &at->room, &spec, &at->seat);
	return err || !at->link.id[0] ? err : cardea_space_link_use(tx, &at->link, at->seat.id);
}

int cardea_entering_decide(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const struct cardea_enter *command, struct cardea_entrance *at,
                           bool *must_wait)
{
	struct cardea_admission admission = {0};
	int err = cardea_entrance_find(domain, tx, command, at);

	*must_wait = false;
	if (err || at->is_early) {
		return err;
	}
	err = admit(tx, at, &admission);
	*must_wait = !err && admission.verdict == CARDEA_WAIT;
	return err || at->has_seat ? err : seat_guest(tx, command->name, at, *must_wait);
}
