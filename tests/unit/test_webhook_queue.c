/*
 * webhook_queue: the webhooks of API keys, and that what they are owed is the event log: in the
 * same transaction, in its order, of the own tenant, without those who are hidden or wait.
 */
#include "unit.h"

#include "../support/domain_fixture.h"
#include "cardea_error.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/webhooks.h"
#include "store/events.h"

#define URL          "https://example.com/hook"
#define OTHER_URL    "https://example.com/other"
#define ROOMS        CARDEA_WEBHOOK_ROOM_UPDATE
#define PARTICIPANTS CARDEA_WEBHOOK_PARTICIPANT_UPDATE

/* ---- calls, with a copy of what they answer ---- */

struct answer {
	struct fixture *fixture;
	int err;
	bool is_none;
	/* a webhook */
	char id[CARDEA_OBJECT_ID_SIZE], url[64];
	unsigned types;
	int64_t last_request_at;
	int last_response_code;
	/* a message; `text` says what a receiver learns of it */
	char text[128], room_id[CARDEA_UUID_SIZE], key[64];
	int64_t seq, at_ms;
	/* a meeting; ids */
	char room[CARDEA_UUID_SIZE], seat[CARDEA_UUID_SIZE], guest_token[32];
	size_t count; /* of a list */
};

static void finish(struct answer *out, int err)
{
	out->err = err;
	if (--out->fixture->pending == 0) {
		cardea_loop_stop(out->fixture->loop);
	}
}

static void wait_for(struct fixture *f, int err)
{
	assert_int_equal(err, 0);
	f->pending++;
	fixture_wait(f);
}

static void take_webhook(int err, const struct cardea_webhook *webhook, void *arg)
{
	struct answer *out = arg;

	out->is_none = !webhook;
	if (webhook) {
		g_strlcpy(out->id, webhook->id, sizeof(out->id));
		g_strlcpy(out->url, webhook->url, sizeof(out->url));
		out->types = webhook->types;
		out->last_request_at = webhook->last_request_at;
		out->last_response_code = webhook->last_response_code;
	}
	finish(out, err);
}

static struct answer set(struct fixture *f, const char *key, const char *url, unsigned types)
{
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_webhook_set(f->domain, key, url, types, take_webhook, &out));
	return out;
}

static struct answer get(struct fixture *f, const char *key)
{
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_webhook_get(f->domain, key, take_webhook, &out));
	return out;
}

static void take_done(int err, void *arg)
{
	finish(arg, err);
}

static int drop(struct fixture *f, const char *key, const char *id)
{
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_webhook_delete(f->domain, key, id, take_done, &out));
	return out.err;
}

static void take_message(int err, const struct cardea_webhook_message *message, void *arg)
{
	struct answer *out = arg;

	out->is_none = !message;
	if (message) {
		out->seq = message->seq;
		out->at_ms = message->at_ms;
		g_strlcpy(out->room_id, message->room_id, sizeof(out->room_id));
		g_strlcpy(out->key, message->key, sizeof(out->key));
		g_strlcpy(out->url, message->url, sizeof(out->url));
		if (message->user) {
			assert_int_equal(message->type, PARTICIPANTS);
			g_snprintf(out->text, sizeof(out->text), "%s %s %s", message->room.id,
			           message->user->id, message->is_online ? "joins" : "leaves");
		} else {
			assert_int_equal(message->type, ROOMS);
			g_snprintf(out->text, sizeof(out->text), "%s%s%s", message->room.id,
			           message->room.is_running ? " runs" : "",
			           message->room.is_shut_down ? " ended" : "");
		}
	}
	finish(out, err);
}

static struct answer next(struct fixture *f, const char *webhook)
{
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_webhook_next(f->domain, webhook, take_message, &out));
	assert_int_equal(out.err, 0);
	return out;
}

static void report(struct fixture *f, const char *webhook, const struct cardea_webhook_told *told)
{
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_webhook_report(f->domain, webhook, told, take_done, &out));
	assert_int_equal(out.err, 0);
}

