/*
 * spaces: the calls of the dialect of spaces: each finds who calls and what is addressed, asks the
 * table of grants, and is carried out; all in one command.
 */
#include "domain/spaces.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/event_codec.h"
#include "domain/space_entry.h"
#include "domain/space_op.h"
#include "store/audit.h"

/* ---- views ---- */

static struct cardea_space_room_view view_room(const struct cardea_space_op *op,
                                               const struct cardea_space_room_row *row,
                                               unsigned standing)
{
	enum cardea_rank rank = standing & CARDEA_AS_ROOM_OWNER       ? CARDEA_RANK_OWNER
	                        : standing & CARDEA_AS_ROOM_MODERATOR ? CARDEA_RANK_MODERATOR
	                        : standing & CARDEA_AS_ROOM_USER      ? CARDEA_RANK_USER
	                                                              : CARDEA_RANK_NONE;

	return (struct cardea_space_room_view){.id = row->id,
	                                       .client = op->caller.claims.client,
	                                       .channel = row->channel,
	                                       .name = row->name,
	                                       .space = row->space,
	                                       .alias = row->alias,
	                                       .extra = row->extra,
	                                       .is_public = row->is_public,
	                                       .is_webinar = row->is_webinar,
	                                       .switches = (unsigned)row->switches,
	                                       .rank = rank};
}

int cardea_space_record(struct cardea_tx *tx, const struct cardea_space_op *op, const char *action,
                        const char *target, const char *scope, const char *role)
{
	const struct cardea_audit_row row = {.action = action,
	                                     .actor = op->caller.account.id,
	                                     .target = target,
	                                     .scope = scope,
	                                     .role = role};

	return cardea_store_audit_append(tx, op->caller.tenant.id, &row);
}

/* ---- the account that calls ---- */

static int account_read(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const struct cardea_account_row *row = &op->caller.account;

	(void)tx;
	op->result.account = (struct cardea_account_view){
	        .id = row->id,
	        .email = row->email,
	        .username = row->username,
	        .phone = row->phone,
	        .meeting_space = row->meeting_space[0] ? row->meeting_space : NULL,
	        .meeting_room = row->meeting_room[0] ? row->meeting_room : NULL};
	return 0;
}

static int settings_write(struct cardea_tx *tx, struct cardea_space_op *op)
{
	struct cardea_account_row *row = &op->caller.account;
	int err;

	memcpy(row->meeting_space, op->space.id, sizeof(row->meeting_space));
	memcpy(row->meeting_room, op->room.id, sizeof(row->meeting_room));
	row->updated_at = cardea_tx_now_ms(tx);
	err = cardea_store_account_update(tx, row);
	return err ? err : account_read(tx, op);
}

/* ---- spaces ---- */

static int space_create(struct cardea_tx *tx, struct cardea_space_op *op)
{
	int64_t now = cardea_tx_now_ms(tx);
	struct cardea_space_row *row = &op->space;
	int err = cardea_id_object_id(cardea_tx_random(tx), now, row->id);

	row->name = op->command.name;
	row->description = op->command.description;
	row->logo = op->command.logo;
	row->is_public = op->command.is_public == 1;
	row->created_at = now;
	row->updated_at = now;
	memcpy(row->tenant, op->caller.tenant.id, sizeof(row->tenant));
	op->result.id = row->id;
	if (!err) {
		err = cardea_store_space_insert(tx, row);
	}
	return err ? err
	           : cardea_store_role_set(tx, CARDEA_ROLE_OF_SPACE, row->tenant, row->id,
	                                   op->caller.account.id, CARDEA_RANK_OWNER);
}

static int space_list(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const struct cardea_space_row *rows = NULL;
	struct cardea_space_view *views;
	size_t count = 0;
	int err =
	        cardea_store_space_list(tx, op->caller.tenant.id, op->caller.account.id, &rows, &count);

	views = cardea_tx_alloc(tx, count * sizeof(*views));
	for (size_t i = 0; i < count; i++) {
		views[i] = (struct cardea_space_view){.id = rows[i].id,
		                                      .name = rows[i].name,
		                                      .description = rows[i].description,
		                                      .logo = rows[i].logo,
		                                      .is_public = rows[i].is_public,
		                                      .rank = (enum cardea_rank)rows[i].role};
	}
	op->result.spaces = views;
	op->result.count = count;
	return err;
}

