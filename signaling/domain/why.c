/* why: why somebody is in a meeting or not. */
#include "domain/why.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_refusal.h"
#include "domain/arrival.h"
#include "domain/blocks.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/entering.h"
#include "domain/event_codec.h"
#include "domain/grants.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/space_entry.h"
#include "store/events.h"

/* ---- a seat ---- */

/* How much of a log is read, at most: commands must not wait for a long one. */
#define LOG_EVENTS  20000
#define SEAT_EVENTS 200

#define NOT_TOLD  "the media node does not tell"
#define PUBLISHED "published; the media node does not tell of packets"

struct seat_op {
	struct cardea_op base;
	struct cardea_presented who;
	const char *room, *participant;
	cardea_why_seat_h done;
	void *arg;
	struct cardea_why_seat result;
};

/* What an event says about a phase. */
static const struct {
	const char *type;
	enum cardea_why_phase phase;
	int ok;
} meanings[] = {
        {CARDEA_EVENT_PARTICIPANT_ADDED, CARDEA_WHY_ADMIT, 1},
        {CARDEA_EVENT_PARTICIPANT_ADMITTED, CARDEA_WHY_ADMIT, 1},
        {CARDEA_EVENT_PARTICIPANT_WAITING, CARDEA_WHY_ADMIT, -1},
        {CARDEA_EVENT_PARTICIPANT_DENIED, CARDEA_WHY_ADMIT, 0},
        {CARDEA_EVENT_PARTICIPANT_REMOVED, CARDEA_WHY_ADMIT, 0},
        {CARDEA_EVENT_PARTICIPANT_ENTERED, CARDEA_WHY_TOKEN, 1},
        {CARDEA_EVENT_PARTICIPANT_RETURNED, CARDEA_WHY_TOKEN, 1},
        {CARDEA_EVENT_PARTICIPANT_ONLINE, CARDEA_WHY_SIGNAL, 1},
        {CARDEA_EVENT_PARTICIPANT_OFFLINE, CARDEA_WHY_SIGNAL, 0},
};

/* A phase begins anew, and so does all that follows it. */
static void forget_from(struct cardea_why_seat *result, int phase)
{
	for (; phase < CARDEA_WHY_PHASES; phase++) {
		result->steps[phase] = (struct cardea_why_step){.took_ms = -1, .ok = -1};
	}
}

static void take_meaning(struct cardea_why_seat *result, size_t i, int64_t at,
                         const struct cardea_event_data *data)
{
	struct cardea_why_step *step = &result->steps[meanings[i].phase];

	/* Whoever only takes a place again got no token by that. */
	if (meanings[i].phase == CARDEA_WHY_TOKEN && !data->node) {
		return;
	}
	if (meanings[i].ok != 0) {
		forget_from(result, meanings[i].phase);
	}
	step->at_ms = at;
	step->ok = meanings[i].ok;
	step->detail = meanings[i].phase == CARDEA_WHY_TOKEN ? data->node : data->reason;
}

static int take_event(struct cardea_tx *tx, struct cardea_why_seat *result, const char *seat,
                      const struct cardea_event_row *row)
{
	struct cardea_event_data data;
	int err = cardea_event_decode(tx, row->data, &data);

	/* Others name it too: as who did something. */
	if (err || g_strcmp0(data.participant, seat) != 0) {
		return err;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
		if (strcmp(row->type, meanings[i].type) == 0) {
			take_meaning(result, i, row->at, &data);
		}
	}
	if (strcmp(row->type, CARDEA_EVENT_PARTICIPANT_SOURCE) == 0) {
		result->steps[CARDEA_WHY_FIRST_PACKET].detail =
		        g_strcmp0(data.state, "active") == 0 ? PUBLISHED : NULL;
	}
	return 0;
}

