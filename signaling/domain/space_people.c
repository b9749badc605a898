/* space_people: who belongs to a space and who has a role in its rooms (spec/spaces 7, 8). */
#include "domain/space_op.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_refusal.h"
#include "domain/secrets.h"

#define INVITE_BYTES 12 /* Decision S1 */

static const char *const space_roles[] = {"", "role_space_user", "role_space_moderator",
                                          "role_space_owner"};
static const char *const room_roles[] = {"", "role_room_user", "role_room_moderator",
                                         "role_room_owner"};

/* ---- roles, of a space and of a room ---- */

static int list_roles(struct cardea_tx *tx, struct cardea_space_op *op,
                      enum cardea_role_scope scope, const char *id)
{
	const struct cardea_role_row *rows = NULL;
	struct cardea_role_view *views;
	size_t count = 0;
	int err = cardea_store_role_list(tx, scope, op->caller.tenant.id, id, &rows, &count);

	views = cardea_tx_alloc(tx, count * sizeof(*views));
	for (size_t i = 0; i < count; i++) {
		views[i] = (struct cardea_role_view){.account = rows[i].account,
		                                     .username = rows[i].username,
		                                     .rank = (enum cardea_rank)rows[i].role};
	}
	op->result.roles = views;
	op->result.count = count;
	return err;
}

/* Takes a role away; nobody takes it from an owner. */
static int drop_role(struct cardea_tx *tx, struct cardea_space_op *op, enum cardea_role_scope scope,
                     const char *id)
{
	const char *tenant = op->caller.tenant.id;
	int64_t rank = 0;
	int err = cardea_store_role_get(tx, scope, tenant, id, op->command.id, &rank);

	CARDEA_REFUSE_IF(NOT_FOUND, !err && rank == CARDEA_RANK_NONE);
	CARDEA_REFUSE_IF(FORBIDDEN, !err && rank == CARDEA_RANK_OWNER);
	if (!err) {
		err = cardea_store_role_delete(tx, scope, tenant, id, op->command.id);
	}
	return err ? err
	           : cardea_space_record(tx, op, "role.revoked", op->command.id, id,
	                                 scope == CARDEA_ROLE_OF_SPACE ? space_roles[rank]
	                                                               : room_roles[rank]);
}

int cardea_space_member_list(struct cardea_tx *tx, struct cardea_space_op *op)
{
	return list_roles(tx, op, CARDEA_ROLE_OF_SPACE, op->space.id);
}

int cardea_space_member_remove(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const struct cardea_space_room_row *rooms = NULL;
	size_t count = 0;
	int err = drop_role(tx, op, CARDEA_ROLE_OF_SPACE, op->space.id);

	if (!err) {
		err = cardea_store_space_room_list(tx, op->caller.tenant.id, op->space.id, &rooms, &count);
	}
	for (size_t i = 0; i < count && !err; i++) {
		err = cardea_space_apply(tx, op, &rooms[i], op->command.id);
	}
	return err;
}

int cardea_space_role_grant(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const char *tenant = op->caller.tenant.id;
	const char *account = op->command.account;
	struct cardea_account_row target;
	int64_t rank = 0;
	int err = cardea_store_account_get(tx, tenant, account, &target);

	if (!err) {
		err = cardea_store_role_get(tx, CARDEA_ROLE_OF_ROOM, tenant, op->room.id, account, &rank);
	}
	/* The room owner's role cannot be replaced (spec/spaces 8). */
	CARDEA_REFUSE_IF(FORBIDDEN, !err && rank == CARDEA_RANK_OWNER);
	if (!err) {
		err = cardea_store_role_set(tx, CARDEA_ROLE_OF_ROOM, tenant, op->room.id, account,
		                            op->command.rank);
	}
	if (!err) {
		err = cardea_space_record(tx, op, "role.granted", account, op->room.id,
		                          room_roles[op->command.rank]);
	}
	return err ? err : cardea_space_apply(tx, op, &op->room, account);
}

int cardea_space_role_list(struct cardea_tx *tx, struct cardea_space_op *op)
{
	return list_roles(tx, op, CARDEA_ROLE_OF_ROOM, op->room.id);
}

