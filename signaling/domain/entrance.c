/* entrance: whom a credential presented to `enter` lets in, and where. */
#include "domain/entrance.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/app_tokens.h"
#include "domain/conference_tokens.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/meeting_rows.h"
#include "domain/permalink_rows.h"
#include "domain/resume.h"
#include "domain/seats.h"
#include "domain/secrets.h"
#include "domain/space_entry.h"
#include "domain/tokens.h"

/* What is known of nothing answers like what is known of somebody else (spec/model I11). */
static int unknown(int err)
{
	return err == CARDEA_E_NOT_FOUND ? CARDEA_E_UNAUTHENTICATED : err;
}

/* Loads the meeting around @session. */
static int load_meeting(struct cardea_tx *tx, const char *tenant, const char *session,
                        struct cardea_entrance *out)
{
	int err = cardea_store_tenant_get(tx, tenant, &out->tenant);

	if (!err && !out->tenant.is_active) {
		err = CARDEA_E_UNAUTHENTICATED;
	}
	if (!err) {
		err = cardea_store_session_get(tx, tenant, session, &out->session);
	}
	if (!err) {
		err = cardea_store_room_get(tx, tenant, out->session.room, &out->room);
	}
	return err ? unknown(err) : cardea_seat_settle(tx, &out->room);
}

/* Loads a seat and its meeting. The seat is read again because settling may have changed it. */
int cardea_entrance_seat(struct cardea_tx *tx, const char *tenant, const char *id,
                         struct cardea_entrance *out)
{
	int err = cardea_store_seat_get(tx, tenant, id, &out->seat);

	if (!err) {
		err = load_meeting(tx, tenant, out->seat.session, out);
	}
	if (!err) {
		err = cardea_store_seat_get(tx, tenant, id, &out->seat);
	}
	out->has_seat = !err;
	return unknown(err);
}

/* What a permalink's refusal is called here. */
static int permalink_refusal(int err)
{
	return err == CARDEA_E_PERMALINK_UNKNOWN ? CARDEA_E_CREDENTIAL_EXPIRED
	       : err == CARDEA_E_TENANT_INACTIVE ? CARDEA_E_UNAUTHENTICATED
	                                         : err;
}

/* The meeting is started or joined, as by POST /permalink (spec/meetings 11.4). */
static int by_permalink_user(const struct cardea_domain *domain, struct cardea_tx *tx,
                             const char *token, struct cardea_entrance *out)
{
	struct cardea_meeting_rows rows;
	int err = permalink_refusal(cardea_permalink_start(domain, tx, token, &rows));

	return err ? err : cardea_entrance_seat(tx, rows.seat.tenant, rows.seat.id, out);
}

/* Into the meeting that runs; until there is one, its guests come too early. */
static int by_permalink_guest(struct cardea_tx *tx, const char *token, struct cardea_entrance *out)
{
	struct cardea_permalink_rows rows;
	struct cardea_session_row session;
	int err = permalink_refusal(cardea_permalink_by_token(tx, token, &rows));

	if (!err) {
		out->tenant = rows.tenant;
		err = cardea_permalink_session(tx, rows.tenant.id, rows.permalink.id, &session);
	}
	out->is_guest_token = true;
	out->is_early = err == CARDEA_E_NOT_FOUND;
	CARDEA_REFUSE_IF(CREDENTIAL_EXPIRED,
	                 out->is_early && cardea_permalink_has_expired(tx, &rows.permalink));
	if (err) {
		return out->is_early ? 0 : err;
	}
	return load_meeting(tx, rows.tenant.id, session.id, out);
}

static int by_opaque(const struct cardea_domain *domain, struct cardea_tx *tx,
                     const char *credential, struct cardea_entrance *out)
{
	struct cardea_credential_row found;
	int err = cardea_secret_find(tx, credential, &found);

	if (err) {
		return unknown(err);
	}
	memcpy(out->tenant.id, found.tenant, sizeof(out->tenant.id));
	switch (found.kind) {
	case CARDEA_CREDENTIAL_GUEST_TOKEN:
		out->is_guest_token = true;
		return load_meeting(tx, found.tenant, found.subject, out);
	case CARDEA_CREDENTIAL_ACCESS_KEY:
		return cardea_entrance_seat(tx, found.tenant, found.subject, out);
	case CARDEA_CREDENTIAL_PERMALINK_GUEST:
		return by_permalink_guest(tx, credential, out);
	case CARDEA_CREDENTIAL_PERMALINK_USER:
		return by_permalink_user(domain, tx, credential, out);
	case CARDEA_CREDENTIAL_API_KEY:
	default:
		return CARDEA_E_CREDENTIAL_PURPOSE;
	}
}