static int space_update(struct cardea_tx *tx, struct cardea_space_op *op)
{
	op->space.name = op->command.name;
	op->space.is_public = op->command.is_public == 1;
	op->space.description =
	        op->command.description ? op->command.description : op->space.description;
	op->space.logo = op->command.logo ? op->command.logo : op->space.logo;
	op->space.updated_at = cardea_tx_now_ms(tx);
	return cardea_store_space_update(tx, &op->space);
}

/* ---- rooms ---- */

static int take_room(struct cardea_tx *tx, const struct cardea_space_command *command,
                     struct cardea_space_room_row *row)
{
	if (command->is_public >= 0) {
		row->is_public = command->is_public;
	}
	if (command->is_webinar >= 0) {
		row->is_webinar = command->is_webinar;
	}
	row->switches = (row->switches & ~(int64_t)command->switches_given) |
	                (command->switches & command->switches_given);
	if (command->name) {
		row->name = command->name;
	}
	return command->extra ? cardea_object_merge(tx, row->extra, command->extra, &row->extra) : 0;
}

static int room_create(struct cardea_tx *tx, struct cardea_space_op *op)
{
	struct cardea_space_room_row *row = &op->room;
	int64_t now = cardea_tx_now_ms(tx);
	const struct cardea_random *random = cardea_tx_random(tx);
	int err = cardea_id_object_id(random, now, row->id);

	row->switches = CARDEA_SWITCH_DEFAULT;
	row->created_at = now;
	memcpy(row->tenant, op->caller.tenant.id, sizeof(row->tenant));
	memcpy(row->space, op->space.id, sizeof(row->space));
	if (!err) {
		err = take_room(tx, &op->command, row);
	}
	if (!err) {
		err = cardea_id_object_id(random, now, row->channel);
	}
	if (!err) {
		err = cardea_id_alnum(random, row->alias, CARDEA_ALIAS_CHARS);
	}
	if (!err) {
		err = cardea_space_room_make(tx, &op->caller.tenant, row);
	}
	if (!err) {
		err = cardea_store_space_room_insert(tx, row);
	}
	op->result.room = view_room(op, row, CARDEA_AS_ROOM_OWNER);
	return err ? err
	           : cardea_store_role_set(tx, CARDEA_ROLE_OF_ROOM, row->tenant, row->id,
	                                   op->caller.account.id, CARDEA_RANK_OWNER);
}

static int room_list(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const struct cardea_space_room_row *rows = NULL;
	struct cardea_space_room_view *views;
	size_t count = 0;
	int err = cardea_store_space_room_list(tx, op->caller.tenant.id, op->space.id, &rows, &count);

	views = cardea_tx_alloc(tx, count * sizeof(*views));
	for (size_t i = 0; i < count && !err; i++) {
		unsigned standing = 0;

		err = cardea_space_standing(tx, &op->caller, &op->space, &rows[i], &standing);
		if (!err &&
		    cardea_grant_space_read(op->space.is_public, rows[i].is_public, standing) == 0) {
			views[op->result.count++] = view_room(op, &rows[i], standing);
		}
	}
	op->result.rooms = views;
	return err;
}

static int room_read(struct cardea_tx *tx, struct cardea_space_op *op)
{
	(void)tx;
	op->result.room = view_room(op, &op->room, op->standing);
	return cardea_grant_space_read(op->space.is_public, op->room.is_public, op->standing);
}

static int room_update(struct cardea_tx *tx, struct cardea_space_op *op)
{
	int err = take_room(tx, &op->command, &op->room);

	if (!err) {
		err = cardea_store_space_room_update(tx, &op->room);
	}
	op->result.room = view_room(op, &op->room, op->standing);
	return err ? err : cardea_space_room_changed(tx, &op->caller.tenant, &op->room, &op->effects);
}

/* That it is the owner's own is all that these calls ask; the dialect answers for itself. */
static int owner_look(struct cardea_tx *tx, struct cardea_space_op *op)
{
	(void)tx;
	op->result.id = op->space.id;
	return 0;
}

/* ---- every call ---- */

enum scope {
	IN_TENANT,
	IN_SPACE,
	IN_ROOM,
	IN_MAYBE_ROOM, /* of a space; the room only if it is given */
	BY_ALIAS,
};

