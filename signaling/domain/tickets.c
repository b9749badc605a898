/* tickets: what the holder of a ticket may know while it waits (spec/native 1 and 5). */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/entrance.h"
#include "domain/resume.h"
#include "store/events.h"

struct ticket_op {
	struct cardea_op base;
	const char *ticket;
	cardea_ticket_h done;
	void *arg;
	struct cardea_ticket_state state;
};

bool cardea_domain_is_ticket(const char *credential)
{
	return g_str_has_prefix(credential, cardea_ticket_prefix);
}

static int read_ticket(struct cardea_tx *tx, void *arg)
{
	struct ticket_op *op = arg;
	const struct cardea_enter command = {.credential = op->ticket};
	struct cardea_ticket_state *state = &op->state;
	struct cardea_entrance at;
	int err = cardea_entrance_find(op->base.domain, tx, &command, &at);

	CARDEA_REFUSE_IF(SESSION_OVER, !err && at.session.ended_at != 0);
	CARDEA_REFUSE_IF(DENIED, !err && at.seat.is_removed);
	if (err) {
		return err;
	}
	memcpy(state->tenant, at.seat.tenant, sizeof(state->tenant));
	memcpy(state->room, at.seat.room, sizeof(state->room));
	memcpy(state->session, at.seat.session, sizeof(state->session));
	memcpy(state->seat, at.seat.id, sizeof(state->seat));
	state->is_admitted = at.seat.admission == CARDEA_SEAT_ADMITTED;
	return cardea_store_event_last(tx, state->tenant, state->room, &state->last_event);
}

static void answer_ticket(int err, void *arg)
{
	struct ticket_op *op = arg;

	op->done(err, err ? NULL : &op->state, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_ticket_read(struct cardea_domain *domain, const char *ticket,
                              cardea_ticket_h done, void *arg)
{
	struct ticket_op *op;

	if (!cardea_domain_is_ticket(ticket)) {
		return CARDEA_E_UNAUTHENTICATED;
	}
	op = cardea_op_new(domain, sizeof(*op));
	op->ticket = cardea_op_strdup(&op->base, ticket);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, read_ticket, answer_ticket);
}