static int by_token(const struct cardea_domain *domain, struct cardea_tx *tx,
                    enum cardea_token_use use, const char *token, struct cardea_entrance *out)
{
	struct cardea_token_claims claims = {0};
	int err = cardea_token_verify(domain, use, token, cardea_tx_now_ms(tx) / 1000, &claims);

	memcpy(out->tenant.id, claims.tenant, sizeof(out->tenant.id));
	if (!err) {
		err = cardea_token_check_family(tx, &claims);
	}
	if (err == CARDEA_E_AUTH_EXPIRED) {
		return CARDEA_E_CREDENTIAL_EXPIRED;
	}
	if (err) {
		return CARDEA_E_UNAUTHENTICATED;
	}
	/* A tenant's token opens its REST interface, never a meeting (spec/participants 2.4). */
	CARDEA_REFUSE_IF(CREDENTIAL_PURPOSE, !claims.room[0]);
	out->replaces = true; /* several devices of one user: the newest wins (spec/native 1) */
	err = cardea_entrance_seat(tx, claims.tenant, claims.subject, out);
	out->is_outdated = !err && claims.gen < out->seat.removed_gen;
	if (!err && strcmp(out->seat.room, claims.room) != 0) {
		err = CARDEA_E_UNAUTHENTICATED;
	}
	return err;
}

/* A token that a backend got for somebody it seated (spec/plugnmeet 6). */
static int by_conference_token(const struct cardea_domain *domain, struct cardea_tx *tx,
                               const char *token, struct cardea_entrance *out)
{
	struct cardea_conference_ticket ticket = {0};
	int err = cardea_conference_token_verify(domain, tx, token, &ticket);

	memcpy(out->tenant.id, ticket.tenant, sizeof(out->tenant.id));
	if (err) {
		return err == CARDEA_E_AUTH_EXPIRED ? CARDEA_E_CREDENTIAL_EXPIRED
		       : err == CARDEA_E_AUTH_TOKEN ? CARDEA_E_UNAUTHENTICATED
		                                    : err;
	}
	out->replaces = true;
	err = cardea_entrance_seat(tx, ticket.tenant, ticket.seat, out);
	/* Each claim names the same person in the same meeting (spec/plugnmeet 6.1). */
	CARDEA_REFUSE_IF(UNAUTHENTICATED, !err && strcmp(out->seat.session, ticket.session) != 0);
	CARDEA_REFUSE_IF(UNAUTHENTICATED,
	                 !err && g_strcmp0(out->seat.external_user_id, ticket.user_id) != 0);
	CARDEA_REFUSE_IF(UNAUTHENTICATED,
	                 !err && strcmp(cardea_meeting_room_key(&out->room), ticket.room_id) != 0);
	out->is_outdated = !err && ticket.gen < out->seat.removed_gen;
	return err;
}

/* Somebody who waits, or waited, to be let in: the only one who has the ticket. */
static int by_ticket(const struct cardea_domain *domain, struct cardea_tx *tx, const char *ticket,
                     struct cardea_entrance *out)
{
	char tenant[CARDEA_UUID_SIZE], seat[CARDEA_UUID_SIZE];

	if (cardea_ticket_open(domain->options.keys.seal, ticket, tenant, seat)) {
		return CARDEA_E_UNAUTHENTICATED;
	}
	memcpy(out->tenant.id, tenant, sizeof(out->tenant.id));
	out->replaces = true;
	return cardea_entrance_seat(tx, tenant, seat, out);
}

static int by_credential(const struct cardea_domain *domain, struct cardea_tx *tx,
                         const char *credential, bool is_renewal, struct cardea_entrance *out)
{
	enum cardea_token_use use;

	CARDEA_REFUSE_IF(CREDENTIAL_MALFORMED, !credential);
	if (cardea_id_is_alnum(credential, CARDEA_TOKEN_CHARS)) {
		return by_opaque(domain, tx, credential, out);
	}
	if (g_str_has_prefix(credential, cardea_ticket_prefix)) {
		return by_ticket(domain, tx, credential, out);
	}
	if (cardea_space_is_alias(credential)) {
		return cardea_space_entrance(domain, tx, credential, out);
	}
	CARDEA_REFUSE_IF(CREDENTIAL_PURPOSE, cardea_is_api_key(credential));
	use = cardea_token_peek(credential);
	switch (use) {
	case CARDEA_TOKEN_ACCESS:
	case CARDEA_TOKEN_AUTH:
		return by_token(domain, tx, use, credential, out);
	case CARDEA_TOKEN_REFRESH:
	case CARDEA_TOKEN_EXCHANGE:
	case CARDEA_TOKEN_JOIN:
		return CARDEA_E_CREDENTIAL_PURPOSE;
	case CARDEA_TOKEN_OTHER:
		if (cardea_is_app_token(credential)) {
			return cardea_app_token_entrance(domain, tx, credential, is_renewal, out);
		}
		return cardea_is_conference_token(credential)
		               ? by_conference_token(domain, tx, credential, out)
		               : cardea_space_entrance(domain, tx, credential, out);
	case CARDEA_TOKEN_NOT:
	default:
		return CARDEA_E_CREDENTIAL_MALFORMED;
	}
}