static const struct {
	enum scope scope;
	cardea_space_run_h run;
} calls[CARDEA_SPACE_CALLS] = {
        [CARDEA_SPACE_ACCOUNT_READ] = {IN_TENANT, account_read},
        [CARDEA_SPACE_SETTINGS_READ] = {IN_TENANT, account_read},
        [CARDEA_SPACE_SETTINGS_WRITE] = {IN_ROOM, settings_write},
        [CARDEA_SPACE_CREATE] = {IN_TENANT, space_create},
        [CARDEA_SPACE_LIST] = {IN_TENANT, space_list},
        [CARDEA_SPACE_UPDATE] = {IN_SPACE, space_update},
        [CARDEA_SPACE_MEMBER_LIST] = {IN_SPACE, cardea_space_member_list},
        [CARDEA_SPACE_MEMBER_REMOVE] = {IN_SPACE, cardea_space_member_remove},
        [CARDEA_SPACE_ROOM_CREATE] = {IN_SPACE, room_create},
        [CARDEA_SPACE_ROOM_LIST] = {IN_SPACE, room_list},
        [CARDEA_SPACE_ROOM_READ] = {IN_ROOM, room_read},
        [CARDEA_SPACE_ROOM_BY_ALIAS] = {BY_ALIAS, room_read},
        [CARDEA_SPACE_ROOM_UPDATE] = {IN_ROOM, room_update},
        [CARDEA_SPACE_INVITE_CREATE] = {IN_SPACE, cardea_space_invite_create},
        [CARDEA_SPACE_INVITE_LIST] = {IN_SPACE, cardea_space_invite_list},
        [CARDEA_SPACE_INVITE_REVOKE] = {IN_SPACE, cardea_space_invite_revoke},
        [CARDEA_SPACE_INVITE_ACTIVATE] = {IN_SPACE, cardea_space_invite_activate},
        [CARDEA_SPACE_ROLE_GRANT] = {IN_ROOM, cardea_space_role_grant},
        [CARDEA_SPACE_ROLE_LIST] = {IN_ROOM, cardea_space_role_list},
        [CARDEA_SPACE_ROLE_REVOKE] = {IN_ROOM, cardea_space_role_revoke},
        [CARDEA_SPACE_LINK_CREATE] = {IN_ROOM, cardea_space_link_create},
        [CARDEA_SPACE_LINK_LIST] = {IN_ROOM, cardea_space_link_list},
        [CARDEA_SPACE_LINK_REVOKE] = {IN_ROOM, cardea_space_link_revoke},
        [CARDEA_SPACE_PARTICIPANT_ADD] = {IN_ROOM, cardea_space_participant_add},
        [CARDEA_SPACE_PARTICIPANT_SIGNAL] = {IN_SPACE, cardea_space_participant_signal},
        [CARDEA_SPACE_PARTICIPANT_JOIN] = {IN_ROOM, cardea_space_participant_join},
        [CARDEA_SPACE_OWNER_LOOK] = {IN_MAYBE_ROOM, owner_look},
};

/* Who calls without a token has no tenant but that of the room. */
static int find_tenant_of_room(struct cardea_tx *tx, struct cardea_space_op *op)
{
	int err = cardea_store_tenant_get(tx, op->room.tenant, &op->caller.tenant);
	struct cardea_client_row client;

	CARDEA_REFUSE_IF(NOT_FOUND, !err && !op->caller.tenant.is_active);
	if (!err) {
		err = cardea_store_client_of(tx, op->room.tenant, &client);
	}
	if (!err) {
		memcpy(op->caller.claims.client, client.id, sizeof(client.id));
	}
	return err;
}

static int find_room(struct cardea_tx *tx, struct cardea_space_op *op, enum scope scope)
{
	bool is_known = op->caller.kind != CARDEA_CALLER_NOBODY;
	int err;

	if (scope == BY_ALIAS) {
		err = cardea_store_space_room_by_alias(tx, op->command.id, &op->room);
	} else if (is_known) {
		err = cardea_store_space_room_get(tx, op->caller.tenant.id, op->command.room, &op->room);
	} else {
		err = cardea_store_space_room_find(tx, op->command.room, &op->room);
	}
	if (!err && !is_known) {
		err = find_tenant_of_room(tx, op);
	}
	/* A room elsewhere answers as one that is not there (Decision S12). */
	CARDEA_REFUSE_IF(NOT_FOUND, !err && strcmp(op->room.tenant, op->caller.tenant.id) != 0);
	CARDEA_REFUSE_IF(NOT_FOUND,
	                 !err && scope != BY_ALIAS && strcmp(op->room.space, op->command.space) != 0);
	return err;
}

static int find(struct cardea_tx *tx, struct cardea_space_op *op, enum scope scope)
{
	bool has_room =
	        scope == IN_ROOM || scope == BY_ALIAS || (scope == IN_MAYBE_ROOM && op->command.room);
	int err = has_room ? find_room(tx, op, scope) : 0;

	if (!err && scope != IN_TENANT) {
		err = cardea_store_space_get(tx, op->caller.tenant.id,
		                             has_room ? op->room.space : op->command.space, &op->space);
	}
	return err ? err
	           : cardea_space_standing(tx, &op->caller, scope == IN_TENANT ? NULL : &op->space,
	                                   has_room ? &op->room : NULL, &op->standing);
}

