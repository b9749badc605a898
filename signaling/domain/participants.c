/* participants: the participant calls of the participants dialect (spec/participants 5 and 6). */
#include "domain/domain_private.h"

#include "domain/credentials.h"
#include "domain/grants.h"
#include "domain/media_port.h"
#include "domain/room_life.h"
#include "domain/seating.h"
#include "domain/tokens.h"
#include "domain/views.h"

/* ---- add ---- */

struct add_op {
	struct cardea_op base;
	struct cardea_presented who;
	struct cardea_participant_add command;
	cardea_participant_added_h done;
	void *arg;
	struct cardea_seating result;
};

static int add(struct cardea_tx *tx, void *arg)
{
	struct add_op *op = arg;
	struct cardea_seating *seating = &op->result;
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &seating->principal,
	                              &seating->tenant);

	seating->domain = op->base.domain;
	if (!err) {
		err = cardea_grant_act(&seating->principal, CARDEA_ACT_PARTICIPANT_ADD);
	}
	if (!err) {
		err = cardea_seating_room(tx, seating, op->command.room, true);
	}
	return err ? err : cardea_seating_add(tx, seating, &op->command);
}

static void give_added(struct add_op *op, const struct cardea_token_set *tokens)
{
	const struct cardea_seating *seating = &op->result;
	const struct cardea_tenant_row *tenant = &seating->tenant;
	struct cardea_participant_added result = {
	        .room_id = seating->room.id,
	        .room_name = seating->room.name ? seating->room.name : "",
	        .room_status = cardea_view_status(&seating->room),
	        .room_created = seating->room_created,
	        .tenant = {.transcription_enabled = tenant->transcription_enabled,
	                   .first_participant_is_host = tenant->first_participant_is_host,
	                   .force_recording = tenant->force_recording,
	                   .allow_early_join = tenant->allow_early_join},
	        .access_token = tokens->access,
	        .refresh_token = tokens->refresh,
	        .auth_token = tokens->auth,
	        .expires_in_s = op->base.domain->options.access_token_life_s,
	        .should_start_recording = !seating->is_reused && tenant->force_recording &&
	                                  seating->seat.role == CARDEA_ROLE_HOST,
	};

	cardea_view_participant(&seating->seat, &result.participant);
	op->done(0, &result, op->arg);
}

/* Tokens are signed after the commit: they are not part of what is stored. */
static void answer_add(int err, void *arg)
{
	struct add_op *op = arg;
	struct cardea_token_set tokens = {0};

	if (!err && op->result.must_revoke) {
		cardea_media_revoke(op->base.domain, &op->result.revocation);
	}
	if (!err) {
		err = cardea_token_set_mint(op->base.domain, &op->result.seat, true, &tokens);
	}
	if (err) {
		op->done(err, NULL, op->arg);
	} else {
		give_added(op, &tokens);
	}
	cardea_token_set_clear(&tokens);
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

/* Whom the caller may not see. Somebody who calls is in the meeting that runs. */
static int leave_out(struct cardea_tx *tx, struct list_op *op,
                     const struct cardea_principal *principal, const struct cardea_room_row *room)
{
	struct cardea_seat_row *seen = cardea_tx_alloc(tx, op->count * sizeof(*seen));
	struct cardea_session_row session;
	size_t count = 0;
	int err = cardea_store_session_get(tx, room->tenant, room->session, &session);

	for (size_t i = 0; i < op->count && !err; i++) {
		if (cardea_grant_list(principal, &session, &op->seats[i])) {
			seen[count++] = op->seats[i];
		}
	}
	op->seats = seen;
	op->count = count;
	return err;
}

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
	err = cardea_store_seat_list(tx, tenant.id, room.id,
	                             op->active_only ? CARDEA_SEATS_VISIBLE_ACTIVE
	                                             : CARDEA_SEATS_VISIBLE,
	                             &op->seats, &op->count);
	return err || principal.kind == CARDEA_PRINCIPAL_TENANT ? err
	                                                        : leave_out(tx, op, &principal, &room);
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