static void settle(struct fixture *f, const char *webhook, const struct answer *message)
{
	const struct cardea_webhook_told told = {.room_id = message->room_id,
	                                         .seq = message->seq,
	                                         .is_settled = true,
	                                         .sent_ms = message->at_ms + 5,
	                                         .status = 200};

	report(f, webhook, &told);
}

static void expect_next(struct fixture *f, const char *webhook, const char *text)
{
	struct answer message = next(f, webhook);

	assert_false(message.is_none);
	assert_string_equal(message.text, text);
	settle(f, webhook, &message);
}

static void expect_nothing(struct fixture *f, const char *webhook)
{
	assert_true(next(f, webhook).is_none);
}

static void take_ids(int err, const char *const *ids, size_t count, void *arg)
{
	struct answer *out = arg;

	out->count = count;
	if (count) {
		g_strlcpy(out->id, ids[0], sizeof(out->id));
	}
	finish(out, err);
}

static struct answer owed(struct fixture *f)
{
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_webhooks_owed(f->domain, take_ids, &out));
	return out;
}

static void take_meeting(int err, const struct cardea_meeting *meeting, void *arg)
{
	struct answer *out = arg;

	if (meeting) {
		g_strlcpy(out->room, meeting->room_id, sizeof(out->room));
		g_strlcpy(out->seat, meeting->seat, sizeof(out->seat));
		g_strlcpy(out->guest_token, meeting->room.guest_token, sizeof(out->guest_token));
	}
	finish(out, err);
}

static struct answer start(struct fixture *f, const char *key, const char *room, const char *user)
{
	const struct cardea_meeting_start command = {.api_key = key,
	                                             .room = room,
	                                             .user = {.id = user, .name = user},
	                                             .has_guest_token = true,
	                                             .kick_available = true,
	                                             .lock_available = true};
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_meeting_start(f->domain, &command, take_meeting, &out));
	assert_int_equal(out.err, 0);
	return out;
}

static struct answer guest(struct fixture *f, const char *guest_token, const char *user)
{
	const struct cardea_meeting_person person = {.id = user, .name = user};
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_meeting_guest(f->domain, guest_token, &person, take_meeting, &out));
	assert_int_equal(out.err, 0);
	return out;
}

static void end(struct fixture *f, const char *key, const char *room)
{
	const struct cardea_meeting_caller who = {.id = room, .api_key = key};
	struct answer out = {.fixture = f};

	wait_for(f, cardea_domain_meeting_end(f->domain, &who, take_done, &out));
	assert_int_equal(out.err, 0);
}

/* ---- straight to the store ---- */

struct change {
	struct fixture *f;
	const char *id;
	int (*act)(struct cardea_tx *tx, struct cardea_seat_row *seat);
	int verdict; /* of the command, after it has done its work */
};

static int change_seat(struct cardea_tx *tx, void *arg)
{
	struct change *change = arg;
	struct cardea_seat_row seat;
	int err = cardea_store_seat_get(tx, change->f->tenant, change->id, &seat);

	if (!err) {
		err = change->act(tx, &seat);
	}
	return err ? err : change->verdict;
}

static int act_online(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	return cardea_seat_online(tx, seat, "c1");
}

static int act_offline(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	return cardea_seat_offline(tx, seat, "left");
}

static int act_admit(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	return cardea_seat_admit(tx, seat, NULL);
}

static int act_put_back(struct cardea_tx *tx, struct cardea_seat_row *seat)
{
	return cardea_seat_put_back(tx, seat, NULL);
}

static void act_on(struct fixture *f, const char *seat,
                   int (*act)(struct cardea_tx *tx, struct cardea_seat_row *seat))
{
	struct change change = {.f = f, .id = seat, .act = act};

	assert_int_equal(cardea_store_run_sync(f->store, change_seat, &change), 0);
}

