/* participants: the participant calls of the participants dialect (spec/participants 5 and 6). */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/credentials.h"
#include "domain/grants.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/tokens.h"
#include "domain/views.h"
#include "store/sessions.h"

/* ---- add ---- */

struct add_op {
	struct cardea_op base;
	struct cardea_presented who;
	struct cardea_participant_add command;
	cardea_participant_added_h done;
	void *arg;
	/* result */
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	struct cardea_seat_row seat;
	bool is_reused, room_created;
	bool must_revoke;
	struct cardea_revocation revocation;
};

/* The room the caller means; a name that nobody has used yet makes it (spec/participants 6). */
static int find_or_make_room(struct add_op *op, struct cardea_tx *tx,
                             const struct cardea_principal *principal)
{
	const char *wanted = op->command.room;
	struct cardea_room_spec spec = {.name = wanted,
	                                .config = CARDEA_ROOM_CONFIG_ABSENT,
	                                .session = cardea_session_spec_of(&op->tenant)};
	struct cardea_session_row session;
	char id[CARDEA_UUID_SIZE];
	int err = cardea_grant_room(principal, wanted);

	if (!err) {
		err = cardea_room_find(tx, op->tenant.id, wanted, &op->room);
	}
	if (err != CARDEA_E_ROOM_UNKNOWN || principal->kind != CARDEA_PRINCIPAL_TENANT ||
	    cardea_id_is_uuid(wanted)) {
		return err;
	}
	if (!op->tenant.allow_early_join) {
		return CARDEA_E_ROOM_INACTIVE;
	}
	err = cardea_room_id_for_name(op->tenant.id, wanted, id);
	if (err) {
		return err;
	}
	spec.id = id;
	op->room_created = true;
	return cardea_room_make(tx, op->base.domain->options.keys.seal, &op->tenant, &spec, &op->room,
	                        &session);
}

/* Another seat of the same user (spec/participants 5.1.4): @existing is kept, or refuses the call,
 * or is removed. */
static int handle_duplicate(struct add_op *op, struct cardea_tx *tx,
                            const struct cardea_principal *principal,
                            struct cardea_seat_row *existing)
{
	int err = cardea_grant_reuse(principal, existing);

	if (err) {
		return err;
	}
	switch (op->tenant.duplicate_policy) {
	case CARDEA_DUPLICATE_REJECT:
		return CARDEA_E_ALREADY_IN_ROOM;
	case CARDEA_DUPLICATE_DISCONNECT_EXISTING:
		err = cardea_seat_remove(tx, existing, "duplicate", NULL);
		op->must_revoke = cardea_seat_revocation(&op->room, existing, "duplicate", &op->revocation);
		return err;
	case CARDEA_DUPLICATE_ALLOW:
	default:
		op->seat = *existing;
		op->is_reused = true;
		return 0;
	}
}

/* A user of the meetings dialect who is registered, but not in the meeting: one seat for each user
 * (spec/model I3). */
static int take_back(struct add_op *op, struct cardea_tx *tx,
                     const struct cardea_principal *principal, struct cardea_seat_row *existing)
{
	int err = cardea_grant_reuse(principal, existing);

	if (!err && existing->is_removed) {
		err = cardea_seat_return(tx, existing,
		                         existing->admission == CARDEA_SEAT_DENIED ? CARDEA_SEAT_WAITING
		                                                                   : existing->admission);
	}
	op->seat = *existing;
	op->is_reused = true;
	return err;
}

static int find_duplicate(struct add_op *op, struct cardea_tx *tx,
                          const struct cardea_principal *principal)
{
	const char *user = op->command.external_user_id;
	struct cardea_seat_row existing;
	int err;

	if (!user || !op->room.session[0]) {
		return 0;
	}
	err = cardea_store_seat_by_registration(tx, op->tenant.id, op->room.session, user, &existing);
	if (err) {
		return err == CARDEA_E_NOT_FOUND ? 0 : err;
	}
	if (existing.left_at) {
		return take_back(op, tx, principal, &existing);
	}
	return handle_duplicate(op, tx, principal, &existing);
}

