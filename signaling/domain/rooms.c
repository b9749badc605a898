/* rooms: the room calls of the participants dialect (spec/participants 7). */
#include "domain/domain_private.h"

#include "cardea_error.h"
#include "domain/credentials.h"
#include "domain/grants.h"
#include "domain/room_life.h"
#include "domain/views.h"

struct room_op {
	struct cardea_op base;
	struct cardea_presented who;
	const char *room_id; /* of a get */
	struct cardea_room_spec spec;
	cardea_room_done_h done;
	void *arg;
	/* result */
	struct cardea_room_row room;
	int64_t participants;
};

static int create(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	struct cardea_domain *domain = op->base.domain;
	struct cardea_principal principal;
	struct cardea_session_row session;
	struct cardea_tenant_row tenant;
	int err = cardea_authenticate(domain, tx, &op->who, &principal, &tenant);

	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_ROOM_CREATE);
	}
	op->participants = 0;
	op->spec.session = cardea_session_spec_of(&tenant);
	return err ? err
	           : cardea_room_make(tx, domain->options.keys.seal, &tenant, &op->spec, &op->room,
	                              &session);
}

static int get(struct cardea_tx *tx, void *arg)
{
	struct room_op *op = arg;
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &tenant);

	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_ROOM_READ);
	}
	if (!err && !cardea_id_is_uuid(op->room_id)) {
		err = CARDEA_E_ROOM_ID_INVALID;
	}
	if (!err) {
		err = cardea_grant_room(&principal, op->room_id);
	}
	if (!err) {
		err = cardea_room_find(tx, tenant.id, op->room_id, &op->room);
	}
	return err ? err : cardea_store_seat_count(tx, tenant.id, op->room.id, &op->participants);
}

static void answer(int err, void *arg)
{
	struct room_op *op = arg;
	struct cardea_room_view view;

	if (err) {
		op->done(err, NULL, op->arg);
	} else {
		cardea_view_room(&op->room, op->participants, &view);
		op->done(0, &view, op->arg);
	}
	cardea_op_free(&op->base);
}

static struct room_op *new_op(struct cardea_domain *domain, const struct cardea_presented *who,
                              cardea_room_done_h done, void *arg)
{
	struct room_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->done = done;
	op->arg = arg;
	return op;
}

int cardea_domain_room_create(struct cardea_domain *domain, const struct cardea_presented *who,
                              const struct cardea_room_create *command, cardea_room_done_h done,
                              void *arg)
{
	struct room_op *op = new_op(domain, who, done, arg);

	op->spec.name = cardea_op_strdup(&op->base, command->name);
	op->spec.config = command->config;
	op->spec.config.extra = cardea_op_strdup(&op->base, command->config.extra);
	return cardea_op_run(&op->base, create, answer);
}

int cardea_domain_room_get(struct cardea_domain *domain, const struct cardea_presented *who,
                           const char *room_id, cardea_room_done_h done, void *arg)
{
	struct room_op *op = new_op(domain, who, done, arg);

	op->room_id = cardea_op_strdup(&op->base, room_id);
	return cardea_op_run(&op->base, get, answer);
}
