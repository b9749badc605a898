/* permalink_rows: permalinks as tokens and ids address them, and their meetings. */
#include "domain/permalink_rows.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/domain_private.h"
#include "domain/registration.h"
#include "domain/room_life.h"

/* ---- finding ---- */

static int load_permalink(struct cardea_tx *tx, const char *tenant, const char *id,
                          struct cardea_permalink_rows *out)
{
	int err = cardea_store_permalink_get(tx, tenant, id, &out->permalink);

	if (!err) {
		err = cardea_store_tenant_get(tx, tenant, &out->tenant);
	}
	CARDEA_REFUSE_IF(TENANT_INACTIVE, !err && !out->tenant.is_active);
	return err;
}

int cardea_permalink_by_token(struct cardea_tx *tx, const char *token,
                              struct cardea_permalink_rows *out)
{
	struct cardea_credential_row found;
	int err = CARDEA_E_NOT_FOUND;

	memset(out, 0, sizeof(*out));
	if (cardea_id_is_alnum(token, CARDEA_TOKEN_CHARS)) {
		err = cardea_secret_find(tx, token, &found);
	}
	if (!err && found.kind == CARDEA_CREDENTIAL_PERMALINK_GUEST) {
		return load_permalink(tx, found.tenant, found.subject, out);
	}
	if (err == CARDEA_E_NOT_FOUND || (!err && found.kind != CARDEA_CREDENTIAL_PERMALINK_USER)) {
		return CARDEA_E_PERMALINK_UNKNOWN;
	}
	if (!err) {
		err = cardea_store_permalink_user_get(tx, found.tenant, found.subject, &out->user);
	}
	return err ? err : load_permalink(tx, found.tenant, out->user.permalink, out);
}

int cardea_permalink_by_id(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const struct cardea_meeting_caller *who,
                           struct cardea_permalink_rows *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = cardea_meeting_tenant(domain, tx, who->api_key, &out->tenant);
	return err ? err : cardea_store_permalink_get(tx, out->tenant.id, who->id, &out->permalink);
}

bool cardea_permalink_has_expired(const struct cardea_tx *tx,
                                  const struct cardea_permalink_row *row)
{
	return row->expires_at && row->expires_at <= cardea_tx_now_ms(tx);
}

struct cardea_secret_place cardea_permalink_guest_place(const struct cardea_permalink_row *row)
{
	return (struct cardea_secret_place){"permalinks", row->id, "guest_token"};
}

struct cardea_secret_place cardea_permalink_user_place(const struct cardea_permalink_user_row *row)
{
	return (struct cardea_secret_place){"permalink_users", row->id, "token"};
}

/* ---- its meetings ---- */

int cardea_permalink_session(struct cardea_tx *tx, const char *tenant, const char *id,
                             struct cardea_session_row *out)
{
	struct cardea_room_row room;
	int err = cardea_room_find_key(tx, tenant, id, &room);

	if (err == CARDEA_E_ROOM_UNKNOWN || (!err && !room.session[0])) {
		return CARDEA_E_NOT_FOUND;
	}
	return err ? err : cardea_store_session_get(tx, tenant, room.session, out);
}

int cardea_permalink_start(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const char *user_token, struct cardea_meeting_rows *out)
{
	struct cardea_permalink_rows rows;
	const struct cardea_permalink_row *permalink = &rows.permalink;
	struct cardea_meeting_start start;
	int err = cardea_permalink_by_token(tx, user_token, &rows);

	memset(out, 0, sizeof(*out));
	if (err) {
		return err;
	}
	CARDEA_REFUSE_IF(PERMALINK_UNKNOWN, !rows.user.id[0]); /* guests start nothing */
	CARDEA_REFUSE_IF(PERMALINK_UNKNOWN, cardea_permalink_has_expired(tx, permalink));
	start = (struct cardea_meeting_start){
	        .room = cardea_tx_strdup(tx, permalink->id),
	        .room_name = permalink->name,
	        .user = {.id = rows.user.external_user_id,
	                 .name = rows.user.display_name,
	                 .avatar = rows.user.avatar,
	                 .locale = rows.user.locale},
	        .options = permalink->options,
	        .has_guest_token = permalink->guest_token.data != NULL,
	        .waiting_room = permalink->waiting_room,
	        .kick_available = permalink->kick_available,
	        .lock_available = permalink->lock_available,
	};
	out->tenant = rows.tenant;
	err = cardea_registration_open(domain, tx, &start, out);
	return err ? err : cardea_registration_add(domain, tx, &start.user, false, out);
}

/* ---- what is shown ---- */

static int show_user(const struct cardea_domain *domain, struct cardea_tx *tx,
                     const struct cardea_permalink_user_row *row, struct cardea_permalink *out)
{
	const struct cardea_secret_place place = cardea_permalink_user_place(row);
	struct cardea_meeting_user *user;

	if (!row->id[0]) {
		return 0;
	}
	user = cardea_tx_alloc(tx, sizeof(*user));
	*user = (struct cardea_meeting_user){.id = row->external_user_id,
	                                     .name = row->display_name,
	                                     .avatar = row->avatar,
	                                     .joined_at = row->created_at};
	out->user = user;
	out->locale = row->locale;
	return cardea_secret_open(domain->options.keys.seal, tx, &place, &row->token, &out->user_token);
}

static int show_guest_token(const struct cardea_domain *domain, struct cardea_tx *tx,
                            const struct cardea_permalink_row *row, const char **out)
{
	const struct cardea_secret_place place = cardea_permalink_guest_place(row);

	return row->guest_token.data ? cardea_secret_open(domain->options.keys.seal, tx, &place,
	                                                  &row->guest_token, out)
	                             : 0;
}

static int show_start(struct cardea_tx *tx, const struct cardea_permalink_row *row, int64_t *out)
{
	struct cardea_session_row session;
	int err = cardea_permalink_session(tx, row->tenant, row->id, &session);

	*out = err ? 0 : session.started_at;
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

int cardea_permalink_show(const struct cardea_domain *domain, struct cardea_tx *tx,
                          const struct cardea_permalink_rows *rows, struct cardea_permalink *out)
{
	const struct cardea_permalink_row *row = &rows->permalink;
	int err;

	*out = (struct cardea_permalink){
	        .id = cardea_tx_strdup(tx, row->id),
	        .created_at = row->created_at,
	        .expires_at = row->expires_at,
	        .guest_token = "",
	        .name = row->name ? row->name : rows->tenant.name,
	        .team = rows->tenant.name,
	        .options = row->options,
	};
	err = show_guest_token(domain, tx, row, &out->guest_token);
	if (!err) {
		err = show_user(domain, tx, &rows->user, out);
	}
	return err ? err : show_start(tx, row, &out->started_at);
}