static int hidden_comes_and_goes(struct cardea_tx *tx, void *arg)
{
	struct change *change = arg;
	const struct cardea_seat_spec spec = {.display_name = "Hidden", .is_hidden = true};
	struct cardea_room_row room;
	struct cardea_seat_row seat;
	int err = cardea_store_room_get(tx, change->f->tenant, change->id, &room);

	err |= cardea_seat_add(tx, &room, &spec, &seat);
	err |= cardea_seat_online(tx, &seat, "c1");
	return err | cardea_seat_offline(tx, &seat, "left");
}

/* ---- the webhook of an API key ---- */

static void one_per_key(void **state)
{
	struct fixture *f = *state;
	struct answer first, same, other;

	assert_true(get(f, f->api_key).is_none);
	first = set(f, f->api_key, URL, ROOMS);
	assert_int_equal(first.err, 0);
	assert_true(cardea_id_is_alnum(first.id, CARDEA_OBJECT_ID_SIZE - 1));
	same = get(f, f->api_key);
	assert_string_equal(same.id, first.id);
	assert_string_equal(same.url, URL);
	assert_int_equal(same.types, ROOMS);
	assert_int_equal(same.last_request_at, 0);
	assert_int_equal(same.last_response_code, 0);
	other = set(f, f->api_key, OTHER_URL, PARTICIPANTS);
	assert_string_not_equal(other.id, first.id);
	assert_string_equal(get(f, f->api_key).url, OTHER_URL);
	assert_int_equal(drop(f, f->api_key, first.id), CARDEA_E_NOT_FOUND);
	assert_int_equal(drop(f, f->api_key, other.id), 0);
	assert_int_equal(drop(f, f->api_key, other.id), CARDEA_E_NOT_FOUND);
	assert_true(get(f, f->api_key).is_none);
}

static void wrong_keys(void **state)
{
	static const char unknown[] = "ck_live_0123456789012345678901234567890";
	struct fixture *f = *state;
	struct cardea_tenant_row tenant;
	struct answer mine = set(f, f->api_key, URL, ROOMS);

	assert_int_equal(set(f, NULL, URL, ROOMS).err, CARDEA_E_API_KEY_MISSING);
	assert_int_equal(set(f, "x", URL, ROOMS).err, CARDEA_E_API_KEY_FORMAT);
	assert_int_equal(get(f, unknown).err, CARDEA_E_API_KEY_UNKNOWN);
	assert_int_equal(drop(f, unknown, mine.id), CARDEA_E_API_KEY_UNKNOWN);
	fixture_get_tenant(f, &tenant);
	tenant.is_active = false;
	fixture_set_tenant(f, &tenant);
	assert_int_equal(get(f, f->api_key).err, CARDEA_E_TENANT_INACTIVE);
}

static void foreign_tenants(void **state)
{
	struct fixture *f = *state;
	struct answer mine, theirs;
	char key[64];

	fixture_second_tenant(f, key);
	mine = set(f, f->api_key, URL, ROOMS);
	assert_true(get(f, key).is_none);
	assert_int_equal(drop(f, key, mine.id), CARDEA_E_NOT_FOUND);
	theirs = set(f, key, URL, ROOMS);
	assert_string_not_equal(theirs.id, mine.id);
	start(f, f->api_key, "talk", "ann");
	start(f, key, "other talk", "bob");
	assert_string_equal(next(f, mine.id).key, f->api_key);
	expect_next(f, mine.id, "talk runs");
	expect_nothing(f, mine.id);
	assert_string_equal(next(f, theirs.id).key, key);
	expect_next(f, theirs.id, "other talk runs");
	expect_nothing(f, theirs.id);
}

/* ---- what is owed ---- */