static unsigned without_rooms(const struct cardea_space_caller *who)
{
	return who->kind == CARDEA_CALLER_USER     ? ~0U
	       : who->kind == CARDEA_CALLER_CLIENT ? CARDEA_AS_CLIENT
	       : who->kind == CARDEA_CALLER_LINK   ? CARDEA_AS_LINK
	       : who->kind == CARDEA_CALLER_SEAT   ? CARDEA_AS_SEAT
	                                           : CARDEA_AS_NOBODY;
}

static int run(struct cardea_tx *tx, void *arg)
{
	struct cardea_space_op *op = arg;
	enum cardea_space_call call = op->command.call;
	int err = cardea_space_authenticate(op->base.domain, tx, op->command.token, &op->caller);

	op->result = (struct cardea_space_result){0};
	cardea_effects_begin(&op->effects, tx);
	op->room = (struct cardea_space_room_row){0};
	op->space = (struct cardea_space_row){0};
	/* A token of the wrong kind is refused before it learns what there is. */
	if (!err) {
		err = cardea_grant_space(call, without_rooms(&op->caller));
	}
	if (!err) {
		err = find(tx, op, calls[call].scope);
	}
	if (!err) {
		err = cardea_grant_space(call, op->standing);
	}
	return err ? err : calls[call].run(tx, op);
}

static void answer(int err, void *arg)
{
	struct cardea_space_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	op->done(err, err ? NULL : &op->result, op->arg);
	cardea_op_free(&op->base);
}

/* The texts of a command, which are copied. */
static const size_t texts[] = {
        offsetof(struct cardea_space_command, token),
        offsetof(struct cardea_space_command, space),
        offsetof(struct cardea_space_command, room),
        offsetof(struct cardea_space_command, id),
        offsetof(struct cardea_space_command, name),
        offsetof(struct cardea_space_command, description),
        offsetof(struct cardea_space_command, logo),
        offsetof(struct cardea_space_command, extra),
        offsetof(struct cardea_space_command, account),
        offsetof(struct cardea_space_command, external_user_id),
        offsetof(struct cardea_space_command, email),
        offsetof(struct cardea_space_command, phone),
        offsetof(struct cardea_space_command, external_meeting_id),
};

int cardea_domain_space(struct cardea_domain *domain, const struct cardea_space_command *command,
                        cardea_space_done_h done, void *arg)
{
	struct cardea_space_op *op = cardea_op_new(domain, sizeof(*op));

	op->command = *command;
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		const char **text = (const char **)((char *)&op->command + texts[i]);

		*text = cardea_op_strdup(&op->base, *text);
	}
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, run, answer);
}

/* ---- audit ---- */

struct audit_op {
	struct cardea_op base;
	const char *after;
	int64_t limit;
	cardea_audit_h done;
	void *arg;
	/* result */
	const struct cardea_audit_row *rows;
	size_t count;
};

static int audit(struct cardea_tx *tx, void *arg)
{
	struct audit_op *op = arg;
	struct cardea_tenant_row tenant;
	int err = cardea_store_tenant_first(tx, &tenant);

	return err ? err
	           : cardea_store_audit_list(tx, tenant.id, op->after, op->limit, &op->rows,
	                                     &op->count);
}

static void answer_audit(int err, void *arg)
{
	struct audit_op *op = arg;
	struct cardea_audit_view *views = err ? NULL : g_new0(struct cardea_audit_view, op->count);

	for (size_t i = 0; views && i < op->count; i++) {
		const struct cardea_audit_row *row = &op->rows[i];

		views[i] = (struct cardea_audit_view){.id = row->id,
		                                      .action = row->action,
		                                      .actor = row->actor,
		                                      .target = row->target,
		                                      .scope = row->scope,
		                                      .role = row->role,
		                                      .at = row->at};
	}
	op->done(err, views, err ? 0 : op->count, op->arg);
	g_free(views);
	cardea_op_free(&op->base);
}

int cardea_domain_audit(struct cardea_domain *domain, const char *after, int64_t limit,
                        cardea_audit_h done, void *arg)
{
	struct audit_op *op = cardea_op_new(domain, sizeof(*op));

	op->after = cardea_op_strdup(&op->base, after ? after : "");
	op->limit = limit;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, audit, answer_audit);
}