/* Asks the one admission function about @role. */
static int admit(struct add_op *op, struct cardea_tx *tx, enum cardea_role role, int64_t active)
{
	struct cardea_session_row session;
	struct cardea_entrant entrant = {.seat = op->is_reused ? &op->seat : NULL,
	                                 .role = role,
	                                 .opens = true,
	                                 .early_join = op->tenant.allow_early_join,
	                                 .replaces = true,
	                                 .active = active,
	                                 .limit =
	                                         cardea_capacity(op->room.max_participants,
	                                                         op->tenant.max_participants_per_room)};
	bool has_session = op->room.session[0] != '\0';
	int err = 0;

	if (has_session) {
		err = cardea_store_session_get(tx, op->tenant.id, op->room.session, &session);
	}
	if (err) {
		return err;
	}
	return cardea_admit(&op->room, has_session ? &session : NULL, &entrant, cardea_tx_now_ms(tx))
	        .reason;
}

static int open_if_closed(struct add_op *op, struct cardea_tx *tx)
{
	const struct cardea_session_spec spec = cardea_session_spec_of(&op->tenant);
	struct cardea_session_row session;

	if (op->room.status == CARDEA_ROOM_ROW_ACTIVE) {
		return 0;
	}
	op->room_created = true;
	return cardea_room_open(tx, op->base.domain->options.keys.seal, &op->tenant, &spec, &op->room,
	                        &session);
}

static int take_seat(struct add_op *op, struct cardea_tx *tx,
                     const struct cardea_principal *principal)
{
	struct cardea_seat_spec spec = {.display_name = op->command.display_name,
	                                .external_user_id = op->command.external_user_id,
	                                .metadata = op->command.metadata};
	bool first_is_host;
	int64_t active = 0;
	int err = cardea_store_seat_count(tx, op->tenant.id, op->room.id, &active);

	if (err) {
		return err;
	}
	first_is_host = op->tenant.first_participant_is_host && active == 0;
	err = cardea_grant_role(principal, op->command.role, first_is_host, &spec.role);
	if (!err) {
		err = admit(op, tx, spec.role, active);
	}
	if (!err) {
		err = open_if_closed(op, tx);
	}
	if (!err && op->is_reused) {
		return op->seat.left_at ? cardea_seat_come_back(tx, &op->seat) : 0;
	}
	return err ? err : cardea_seat_add(tx, &op->room, &spec, &op->seat);
}

static int add(struct cardea_tx *tx, void *arg)
{
	struct add_op *op = arg;
	struct cardea_principal principal;
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &op->tenant);

	op->is_reused = false;
	op->room_created = false;
	op->must_revoke = false;
	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_PARTICIPANT_ADD);
	}
	if (!err && (!op->command.display_name || !op->command.display_name[0])) {
		err = CARDEA_E_DISPLAY_NAME_REQUIRED;
	}
	if (!err) {
		err = find_or_make_room(op, tx, &principal);
	}
	if (!err) {
		err = find_duplicate(op, tx, &principal);
	}
	return err ? err : take_seat(op, tx, &principal);
}

struct token_set {
	char *access, *refresh, *auth;
};

static void clear_tokens(struct token_set *tokens)
{
	g_free(tokens->access);
	g_free(tokens->refresh);
	g_free(tokens->auth);
}

static int mint_tokens(const struct cardea_domain *domain, const struct cardea_seat_row *seat,
                       struct token_set *out)
{
	struct cardea_token_claims claims = {.role = seat->role};
	int err;

	g_strlcpy(claims.tenant, seat->tenant, sizeof(claims.tenant));
	g_strlcpy(claims.subject, seat->id, sizeof(claims.subject));
	g_strlcpy(claims.room, seat->room, sizeof(claims.room));
	err = cardea_token_mint(domain, CARDEA_TOKEN_ACCESS, &claims, seat->display_name, &out->access);
	if (!err) {
		err = cardea_token_mint(domain, CARDEA_TOKEN_REFRESH, &claims, seat->display_name,
		                        &out->refresh);
	}
	if (!err) {
		err = cardea_token_mint(domain, CARDEA_TOKEN_AUTH, &claims, seat->display_name, &out->auth);
	}
	return err;
}