int cardea_space_role_revoke(struct cardea_tx *tx, struct cardea_space_op *op)
{
	int err = drop_role(tx, op, CARDEA_ROLE_OF_ROOM, op->room.id);

	return err ? err : cardea_space_apply(tx, op, &op->room, op->command.id);
}

/* ---- invites ---- */

static struct cardea_secret_place place_of(const struct cardea_invite_row *row)
{
	return (struct cardea_secret_place){"invites", row->digest, "id"};
}

int cardea_space_invite_create(struct cardea_tx *tx, struct cardea_space_op *op)
{
	struct cardea_invite_row row = {.role = op->command.rank, .created_at = cardea_tx_now_ms(tx)};
	const struct cardea_secret_place place = place_of(&row);
	char id[CARDEA_OBJECT_ID_SIZE];
	int err = cardea_id_hex(cardea_tx_random(tx), id, INVITE_BYTES);

	memcpy(row.tenant, op->caller.tenant.id, sizeof(row.tenant));
	memcpy(row.space, op->space.id, sizeof(row.space));
	memcpy(row.created_by, op->caller.account.id, sizeof(row.created_by));
	if (!err) {
		err = cardea_digest_hex(id, row.digest);
	}
	if (!err) {
		err = cardea_secret_close(op->base.domain->options.keys.seal, tx, &place, id, &row.id);
	}
	if (!err) {
		err = cardea_store_invite_insert(tx, &row);
	}
	op->result.id = cardea_tx_strdup(tx, id);
	/* The record tells no secret: the invite is not named. */
	return err ? err
	           : cardea_space_record(tx, op, "invite.created", NULL, op->space.id,
	                                 space_roles[row.role]);
}

int cardea_space_invite_list(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const struct cardea_seal *seal = op->base.domain->options.keys.seal;
	const struct cardea_invite_row *rows = NULL;
	struct cardea_invite_view *views;
	size_t count = 0;
	int err = cardea_store_invite_list(tx, op->caller.tenant.id, op->space.id, &rows, &count);

	views = cardea_tx_alloc(tx, count * sizeof(*views));
	for (size_t i = 0; i < count && !err; i++) {
		const struct cardea_secret_place place = place_of(&rows[i]);

		views[i] = (struct cardea_invite_view){.rank = (enum cardea_rank)rows[i].role,
		                                       .is_used = rows[i].used_by[0],
		                                       .created_at = rows[i].created_at};
		err = cardea_secret_open(seal, tx, &place, &rows[i].id, &views[i].id);
	}
	op->result.invites = views;
	op->result.count = count;
	return err;
}

static int find_invite(struct cardea_tx *tx, const struct cardea_space_op *op,
                       struct cardea_invite_row *out)
{
	char digest[CARDEA_DIGEST_SIZE];
	int err = cardea_digest_hex(op->command.id, digest);

	if (!err) {
		err = cardea_store_invite_get(tx, op->caller.tenant.id, digest, out);
	}
	CARDEA_REFUSE_IF(NOT_FOUND, !err && strcmp(out->space, op->space.id) != 0);
	CARDEA_REFUSE_IF(INVITE_USED, !err && out->used_by[0]);
	return err;
}

int cardea_space_invite_revoke(struct cardea_tx *tx, struct cardea_space_op *op)
{
	struct cardea_invite_row row;
	int err = find_invite(tx, op, &row);

	return err ? err : cardea_store_invite_delete(tx, &row);
}

/* The one writer of the store makes this the atomic step: of several exactly one finds it pending
 * (spec/model I8). */
int cardea_space_invite_activate(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const char *account = op->caller.account.id;
	const char *tenant = op->caller.tenant.id;
	struct cardea_invite_row row;
	int64_t rank = 0;
	int err = find_invite(tx, op, &row);

	if (!err) {
		err = cardea_store_invite_use(tx, &row, account);
	}
	if (!err) {
		err = cardea_store_role_get(tx, CARDEA_ROLE_OF_SPACE, tenant, op->space.id, account, &rank);
	}
	/* The higher of both stays (spec/spaces 7). */
	if (!err && rank < row.role) {
		err = cardea_store_role_set(tx, CARDEA_ROLE_OF_SPACE, tenant, op->space.id, account,
		                            row.role);
	}
	return err ? err
	           : cardea_space_record(tx, op, "invite.activated", row.created_by, op->space.id,
	                                 space_roles[row.role]);
}
