/* meeting_rows: a running meeting as the calls of spec/meetings address it. */
#include "domain/meeting_rows.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/permalink_rows.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/secrets.h"
#include "store/events.h"

/* ---- who calls ---- */

int cardea_meeting_tenant(const struct cardea_domain *domain, struct cardea_tx *tx,
                          const char *api_key, struct cardea_tenant_row *out)
{
	const struct cardea_presented who = {.form = CARDEA_PRESENTED_API_KEY, .value = api_key};
	struct cardea_principal principal;

	return cardea_authenticate(domain, tx, &who, &principal, out);
}

/* Room and tenant of rows->session. */
static int load_room(struct cardea_tx *tx, struct cardea_meeting_rows *rows)
{
	int err = cardea_store_room_get(tx, rows->session.tenant, rows->session.room, &rows->room);

	if (!err) {
		err = cardea_store_tenant_get(tx, rows->session.tenant, &rows->tenant);
	}
	CARDEA_REFUSE_IF(TENANT_INACTIVE, !err && !rows->tenant.is_active);
	return err ? err : cardea_seat_settle(tx, &rows->room);
}

int cardea_meeting_by_access_key(struct cardea_tx *tx, const char *access_key,
                                 struct cardea_meeting_rows *out)
{
	struct cardea_credential_row found = {0};
	int err = CARDEA_E_NOT_FOUND;

	memset(out, 0, sizeof(*out));
	if (cardea_id_is_alnum(access_key, CARDEA_TOKEN_CHARS)) {
		err = cardea_secret_find(tx, access_key, &found);
	}
	if (err == CARDEA_E_NOT_FOUND || (!err && found.kind != CARDEA_CREDENTIAL_ACCESS_KEY)) {
		return CARDEA_E_ACCESS_KEY_UNKNOWN;
	}
	if (!err) {
		err = cardea_store_seat_get(tx, found.tenant, found.subject, &out->seat);
	}
	if (!err) {
		err = cardea_store_session_get(tx, found.tenant, out->seat.session, &out->session);
	}
	if (err) {
		return err;
	}
	CARDEA_REFUSE_IF(SESSION_OVER, out->session.ended_at != 0);
	CARDEA_REFUSE_IF(SESSION_OVER, out->seat.admission == CARDEA_SEAT_DENIED);
	return load_room(tx, out);
}

int cardea_meeting_by_guest_token(struct cardea_tx *tx, const char *guest_token,
                                  struct cardea_meeting_rows *out)
{
	struct cardea_credential_row found = {0};
	int err = CARDEA_E_NOT_FOUND;

	memset(out, 0, sizeof(*out));
	if (cardea_id_is_alnum(guest_token, CARDEA_TOKEN_CHARS)) {
		err = cardea_secret_find(tx, guest_token, &found);
	}
	if (!err && found.kind == CARDEA_CREDENTIAL_PERMALINK_GUEST) {
		err = cardea_permalink_session(tx, found.tenant, found.subject, &out->session);
	} else if (!err && found.kind == CARDEA_CREDENTIAL_GUEST_TOKEN) {
		err = cardea_store_session_get(tx, found.tenant, found.subject, &out->session);
	} else if (!err) {
		err = CARDEA_E_NOT_FOUND;
	}
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? CARDEA_E_GUEST_TOKEN_UNKNOWN : err;
	}
	/* Nobody learns which tokens there ever were (spec/meetings 15). */
	CARDEA_REFUSE_IF(GUEST_TOKEN_UNKNOWN, out->session.ended_at != 0);
	return load_room(tx, out);
}

int cardea_meeting_by_room(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const struct cardea_meeting_caller *who, struct cardea_meeting_rows *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = cardea_meeting_tenant(domain, tx, who->api_key, &out->tenant);

	if (!err) {
		err = cardea_room_find_key(tx, out->tenant.id, who->id, &out->room);
	}
	if (!err && out->room.session[0]) {
		err = cardea_store_session_get(tx, out->tenant.id, out->room.session, &out->session);
	}
	return err;
}

int cardea_meeting_by_caller(const struct cardea_domain *domain, struct cardea_tx *tx,
                             const struct cardea_meeting_caller *who,
                             struct cardea_meeting_rows *out)
{
	int err = cardea_meeting_by_access_key(tx, who->id, out);

	return err == CARDEA_E_ACCESS_KEY_UNKNOWN && who->api_key
	               ? cardea_meeting_by_room(domain, tx, who, out)
	               : err;
}

int cardea_meeting_find_user(struct cardea_tx *tx, const struct cardea_meeting_rows *rows,
                             const char *user, struct cardea_seat_row *out)
{
	int err = cardea_store_seat_by_name(tx, rows->session.tenant, rows->session.id, user, out);

	return err == CARDEA_E_NOT_FOUND ? CARDEA_E_USER_UNKNOWN : err;
}

/* ---- what is shown ---- */

const char *cardea_meeting_room_key(const struct cardea_room_row *room)
{
	return room->key ? room->key : room->name ? room->name : room->id;
}