/* Whose old string needs no refusal here: who was put back waits again, and for who was removed for
 * good, admission has a better word. An access key outlives a removal: its page must not come back
 * by itself (spec/meetings 11.6). */
static bool answers_itself(const struct cardea_seat_row *seat)
{
	return seat->is_removed ? !seat->access_key.data || seat->admission == CARDEA_SEAT_DENIED
	                        : seat->admission == CARDEA_SEAT_WAITING;
}

/* Who was moved comes back to where they are; a credential alone leads to its own room. The move
 * has raised the generation by one, and strings from before it are the ones that pages have.
 * Admission says whether the seat there is still to be had. */
static int follow_moves(struct cardea_tx *tx, struct cardea_entrance *out)
{
	int err = 0;

	out->is_moved = true;
	memcpy(out->holder, out->seat.id, sizeof(out->holder));
	out->holder_gen = out->seat.gen;
	while (!err && out->seat.moved_to[0]) {
		char next[CARDEA_UUID_SIZE];

		memcpy(next, out->seat.moved_to, sizeof(next));
		err = cardea_entrance_seat(tx, out->tenant.id, next, out);
	}
	out->is_guest_token = false;
	out->client_key = NULL;
	memset(&out->link, 0, sizeof(out->link));
	out->replaces = true;
	return err;
}

/* A page that shows its `resume` string is the one that holds the seat. */
static int by_resume(const struct cardea_domain *domain, struct cardea_tx *tx, const char *resume,
                     struct cardea_entrance *out)
{
	struct cardea_media_session held;
	int err = cardea_resume_open(domain->options.keys.seal, resume, &held);

	if (!err && !out->has_seat) {
		err = cardea_store_seat_get(tx, out->tenant.id, held.seat, &out->seat);
		out->has_seat = !err;
	}
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? CARDEA_E_SEAL : err;
	}
	/* Of another seat or meeting than the credential's. */
	CARDEA_REFUSE_IF(SEAL, strcmp(out->seat.id, held.seat) != 0);
	CARDEA_REFUSE_IF(SEAL, strcmp(out->seat.session, out->session.id) != 0);
	CARDEA_REFUSE_IF(SEAL, out->is_guest_token && !out->link.id[0] && !out->seat.is_guest);
	if (out->seat.moved_to[0] && !out->seat.is_removed && held.gen + 1 >= out->seat.gen) {
		return follow_moves(tx, out);
	}
	CARDEA_REFUSE_IF(GEN_STALE, out->seat.gen != held.gen && !answers_itself(&out->seat));
	out->replaces = true;
	return 0;
}

/* The same meeting and key is the same seat, so that a retry after a lost answer makes no second
 * guest. */
static int by_client_key(struct cardea_tx *tx, const char *client_key, struct cardea_entrance *out)
{
	/* One page may hold several links: each is a person of its own. */
	g_autofree char *key = g_strconcat(out->link.id, out->link.id[0] ? ":" : "", client_key, NULL);
	char digest[CARDEA_DIGEST_SIZE];
	int err = cardea_seat_client_key(CARDEA_CLIENT_KEY_PAGE, key, digest);

	if (err) {
		return err;
	}
	out->client_key = cardea_tx_strdup(tx, digest);
	err = cardea_store_seat_by_client(tx, out->tenant.id, out->session.id, digest, &out->seat);
	out->has_seat = !err;
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

/* A used link still opens the seat that it opened, and nothing else (spec/spaces 10). */
static int check_link(const struct cardea_entrance *at)
{
	bool is_own = at->has_seat && strcmp(at->seat.id, at->link.seat) == 0;

	return !at->link.id[0] || is_own ? 0 : cardea_space_link_check(&at->link);
}

int cardea_entrance_find(const struct cardea_domain *domain, struct cardea_tx *tx,
                         const struct cardea_enter *command, struct cardea_entrance *out)
{
	int err;

	memset(out, 0, sizeof(*out));
	err = by_credential(domain, tx, command->credential, command->resume != NULL, out);
	if (err || out->is_early) {
		return err;
	}
	err = cardea_tenant_check_origin(tx, out->tenant.id, command->origin);
	if (err) {
		return err;
	}
	if (command->resume) {
		err = by_resume(domain, tx, command->resume, out);
	} else if (out->is_guest_token && command->client_key) {
		err = by_client_key(tx, command->client_key, out);
	}
	return err ? err : check_link(out);
}
