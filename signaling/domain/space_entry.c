/* space_entry: the rooms of spaces as rooms of the one model. */
#include "domain/space_entry.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/domain_private.h"
#include "domain/rights.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/space_callers.h"

/* ---- rooms ---- */

int cardea_space_room_make(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                           struct cardea_space_room_row *row)
{
	const struct cardea_room_spec spec = {.key = cardea_tx_strdup(tx, row->id),
	                                      .name = row->name,
	                                      .config = CARDEA_ROOM_CONFIG_ABSENT};
	const struct cardea_room_times any_time = {0};
	struct cardea_room_row room;
	int err = cardea_room_schedule(tx, tenant, &spec, &any_time, &room);

	memcpy(row->room, room.id, sizeof(row->room));
	return err;
}

/* Decision S14: what participants may publish follows from the room's type and switches. */
static struct cardea_session_policy policy_of(const struct cardea_space_room_row *row)
{
	const int64_t screen = CARDEA_SWITCH_SCREEN_MEDIA | CARDEA_SWITCH_SCREEN_SHARING;
	struct cardea_session_policy policy = {.is_chatless = !(row->switches & CARDEA_SWITCH_CHAT)};

	if (row->is_webinar || !(row->switches & CARDEA_SWITCH_MICROPHONE)) {
		policy.host_kinds |= CARDEA_KIND_MICROPHONE;
	}
	if (row->is_webinar || !(row->switches & CARDEA_SWITCH_CAMERA)) {
		policy.host_kinds |= CARDEA_KIND_CAMERA;
	}
	if (row->is_webinar || (row->switches & screen) != screen) {
		policy.host_kinds |= CARDEA_KIND_SCREEN;
	}
	return policy;
}

int cardea_space_session(const struct cardea_domain *domain, struct cardea_tx *tx,
                         const struct cardea_tenant_row *tenant,
                         const struct cardea_space_room_row *row, struct cardea_room_row *room,
                         struct cardea_session_row *session)
{
	const struct cardea_session_spec spec = {.empty_timeout_ms =
	                                                 domain->options.meeting_empty_timeout_ms,
	                                         .has_begun = true,
	                                         .kick_available = true,
	                                         .lock_available = true,
	                                         .policy = policy_of(row)};
	int err = cardea_store_room_get(tx, row->tenant, row->room, room);

	if (!err) {
		err = cardea_seat_settle(tx, room);
	}
	/* The tenant may delete it by another dialect. */
	CARDEA_REFUSE_IF(NOT_FOUND, !err && room->status == CARDEA_ROOM_ROW_DELETED);
	if (err) {
		return err;
	}
	return room->session[0]
	               ? cardea_store_session_get(tx, room->tenant, room->session, session)
	               : cardea_room_open(tx, domain->options.keys.seal, tenant, &spec, room, session);
}

int cardea_space_room_changed(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                              const struct cardea_space_room_row *row,
                              struct cardea_effects *effects)
{
	const struct cardea_session_policy policy = policy_of(row);
	struct cardea_session_row session;
	struct cardea_room_row room;
	int err = cardea_store_room_get(tx, row->tenant, row->room, &room);

	if (err) {
		return err;
	}
	room.name = row->name;
	room.updated_at = cardea_tx_now_ms(tx);
	err = cardea_store_room_update(tx, &room);
	if (err || !room.session[0]) {
		return err;
	}
	err = cardea_store_session_get(tx, room.tenant, room.session, &session);
	if (err || (session.policy.host_kinds == policy.host_kinds &&
	            session.policy.is_chatless == policy.is_chatless)) {
		return err;
	}
	return cardea_rights_change_policy(tx, &room, &session, tenant, &policy, effects);
}

/* ---- links ---- */

int cardea_space_link_check(const struct cardea_link_row *row)
{
	CARDEA_REFUSE_IF(LINK_USED, row->seat[0] && !row->is_permanent);
	return 0;
}

int cardea_space_link_use(struct cardea_tx *tx, struct cardea_link_row *row, const char *seat)
{
	g_strlcpy(row->seat, seat, sizeof(row->seat));
	return cardea_store_link_update(tx, row);
}

/* ---- enter ---- */

