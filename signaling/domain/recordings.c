/* recordings: who may ask for recordings. */
#include "domain/recordings.h"

#include "cardea_error.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/grants.h"
#include "domain/room_life.h"

struct check_op {
	struct cardea_op base;
	struct cardea_presented who;
	struct cardea_recording_call what;
	void (*done)(int err, void *arg);
	void *arg;
};

static int check(struct cardea_tx *tx, void *arg)
{
	struct check_op *op = arg;
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &tenant);

	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_ROOM_CHANGE);
	}
	if (!err && op->what.recording) {
		return cardea_id_is_uuid(op->what.recording) ? CARDEA_E_RECORDING_UNKNOWN
		                                             : CARDEA_E_RECORDING_ID_INVALID;
	}
	if (err || !op->what.room) {
		return err;
	}
	err = cardea_grant_room(&principal, op->what.room);
	return err ? err : cardea_room_find(tx, tenant.id, op->what.room, &room);
}

static void answer(int err, void *arg)
{
	struct check_op *op = arg;

	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_recording_check(struct cardea_domain *domain, const struct cardea_presented *who,
                                  const struct cardea_recording_call *what,
                                  void (*done)(int err, void *arg), void *arg)
{
	struct check_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->what.room = cardea_op_strdup(&op->base, what->room);
	op->what.recording = cardea_op_strdup(&op->base, what->recording);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, check, answer);
}