void cardea_meeting_show_user(const struct cardea_seat_row *seat, struct cardea_meeting_user *out)
{
	*out = (struct cardea_meeting_user){
	        .id = seat->external_user_id ? seat->external_user_id : seat->client_id,
	        .client_id = seat->client_id,
	        .name = seat->display_name,
	        .avatar = seat->avatar,
	        .is_guest = seat->is_guest,
	        .is_online = seat->is_online,
	        .role = seat->role,
	        .joined_at = seat->joined_at,
	};
}

const struct cardea_meeting_user *
cardea_meeting_show_users(struct cardea_tx *tx, const struct cardea_seat_row *seats, size_t count)
{
	struct cardea_meeting_user *users = cardea_tx_alloc(tx, count * sizeof(*users));

	for (size_t i = 0; i < count; i++) {
		cardea_meeting_show_user(&seats[i], &users[i]);
	}
	return users;
}

static int show_presenter(struct cardea_tx *tx, const struct cardea_session_row *session,
                          const struct cardea_meeting_user **out)
{
	struct cardea_seat_row *seat;
	int err;

	*out = NULL;
	if (!session->presenter[0]) {
		return 0;
	}
	seat = cardea_tx_alloc(tx, sizeof(*seat));
	err = cardea_store_seat_get(tx, session->tenant, session->presenter, seat);
	if (!err) {
		*out = cardea_meeting_show_users(tx, seat, 1);
	}
	return err;
}

static int open_guest_token(const struct cardea_domain *domain, struct cardea_tx *tx,
                            const struct cardea_session_row *session, const char **out)
{
	const struct cardea_secret_place place = {"sessions", session->id, "guest_token"};

	*out = "";
	if (!session->guest_token.data) {
		return 0;
	}
	return cardea_secret_open(domain->options.keys.seal, tx, &place, &session->guest_token, out);
}

int cardea_meeting_show_room(const struct cardea_domain *domain, struct cardea_tx *tx,
                             const struct cardea_meeting_rows *rows,
                             struct cardea_meeting_room *out)
{
	int err;

	*out = (struct cardea_meeting_room){
	        .id = cardea_meeting_room_key(&rows->room),
	        .name = rows->room.name ? rows->room.name : rows->tenant.name,
	        .guest_token = "",
	        .options = rows->session.options,
	        .is_running = rows->session.id[0] != '\0' && !rows->session.ended_at,
	        .is_locked = rows->room.is_locked,
	        .lists_hosts_only = rows->session.policy.lists_hosts_only,
	        .started_at = rows->session.started_at,
	};
	err = open_guest_token(domain, tx, &rows->session, &out->guest_token);
	return err ? err : show_presenter(tx, &rows->session, &out->presenter);
}

static int show_waiting(struct cardea_tx *tx, const struct cardea_meeting_rows *rows,
                        struct cardea_meeting *out)
{
	const struct cardea_seat_row *seats = NULL;
	int err = cardea_store_seat_list(tx, rows->room.tenant, rows->room.id, CARDEA_SEATS_WAITING,
	                                 &seats, &out->waiting_count);

	out->waiting = cardea_meeting_show_users(tx, seats, err ? 0 : out->waiting_count);
	return err;
}

int cardea_meeting_show(const struct cardea_domain *domain, struct cardea_tx *tx,
                        const struct cardea_meeting_rows *rows, struct cardea_meeting *out)
{
	const struct cardea_secret_place place = {"participants", rows->seat.id, "access_key"};
	int err;

	*out = (struct cardea_meeting){.is_waiting = rows->seat.admission != CARDEA_SEAT_ADMITTED,
	                               .is_removed = rows->seat.is_removed,
	                               .has_begun = rows->session.begun_at != 0,
	                               .admitted_by_event = rows->seat.admitted_by_event,
	                               .team = rows->tenant.name,
	                               .locale = rows->seat.locale,
	                               .conf_id = cardea_tx_strdup(tx, rows->session.conf_id)};
	memcpy(out->tenant, rows->tenant.id, sizeof(out->tenant));
	memcpy(out->room_id, rows->room.id, sizeof(out->room_id));
	memcpy(out->session, rows->session.id, sizeof(out->session));
	memcpy(out->seat, rows->seat.id, sizeof(out->seat));
	cardea_meeting_show_user(&rows->seat, &out->user);
	out->user.client_id = cardea_tx_strdup(tx, rows->seat.client_id);
	err = cardea_meeting_show_room(domain, tx, rows, &out->room);
	if (!err) {
		err = cardea_secret_open(domain->options.keys.seal, tx, &place, &rows->seat.access_key,
		                         &out->access_key);
	}
	out->last_event = rows->seat.ordinal; /* that of its registration */
	if (err || rows->is_new) {
		return err;
	}
	if (rows->seat.role == CARDEA_ROLE_HOST && !rows->seat.is_removed) {
		err = show_waiting(tx, rows, out);
	}
	return err ? err
	           : cardea_store_event_last(tx, rows->room.tenant, rows->room.id, &out->last_event);
}