bool cardea_space_is_alias(const char *text)
{
	return cardea_id_is_alnum(text, CARDEA_ALIAS_CHARS);
}

static int meet(const struct cardea_domain *domain, struct cardea_tx *tx,
                const struct cardea_space_room_row *row, struct cardea_entrance *out)
{
	return cardea_space_session(domain, tx, &out->tenant, row, &out->room, &out->session);
}

/* Anybody, where the room and its space are public; a guest is made. */
static int by_alias(const struct cardea_domain *domain, struct cardea_tx *tx, const char *alias,
                    struct cardea_entrance *out)
{
	struct cardea_space_room_row row;
	struct cardea_space_row space;
	int err = cardea_store_space_room_by_alias(tx, alias, &row);

	if (!err) {
		err = cardea_store_space_get(tx, row.tenant, row.space, &space);
	}
	if (!err) {
		err = cardea_store_tenant_get(tx, row.tenant, &out->tenant);
	}
	CARDEA_REFUSE_IF(ROOM_UNKNOWN, err == CARDEA_E_NOT_FOUND);
	CARDEA_REFUSE_IF(ROOM_UNKNOWN, !err && !out->tenant.is_active);
	CARDEA_REFUSE_IF(FORBIDDEN, !err && cardea_grant_space_entry(space.is_public, row.is_public,
	                                                             CARDEA_AS_NOBODY) != 0);
	out->is_guest_token = true;
	return err ? err : meet(domain, tx, &row, out);
}

/* Whom the link was made for: its name and role, whatever the page says. */
static int by_link(const struct cardea_domain *domain, struct cardea_tx *tx,
                   const struct cardea_space_caller *who, struct cardea_entrance *out)
{
	struct cardea_space_room_row row;
	int err = cardea_store_space_room_get(tx, who->tenant.id, who->link.object, &row);

	out->is_guest_token = true;
	out->link = who->link;
	out->role = who->link.is_moderator ? CARDEA_ROLE_HOST : CARDEA_ROLE_PARTICIPANT;
	return err ? err : meet(domain, tx, &row, out);
}

/* The participant of the token, in the meeting that it was made for. */
static int by_signaling(const struct cardea_domain *domain, struct cardea_tx *tx, const char *token,
                        struct cardea_entrance *out)
{
	struct cardea_account_claims claims;
	struct cardea_space_seat_row row;
	int err = cardea_account_token_verify(domain->accounts, CARDEA_USE_SIGNALING, token,
	                                      cardea_tx_now_ms(tx) / 1000, &claims);

	bool has_expired = err == CARDEA_E_AUTH_EXPIRED;

	if (!err || has_expired) {
		err = cardea_space_tenant(tx, claims.client, &out->tenant);
	}
	CARDEA_REFUSE_IF(CREDENTIAL_EXPIRED, has_expired);
	if (!err) {
		err = cardea_store_space_seat_get(tx, out->tenant.id, claims.subject, &row);
	}
	if (!err) {
		err = cardea_entrance_seat(tx, out->tenant.id, row.seat, out);
	}
	/* From before a removal. */
	CARDEA_REFUSE_IF(REMOVED, !err && out->seat.gen != claims.gen);
	return err == CARDEA_E_NOT_FOUND ? CARDEA_E_UNAUTHENTICATED : err;
}

int cardea_space_entrance(const struct cardea_domain *domain, struct cardea_tx *tx,
                          const char *credential, struct cardea_entrance *out)
{
	struct cardea_space_caller who;
	int err;

	if (cardea_space_is_alias(credential)) {
		return by_alias(domain, tx, credential, out);
	}
	switch (cardea_account_token_peek(domain->accounts, credential)) {
	case CARDEA_USE_SIGNALING:
		return by_signaling(domain, tx, credential, out);
	case CARDEA_USE_LINK:
		err = cardea_space_authenticate(domain, tx, credential, &who);
		out->tenant = who.tenant;
		return err ? err : by_link(domain, tx, &who, out);
	case CARDEA_ACCOUNT_USES:
		return CARDEA_E_CREDENTIAL_MALFORMED;
	default:
		return CARDEA_E_CREDENTIAL_PURPOSE;
	}
}