static int read_events(struct cardea_tx *tx, struct cardea_why_seat *result,
                       const struct cardea_seat_row *seat)
{
	const struct cardea_event_row *rows = NULL;
	int64_t last = 0;
	size_t count = 0;
	int err = cardea_store_event_last(tx, seat->tenant, seat->room, &last);

	if (!err) {
		err = cardea_store_event_list_about(tx, seat->tenant, seat->room,
		                                    MAX(seat->ordinal - 1, last - LOG_EVENTS), SEAT_EVENTS,
		                                    seat->id, &rows, &count);
	}
	while (count > 0 && !err) {
		err = take_event(tx, result, seat->id, &rows[--count]);
	}
	return err;
}

/* What rows know better than events, and what nobody knows. */
static void complete(struct cardea_why_seat *result, const struct cardea_seat_row *seat)
{
	struct cardea_why_step *steps = result->steps;
	int64_t before = 0;

	steps[CARDEA_WHY_CREDENTIAL].at_ms = seat->created_at;
	steps[CARDEA_WHY_CREDENTIAL].ok = 1;
	if (seat->admission == CARDEA_SEAT_EXPECTED) {
		forget_from(result, CARDEA_WHY_ADMIT);
	}
	if (steps[CARDEA_WHY_SIGNAL].at_ms) {
		steps[CARDEA_WHY_ICE].detail = NOT_TOLD;
		steps[CARDEA_WHY_DTLS].detail = NOT_TOLD;
	}
	for (int i = 0; i < CARDEA_WHY_PHASES; i++) {
		if (steps[i].at_ms && before && steps[i].at_ms >= before) {
			steps[i].took_ms = steps[i].at_ms - before;
		}
		before = steps[i].at_ms ? steps[i].at_ms : before;
	}
}

static const char *verdict_of_presence(const struct cardea_why_seat *result,
                                       const struct cardea_seat_row *seat, int64_t now)
{
	int64_t token_at = result->steps[CARDEA_WHY_TOKEN].at_ms;

	if (seat->is_online) {
		return "online";
	}
	if (result->steps[CARDEA_WHY_SIGNAL].at_ms) {
		return seat->left_at ? "left" : "offline";
	}
	if (!token_at) {
		return "not_entered";
	}
	return now < token_at + CARDEA_SEAT_ENTER_MS ? "entering" : "not_connected";
}

/* In the order of cardea_admit. */
static int find_verdict(struct cardea_tx *tx, struct cardea_why_seat *result,
                        const struct cardea_room_row *room, const struct cardea_seat_row *seat)
{
	const struct cardea_block_person person = cardea_block_person_of(seat);
	bool is_over = strcmp(seat->session, room->session) != 0, is_blocked = false;
	int err = is_over ? 0 : cardea_block_find(tx, room, &person, &is_blocked);

	if (is_over) {
		result->verdict = "meeting_over";
	} else if (is_blocked) {
		result->verdict = "blocked";
	} else if (seat->admission == CARDEA_SEAT_DENIED) {
		result->verdict = "denied";
	} else if (seat->is_removed) {
		result->verdict = "removed";
	} else if (seat->admission != CARDEA_SEAT_ADMITTED) {
		result->verdict = "waiting";
	} else {
		result->verdict = verdict_of_presence(result, seat, cardea_tx_now_ms(tx));
	}
	return err;
}

static int find_seat(struct cardea_tx *tx, const struct seat_op *op, struct cardea_room_row *room,
                     struct cardea_seat_row *seat)
{
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	int err = cardea_authenticate_native(op->base.domain, tx, &op->who, &principal, &tenant);

	if (!err) {
		err = cardea_grant_room(&principal, op->room);
	}
	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_EVENTS_READ);
	}
	if (!err) {
		err = cardea_room_find(tx, tenant.id, op->room, room);
	}
	if (!err) {
		err = cardea_store_seat_get(tx, tenant.id, op->participant, seat);
		CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN, err == CARDEA_E_NOT_FOUND);
	}
	return err ? err : cardea_grant_seat(&principal, room, seat);
}

