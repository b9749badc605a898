/* follow: a participant follows its meeting and takes part in it without media. */
#include "domain/follow.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/effects.h"
#include "domain/node_requests.h"
#include "domain/tokens.h"
#include "domain/views.h"
#include "store/events.h"
#include "store/sessions.h"

/* Decision P2: of all tokens only a participant's access token. */
static int authenticate(const struct cardea_domain *domain, struct cardea_tx *tx,
                        const struct cardea_presented *who, struct cardea_principal *principal,
                        struct cardea_room_row *room)
{
	struct cardea_tenant_row tenant;
	int err;

	CARDEA_REFUSE_IF(AUTH_TOKEN,
	                 !who->value || cardea_token_peek(who->value) != CARDEA_TOKEN_ACCESS);
	err = cardea_authenticate(domain, tx, who, principal, &tenant);
	CARDEA_REFUSE_IF(AUTH_TOKEN, !err && principal->kind != CARDEA_PRINCIPAL_SEAT);
	return err ? err : cardea_store_room_get(tx, principal->tenant, principal->room, room);
}

/* ---- following ---- */

struct follow_op {
	struct cardea_op base;
	struct cardea_presented who;
	cardea_following_h done;
	void *arg;
	/* result */
	struct cardea_principal principal;
	struct cardea_room_row room;
	struct cardea_following following;
};

static bool is_shown(const struct follow_op *op, const struct cardea_seat_row *seat)
{
	return !op->following.lists_hosts_only || op->principal.role == CARDEA_ROLE_HOST ||
	       seat->role == CARDEA_ROLE_HOST || strcmp(seat->id, op->principal.seat) == 0;
}

static int show_people(struct cardea_tx *tx, struct follow_op *op)
{
	const struct cardea_seat_row *seats = NULL;
	struct cardea_participant_view *views;
	size_t count = 0;
	int err = cardea_store_seat_list(tx, op->room.tenant, op->room.id, CARDEA_SEATS_VISIBLE_ACTIVE,
	                                 &seats, &count);

	views = cardea_tx_alloc(tx, count * sizeof(*views));
	op->following.participants = views;
	for (size_t i = 0; i < count && !err; i++) {
		if (seats[i].admission == CARDEA_SEAT_ADMITTED && is_shown(op, &seats[i])) {
			cardea_view_participant(&seats[i], &views[op->following.count++]);
		}
	}
	return err;
}

static int follow(struct cardea_tx *tx, void *arg)
{
	struct follow_op *op = arg;
	struct cardea_following *out = &op->following;
	struct cardea_session_row session;
	struct cardea_seat_row seat;
	int err = authenticate(op->base.domain, tx, &op->who, &op->principal, &op->room);

	if (!err) {
		err = cardea_store_seat_get(tx, op->room.tenant, op->principal.seat, &seat);
	}
	if (!err) {
		err = cardea_store_session_get(tx, op->room.tenant, op->room.session, &session);
	}
	if (err) {
		return err;
	}
	*out = (struct cardea_following){.tenant = op->room.tenant,
	                                 .room = op->room.id,
	                                 .seat = op->principal.seat,
	                                 .room_name = op->room.name ? op->room.name : "",
	                                 .role = op->principal.role,
	                                 .first_event = seat.admitted_by_event,
	                                 .lists_hosts_only = session.policy.lists_hosts_only};
	err = cardea_store_event_last(tx, op->room.tenant, op->room.id, &out->last_event);
	return err ? err : show_people(tx, op);
}

static void answer_follow(int err, void *arg)
{
	struct follow_op *op = arg;

	op->done(err, err ? NULL : &op->following, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_follow(struct cardea_domain *domain, const struct cardea_presented *who,
                         cardea_following_h done, void *arg)
{
	struct follow_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, follow, answer_follow);
}

/* ---- taking part ---- */

struct signal_op {
	struct cardea_op base;
	struct cardea_presented who;
	enum cardea_signal_type type;
	const char *text;
	void (*done)(int err, void *arg);
	void *arg;
	struct cardea_effects effects; /* result */
};

static int take_signal(struct cardea_tx *tx, void *arg)
{
	struct signal_op *op = arg;
	struct cardea_principal principal;
	struct cardea_room_row room;
	struct cardea_node_event event = {.text = op->text, .is_raised = true};
	int err = authenticate(op->base.domain, tx, &op->who, &principal, &room);

	cardea_effects_begin(&op->effects, tx);
	event.seat = principal.seat;
	switch (op->type) {
	case CARDEA_SIGNAL_CHAT:
	case CARDEA_SIGNAL_REACTION:
		event.type = CARDEA_NODE_MESSAGE;
		event.kind = op->type == CARDEA_SIGNAL_CHAT ? "chat" : "reaction";
		break;
	case CARDEA_SIGNAL_RAISE_HAND:
	case CARDEA_SIGNAL_LOWER_HAND:
	default:
		event.type = CARDEA_NODE_HAND;
		event.is_raised = op->type == CARDEA_SIGNAL_RAISE_HAND;
	}
	return err ? err : cardea_node_request_take(tx, &room, &event, &op->effects);
}

static void answer_signal(int err, void *arg)
{
	struct signal_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_signal(struct cardea_domain *domain, const struct cardea_presented *who,
                         enum cardea_signal_type type, const char *text,
                         void (*done)(int err, void *arg), void *arg)
{
	struct signal_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->type = type;
	op->text = cardea_op_strdup(&op->base, text);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, take_signal, answer_signal);
}