static void order_of_the_log(void **state)
{
	struct fixture *f = *state;
	struct answer hook = set(f, f->api_key, URL, ROOMS | PARTICIPANTS);
	struct answer ann = start(f, f->api_key, "one", "ann");
	struct answer bob = start(f, f->api_key, "two", "bob");
	struct answer message;
	int64_t seq = 0;

	act_on(f, ann.seat, act_online);
	act_on(f, bob.seat, act_online);
	act_on(f, ann.seat, act_offline);
	start(f, f->api_key, "one", "cy"); /* registered, not there: nobody is told */
	end(f, f->api_key, "two");
	start(f, f->api_key, "two", "bob");
	message = next(f, hook.id);
	assert_string_equal(message.room_id, ann.room);
	assert_string_equal(message.url, URL);
	assert_int_equal(message.seq, 1);
	expect_next(f, hook.id, "one runs");
	expect_next(f, hook.id, "two runs");
	expect_next(f, hook.id, "one ann joins");
	expect_next(f, hook.id, "two bob joins");
	expect_next(f, hook.id, "one ann leaves");
	for (int i = 0; i < 2; i++) { /* the end of a room sends everybody away */
		message = next(f, hook.id);
		assert_string_equal(message.room_id, bob.room);
		assert_true(message.seq > seq);
		seq = message.seq;
		expect_next(f, hook.id, i == 0 ? "two bob leaves" : "two ended");
	}
	expect_next(f, hook.id, "two runs");
	expect_nothing(f, hook.id);
}

static void only_what_was_asked_for(void **state)
{
	struct fixture *f = *state;
	struct answer hook = set(f, f->api_key, URL, PARTICIPANTS), ann, waiting;
	struct change change = {.f = f};

	ann = start(f, f->api_key, "talk", "ann");
	waiting = guest(f, ann.guest_token, "gus");
	change.id = ann.room;
	assert_int_equal(cardea_store_run_sync(f->store, hidden_comes_and_goes, &change), 0);
	assert_int_equal(fixture_count_events(f, ann.room, "participant.online"), 1);
	assert_int_equal(fixture_count_events(f, ann.room, "participant.waiting"), 1);
	expect_nothing(f, hook.id);
	assert_int_equal(owed(f).count, 0);
	act_on(f, waiting.seat, act_admit);
	expect_nothing(f, hook.id);
	act_on(f, waiting.seat, act_online);
	expect_next(f, hook.id, "talk gus joins");
	/* Who was there and is put back has left; that alone is told. */
	act_on(f, waiting.seat, act_put_back);
	act_on(f, waiting.seat, act_offline);
	expect_next(f, hook.id, "talk gus leaves");
	expect_nothing(f, hook.id);
	/* Nothing is ever owed of what does not exist. */
	hook = set(f, f->api_key, URL,
	           CARDEA_WEBHOOK_RECORDING_UPDATE | CARDEA_WEBHOOK_SNAPSHOT_UPDATE);
	end(f, f->api_key, "talk");
	expect_nothing(f, hook.id);
}

static void same_transaction(void **state)
{
	struct fixture *f = *state;
	struct answer hook = set(f, f->api_key, URL, ROOMS | PARTICIPANTS), ann, there;
	struct change change = {.f = f, .act = act_online, .verdict = CARDEA_E_FORBIDDEN};

	assert_int_equal(f->owed_count, 0);
	ann = start(f, f->api_key, "talk", "ann");
	assert_int_equal(f->owed_count, 1);
	assert_string_equal(f->owed, hook.id);
	expect_next(f, hook.id, "talk runs");
	assert_int_equal(f->owed_count, 1); /* telling owes nothing */
	change.id = ann.seat;
	assert_int_equal(cardea_store_run_sync(f->store, change_seat, &change), CARDEA_E_FORBIDDEN);
	expect_nothing(f, hook.id);
	act_on(f, ann.seat, act_online);
	fixture_restart(f);
	there = owed(f);
	assert_int_equal(there.count, 1);
	assert_string_equal(there.id, hook.id);
	expect_next(f, hook.id, "talk ann joins");
	assert_int_equal(owed(f).count, 0);
	end(f, f->api_key, "talk"); /* two events, one notice */
	assert_int_equal(f->owed_count, 2);
}