static int explain_seat(struct cardea_tx *tx, void *arg)
{
	struct seat_op *op = arg;
	struct cardea_room_row room;
	struct cardea_seat_row seat;
	int err;

	cardea_tx_only_look(tx);
	forget_from(&op->result, CARDEA_WHY_CREDENTIAL);
	err = find_seat(tx, op, &room, &seat);
	if (!err) {
		err = read_events(tx, &op->result, &seat);
	}
	if (err) {
		return err;
	}
	complete(&op->result, &seat);
	return find_verdict(tx, &op->result, &room, &seat);
}

static void answer_seat(int err, void *arg)
{
	struct seat_op *op = arg;

	op->done(err, err ? NULL : &op->result, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_why_seat(struct cardea_domain *domain, const struct cardea_presented *who,
                           const char *room, const char *participant, cardea_why_seat_h done,
                           void *arg)
{
	struct seat_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->room = cardea_op_strdup(&op->base, room);
	op->participant = cardea_op_strdup(&op->base, participant);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, explain_seat, answer_seat);
}

/* ---- a credential ---- */

struct credential_op {
	struct cardea_op base;
	struct cardea_presented who;
	struct cardea_enter command;
	struct cardea_node_life offered;
	cardea_why_credential_h done;
	void *arg;
	struct cardea_why_credential result;
};

/* Somebody else's answers like nobody's, but for what its form says already (spec/model I11). */
static int hide_foreign(const char *credential, const char *owner, const char *tenant, int err)
{
	bool is_by_form = !owner[0] &&
	                  (err == CARDEA_E_CREDENTIAL_MALFORMED || err == CARDEA_E_CREDENTIAL_PURPOSE);

	if (is_by_form || strcmp(owner, tenant) == 0) {
		return err;
	}
	return cardea_space_is_alias(credential) ? CARDEA_E_ROOM_UNKNOWN : CARDEA_E_UNAUTHENTICATED;
}

/* What the gateway cannot do now is no answer about the credential; a missing node is. */
static bool is_trouble(int err)
{
	return err && cardea_error_http(err) >= 500 && err != CARDEA_E_NO_NODE;
}

static int decide(struct cardea_tx *tx, struct credential_op *op, const char *tenant)
{
	struct cardea_entrance at;
	bool must_wait = false;
	int err = cardea_entering_decide(op->base.domain, tx, &op->command, &at, &must_wait);

	if (!err && !at.is_early && !must_wait) {
		err = cardea_arrival_place(tx, &op->offered, &at.room);
	}
	if (is_trouble(err)) {
		return err;
	}
	op->result.refusal = hide_foreign(op->command.credential, at.tenant.id, tenant, err);
	op->result.is_waiting = !op->result.refusal && (must_wait || at.is_early);
	op->result.waits_for_host = op->result.is_waiting && (at.is_early || !at.session.begun_at);
	return 0;
}

static int explain_credential(struct cardea_tx *tx, void *arg)
{
	struct credential_op *op = arg;
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	int err;

	/* Finding out may begin a meeting, make a seat and use a token up. */
	cardea_tx_only_look(tx);
	memset(&op->result, 0, sizeof(op->result));
	err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &tenant);
	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_EXPLAIN);
	}
	return err ? err : decide(tx, op, tenant.id);
}

static void answer_credential(int err, void *arg)
{
	struct credential_op *op = arg;

	op->done(err, err ? NULL : &op->result, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_why_credential(struct cardea_domain *domain, const struct cardea_presented *who,
                                 const char *credential, const char *name,
                                 cardea_why_credential_h done, void *arg)
{
	struct credential_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->command.credential = cardea_op_strdup(&op->base, credential);
	op->command.name = cardea_op_strdup(&op->base, name);
	op->done = done;
	op->arg = arg;
	cardea_arrival_offer(domain, &op->offered);
	return cardea_op_run(&op->base, explain_credential, answer_credential);
}
