/* space_links: links that let somebody without an account into one room (spec/spaces 10). */
#include "domain/space_op.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"

#define LINK_BYTES 12 /* Decision S1 */

static int mint(struct cardea_tx *tx, struct cardea_space_op *op, const struct cardea_link_row *row)
{
	struct cardea_account_claims claims = {.iat = row->created_at / 1000,
	                                       .exp = row->created_at / 1000 + op->command.ttl_s};
	char *token = NULL;
	int err = cardea_account_token_id(cardea_tx_random(tx), claims.jti);

	memcpy(claims.subject, row->id, sizeof(claims.subject));
	memcpy(claims.client, op->caller.claims.client, sizeof(claims.client));
	memcpy(claims.room, row->object, sizeof(claims.room));
	if (!err) {
		err = cardea_account_token_mint(op->base.domain->accounts, CARDEA_USE_LINK, &claims,
		                                &token);
	}
	op->result.link_token = cardea_tx_strdup(tx, token);
	g_free(token);
	return err;
}

int cardea_space_link_create(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const struct cardea_space_command *command = &op->command;
	int64_t now = cardea_tx_now_ms(tx);
	struct cardea_link_row row = {.display_name = command->name,
	                              .is_moderator = command->rank == CARDEA_RANK_MODERATOR,
	                              .is_permanent = command->is_permanent,
	                              .external_user_id = command->external_user_id,
	                              .email = command->email,
	                              .phone = command->phone,
	                              .external_meeting_id = command->external_meeting_id,
	                              .created_at = now,
	                              .expires_at = (now / 1000 + command->ttl_s) * 1000};
	int err = cardea_id_hex(cardea_tx_random(tx), row.id, LINK_BYTES);

	memcpy(row.tenant, op->caller.tenant.id, sizeof(row.tenant));
	memcpy(row.object, op->room.id, sizeof(row.object));
	memcpy(row.created_by, op->caller.account.id, sizeof(row.created_by));
	op->result.id = cardea_tx_strdup(tx, row.id);
	op->result.room.alias = op->room.alias;
	op->result.room.name = row.display_name;
	if (!err) {
		err = cardea_store_link_insert(tx, &row);
	}
	if (!err) {
		err = mint(tx, op, &row);
	}
	return err ? err
	           : cardea_space_record(tx, op, "link.created", row.id, op->room.id,
	                                 row.is_moderator ? "moderator" : "user");
}

static const char *state_of(const struct cardea_link_row *row, int64_t now_ms)
{
	return row->is_revoked                      ? "revoked"
	       : row->expires_at <= now_ms          ? "expired"
	       : row->seat[0] && !row->is_permanent ? "used"
	                                            : "fresh";
}

int cardea_space_link_list(struct cardea_tx *tx, struct cardea_space_op *op)
{
	const struct cardea_link_row *rows = NULL;
	struct cardea_link_view *views;
	size_t count = 0;
	int err = cardea_store_link_list(tx, op->caller.tenant.id, op->room.id, &rows, &count);

	views = cardea_tx_alloc(tx, count * sizeof(*views));
	for (size_t i = 0; i < count; i++) {
		views[i] = (struct cardea_link_view){.id = rows[i].id,
		                                     .name = rows[i].display_name,
		                                     .external_user_id = rows[i].external_user_id,
		                                     .state = state_of(&rows[i], cardea_tx_now_ms(tx)),
		                                     .is_moderator = rows[i].is_moderator,
		                                     .is_permanent = rows[i].is_permanent,
		                                     .expires_at = rows[i].expires_at};
	}
	op->result.links = views;
	op->result.count = count;
	return err;
}

int cardea_space_link_revoke(struct cardea_tx *tx, struct cardea_space_op *op)
{
	struct cardea_link_row row;
	int err = cardea_store_link_get(tx, op->caller.tenant.id, op->command.id, &row);

	CARDEA_REFUSE_IF(NOT_FOUND, !err && strcmp(row.object, op->room.id) != 0);
	if (err) {
		return err;
	}
	row.is_revoked = true;
	err = cardea_store_link_update(tx, &row);
	return err ? err : cardea_space_record(tx, op, "link.revoked", row.id, op->room.id, NULL);
}
