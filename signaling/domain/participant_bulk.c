/* participant_bulk: many participants at once (spec/participants 5.5). */
#include "domain/participants.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/media_port.h"
#include "domain/seating.h"
#include "domain/tokens.h"

struct item {
	struct cardea_participant_add who;
	/* result */
	int err;
	struct cardea_seat_row seat;
	bool must_revoke;
	struct cardea_revocation revocation;
	struct cardea_token_set tokens;
};

struct bulk_op {
	struct cardea_op base;
	struct cardea_presented who;
	const char *room;
	struct item *items;
	size_t count;
	cardea_bulk_h done;
	void *arg;
};

/* What is about one item, and nothing was written for it; anything else ends the whole call. */
static bool is_of_item(int err)
{
	switch (err) {
	case CARDEA_E_DISPLAY_NAME_REQUIRED:
	case CARDEA_E_ROLE_INVALID:
	case CARDEA_E_INVALID:
	case CARDEA_E_CAPACITY:
	case CARDEA_E_ROOM_INACTIVE:
	case CARDEA_E_ROOM_LOCKED:
	case CARDEA_E_ALREADY_IN_ROOM:
	case CARDEA_E_CONCURRENT_ROOMS:
	case CARDEA_E_FORBIDDEN:
	case CARDEA_E_BLOCKED:
	case CARDEA_E_DENIED:
	case CARDEA_E_REMOVED:
		return true;
	default:
		return false;
	}
}

static int add_one(struct cardea_tx *tx, struct cardea_seating *seating, struct item *item)
{
	int err = cardea_seating_add(tx, seating, &item->who);

	item->err = err;
	item->seat = seating->seat;
	item->must_revoke = !err && seating->must_revoke;
	item->revocation = seating->revocation;
	return is_of_item(err) ? 0 : err;
}

static int add_all(struct cardea_tx *tx, void *arg)
{
	struct bulk_op *op = arg;
	struct cardea_seating seating = {.domain = op->base.domain};
	int err =
	        cardea_authenticate(op->base.domain, tx, &op->who, &seating.principal, &seating.tenant);

	if (!err) {
		err = cardea_grant_act(&seating.principal, CARDEA_ACT_PARTICIPANT_BULK);
	}
	if (!err) {
		err = cardea_seating_room(tx, &seating, op->room, false);
	}
	for (size_t i = 0; i < op->count && !err; i++) {
		err = add_one(tx, &seating, &op->items[i]);
	}
	return err;
}

static int sign_all(struct bulk_op *op, struct cardea_bulk_result *results)
{
	for (size_t i = 0; i < op->count; i++) {
		struct item *item = &op->items[i];
		int err = item->err ? 0
		                    : cardea_token_set_mint(op->base.domain, &item->seat, false,
		                                            &item->tokens);

		if (err) {
			return err;
		}
		results[i].err = item->err;
		if (!item->err) {
			results[i].id = item->seat.id;
			results[i].access = item->tokens.access;
			results[i].auth = item->tokens.auth;
		}
	}
	return 0;
}

static void answer(int err, void *arg)
{
	struct bulk_op *op = arg;
	struct cardea_bulk_result *results = g_new0(struct cardea_bulk_result, op->count);

	for (size_t i = 0; i < op->count && !err; i++) {
		if (op->items[i].must_revoke) {
			cardea_media_revoke(op->base.domain, &op->items[i].revocation);
		}
	}
	if (!err) {
		err = sign_all(op, results);
	}
	op->done(err, err ? NULL : results, err ? 0 : op->count, op->arg);
	for (size_t i = 0; i < op->count; i++) {
		cardea_token_set_clear(&op->items[i].tokens);
	}
	g_free(results);
	g_free(op->items);
	cardea_op_free(&op->base);
}

int cardea_domain_participant_bulk(struct cardea_domain *domain, const struct cardea_presented *who,
                                   const char *room, const struct cardea_participant_add *list,
                                   size_t count, cardea_bulk_h done, void *arg)
{
	struct bulk_op *op = cardea_op_new(domain, sizeof(*op));
	struct item *items = g_new0(struct item, count);
	int err;

	op->who = cardea_op_presented(&op->base, who);
	op->room = cardea_op_strdup(&op->base, room);
	op->items = items;
	op->count = count;
	for (size_t i = 0; i < count; i++) {
		items[i].who = list[i];
		items[i].who.display_name = cardea_op_strdup(&op->base, list[i].display_name);
		items[i].who.external_user_id = cardea_op_strdup(&op->base, list[i].external_user_id);
		items[i].who.metadata = cardea_op_strdup(&op->base, list[i].metadata);
	}
	op->done = done;
	op->arg = arg;
	err = cardea_op_run(&op->base, add_all, answer);
	if (err) {
		g_free(items);
	}
	return err;
}