static void give_added(struct add_op *op, const struct token_set *tokens)
{
	struct cardea_participant_added result = {
	        .room_id = op->room.id,
	        .room_name = op->room.name ? op->room.name : "",
	        .room_status = cardea_view_status(&op->room),
	        .room_created = op->room_created,
	        .tenant = {.transcription_enabled = op->tenant.transcription_enabled,
	                   .first_participant_is_host = op->tenant.first_participant_is_host,
	                   .force_recording = op->tenant.force_recording,
	                   .allow_early_join = op->tenant.allow_early_join},
	        .access_token = tokens->access,
	        .refresh_token = tokens->refresh,
	        .auth_token = tokens->auth,
	        .expires_in_s = op->base.domain->options.access_token_life_s,
	        .should_start_recording = !op->is_reused && op->tenant.force_recording &&
	                                  op->seat.role == CARDEA_ROLE_HOST,
	};

	cardea_view_participant(&op->seat, &result.participant);
	op->done(0, &result, op->arg);
}

/* Tokens are signed after the commit: they are not part of what is stored. */
static void answer_add(int err, void *arg)
{
	struct add_op *op = arg;
	const struct cardea_media_port *media = &op->base.domain->options.media;
	struct token_set tokens = {0};

	if (!err && op->must_revoke && media->revoke) {
		media->revoke(media->arg, &op->revocation);
	}
	if (!err) {
		err = mint_tokens(op->base.domain, &op->seat, &tokens);
	}
	if (err) {
		op->done(err, NULL, op->arg);
	} else {
		give_added(op, &tokens);
	}
	clear_tokens(&tokens);
	cardea_op_free(&op->base);
}

int cardea_domain_participant_add(struct cardea_domain *domain, const struct cardea_presented *who,
                                  const struct cardea_participant_add *command,
                                  cardea_participant_added_h done, void *arg)
{
	struct add_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->command.room = cardea_op_strdup(&op->base, command->room);
	op->command.display_name = cardea_op_strdup(&op->base, command->display_name);
	op->command.external_user_id = cardea_op_strdup(&op->base, command->external_user_id);
	op->command.metadata = cardea_op_strdup(&op->base, command->metadata);
	op->command.role = command->role;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, add, answer_add);
}

/* ---- list ---- */

struct list_op {
	struct cardea_op base;
	struct cardea_presented who;
	const char *room;
	bool active_only;
	cardea_participants_h done;
	void *arg;
	/* result */
	const struct cardea_seat_row *seats;
	size_t count;
};

static int list(struct cardea_tx *tx, void *arg)
{
	struct list_op *op = arg;
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &tenant);

	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_PARTICIPANT_LIST);
	}
	if (!err) {
		err = cardea_grant_room(&principal, op->room);
	}
	if (!err) {
		err = cardea_room_find(tx, tenant.id, op->room, &room);
	}
	if (err) {
		return err;
	}
	return cardea_store_seat_list(tx, tenant.id, room.id,
	                              op->active_only ? CARDEA_SEATS_VISIBLE_ACTIVE
	                                              : CARDEA_SEATS_VISIBLE,
	                              &op->seats, &op->count);
}

static void answer_list(int err, void *arg)
{
	struct list_op *op = arg;
	struct cardea_participant_view *views = NULL;

	if (err) {
		op->done(err, NULL, 0, op->arg);
	} else {
		views = g_new0(struct cardea_participant_view, op->count);
		for (size_t i = 0; i < op->count; i++) {
			cardea_view_participant(&op->seats[i], &views[i]);
		}
		op->done(0, views, op->count, op->arg);
	}
	g_free(views);
	cardea_op_free(&op->base);
}

int cardea_domain_participant_list(struct cardea_domain *domain, const struct cardea_presented *who,
                                   const char *room, bool active_only, cardea_participants_h done,
                                   void *arg)
{
	struct list_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->room = cardea_op_strdup(&op->base, room);
	op->active_only = active_only;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, list, answer_list);
}