/* ---- what came of it ---- */

static void reports(void **state)
{
	struct fixture *f = *state;
	struct answer hook = set(f, f->api_key, URL, ROOMS), message, seen;
	struct cardea_webhook_told told;

	start(f, f->api_key, "one", "ann");
	start(f, f->api_key, "two", "ann");
	message = next(f, hook.id);
	told = (struct cardea_webhook_told){
	        .room_id = message.room_id, .seq = message.seq, .sent_ms = 1000, .status = 503};
	report(f, hook.id, &told);
	seen = get(f, f->api_key);
	assert_int_equal(seen.last_request_at, 1000);
	assert_int_equal(seen.last_response_code, 503);
	assert_string_equal(next(f, hook.id).text, "one runs");
	/* Nobody answered. */
	told.sent_ms = 2000;
	told.status = 0;
	report(f, hook.id, &told);
	assert_int_equal(get(f, f->api_key).last_request_at, 2000);
	assert_int_equal(get(f, f->api_key).last_response_code, 0);
	/* Too old: left out without a request. */
	told.sent_ms = 0;
	told.is_settled = true;
	report(f, hook.id, &told);
	assert_int_equal(get(f, f->api_key).last_request_at, 2000);
	assert_string_equal(next(f, hook.id).text, "two runs");
	/* The same again is not the oldest any more. */
	report(f, hook.id, &told);
	expect_next(f, hook.id, "two runs");
	expect_nothing(f, hook.id);
	assert_int_equal(get(f, f->api_key).last_response_code, 200);
}

static void replaced(void **state)
{
	struct fixture *f = *state;
	struct answer first = set(f, f->api_key, URL, ROOMS), again, other, message;

	start(f, f->api_key, "one", "ann");
	/* The receiver has started again: what it is owed stays. */
	again = set(f, f->api_key, URL, ROOMS | PARTICIPANTS);
	assert_string_equal(again.id, first.id);
	assert_int_equal(again.types, ROOMS | PARTICIPANTS);
	message = next(f, first.id);
	assert_string_equal(message.text, "one runs");
	/* Another receiver, while the event is under way. */
	other = set(f, f->api_key, OTHER_URL, ROOMS);
	settle(f, first.id, &message);
	expect_nothing(f, first.id);
	expect_nothing(f, other.id);
	assert_int_equal(get(f, f->api_key).last_request_at, 0);
	start(f, f->api_key, "two", "ann");
	expect_nothing(f, first.id);
	assert_string_equal(next(f, other.id).url, OTHER_URL);
	expect_next(f, other.id, "two runs");
	start(f, f->api_key, "three", "ann");
	assert_int_equal(drop(f, f->api_key, other.id), 0);
	expect_nothing(f, other.id);
	assert_int_equal(owed(f).count, 0);
}

#define WITH_DOMAIN(sentence, function)                                                            \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = fixture_setup,                  \
		.teardown_func = fixture_teardown                                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_DOMAIN("an API key has one webhook, a new one takes its place", one_per_key),
	        WITH_DOMAIN("wrong API keys and those of inactive tenants are refused", wrong_keys),
	        WITH_DOMAIN("a foreign webhook is unknown, foreign events are not told",
	                    foreign_tenants),
	        WITH_DOMAIN("events are told in the order of the log", order_of_the_log),
	        WITH_DOMAIN("only wanted types are told, nobody who is hidden or waits",
	                    only_what_was_asked_for),
	        WITH_DOMAIN("an event is owed if it is stored, and not else", same_transaction),
	        WITH_DOMAIN("an event is owed until it is settled, and the owner sees how it went",
	                    reports),
	        WITH_DOMAIN("what a replaced webhook was owed is dropped, but for the same URL",
	                    replaced),
	};

	return cmocka_run_group_tests_name("webhook_queue", tests, NULL, NULL);
}
