/*
 * permalinks (spec/meetings 8, 11.4): what their tokens open, when, for whom, and what ends it.
 * With the clock of the fixture.
 */
#include "unit.h"

#include "../support/domain_fixture.h"
#include "cardea_error.h"
#include "domain/permalinks.h"

#define MINUTE_MS     INT64_C(60000)
#define UNKNOWN_ID    "0123456789abcdef01234567"
#define UNKNOWN_TOKEN "ABCDEFGHIJKLMNOPQRSTUVWX"
#define NOT_GIVEN                                                                                  \
	{                                                                                              \
		.expires_at = -1, .has_guest_token = -1, .waiting_room = -1, .kick_available = -1,         \
		.lock_available = -1                                                                       \
	}

/* ---- operations, one after the other ---- */

static void finish(struct fixture *f)
{
	if (--f->pending == 0) {
		cardea_loop_stop(f->loop);
	}
}

/* Waits for what was started with @err. */
static void wait_for(struct fixture *f, int err)
{
	assert_int_equal(err, 0);
	f->pending++;
	fixture_wait(f);
}

struct link {
	struct fixture *f;
	int err;
	char id[32], user_token[32], guest_token[32], name[64], user[64], user_name[64], options[256];
	int64_t created_at, expires_at, started_at;
};

static void copy(char *out, size_t size, const char *text)
{
	g_strlcpy(out, text ? text : "", size);
}

#define COPY(out, text) copy(out, sizeof(out), text)

static void take_link(struct link *out, const struct cardea_permalink *link)
{
	COPY(out->id, link->id);
	COPY(out->user_token, link->user_token);
	COPY(out->guest_token, link->guest_token);
	COPY(out->name, link->name);
	COPY(out->user, link->user ? link->user->id : NULL);
	COPY(out->user_name, link->user ? link->user->name : NULL);
	COPY(out->options, link->options);
	out->created_at = link->created_at;
	out->expires_at = link->expires_at;
	out->started_at = link->started_at;
}

static void link_done(int err, const struct cardea_permalink *link, void *arg)
{
	struct link *out = arg;

	out->err = err;
	if (!err) {
		take_link(out, link);
	}
	finish(out->f);
}

static struct link create_with(struct fixture *f, const char *key,
                               const struct cardea_permalink_settings *settings, const char *user)
{
	const struct cardea_meeting_person person = {.id = user, .name = "Jane"};
	struct link link = {.f = f};

	wait_for(f,
	         cardea_domain_permalink_create(f->domain, key, settings, &person, link_done, &link));
	return link;
}

static struct link create(struct fixture *f)
{
	const struct cardea_permalink_settings settings = NOT_GIVEN;
	struct link link = create_with(f, f->api_key, &settings, "jane");

	assert_int_equal(link.err, 0);
	return link;
}

static struct link look(struct fixture *f, const char *id, const char *key)
{
	const struct cardea_meeting_caller who = {.id = id, .api_key = key};
	struct link link = {.f = f};

	wait_for(f, cardea_domain_permalink_get(f->domain, &who, link_done, &link));
	return link;
}

static struct link change(struct fixture *f, const char *id, const char *key,
                          const struct cardea_permalink_settings *settings)
{
	const struct cardea_meeting_caller who = {.id = id, .api_key = key};
	struct link link = {.f = f};

	wait_for(f, cardea_domain_permalink_update(f->domain, &who, settings, link_done, &link));
	return link;
}

static struct link add_user(struct fixture *f, const char *id, const char *key, const char *user,
                            const char *name)
{
	const struct cardea_meeting_caller who = {.id = id, .api_key = key};
	const struct cardea_meeting_person person = {.id = user, .name = name};
	struct link link = {.f = f};

	wait_for(f, cardea_domain_permalink_add_user(f->domain, &who, &person, link_done, &link));
	return link;
}

static void plain_done(int err, void *arg)
{
	struct link *out = arg;

	out->err = err;
	finish(out->f);
}

static int destroy(struct fixture *f, const char *id, const char *key)
{
	const struct cardea_meeting_caller who = {.id = id, .api_key = key};
	struct link link = {.f = f};

	wait_for(f, cardea_domain_permalink_delete(f->domain, &who, plain_done, &link));
	return link.err;
}

static int remove_user(struct fixture *f, const char *id, const char *key, const char *token)
{
	const struct cardea_meeting_caller who = {.id = id, .api_key = key};
	struct link link = {.f = f};

	wait_for(f, cardea_domain_permalink_remove_user(f->domain, &who, token, plain_done, &link));
	return link.err;
}

struct meeting {
	struct fixture *f;
	int err;
	char room[32], room_id[CARDEA_UUID_SIZE], name[64], access_key[32], conf_id[32], client_id[32];
	char user[64], guest_token[32], options[256];
	bool is_guest;
};

static void meeting_done(int err, const struct cardea_meeting *meeting, void *arg)
{
	struct meeting *out = arg;

	out->err = err;
	if (!err) {
		COPY(out->room, meeting->room.id);
		COPY(out->room_id, meeting->room_id);
		COPY(out->name, meeting->room.name);
		COPY(out->access_key, meeting->access_key);
		COPY(out->conf_id, meeting->conf_id);
		COPY(out->client_id, meeting->user.client_id);
		COPY(out->user, meeting->user.id);
		COPY(out->guest_token, meeting->room.guest_token);
		COPY(out->options, meeting->room.options);
		out->is_guest = meeting->user.is_guest;
	}
	finish(out->f);
}

static struct meeting start(struct fixture *f, const char *token)
{
	struct meeting meeting = {.f = f};

	wait_for(f, cardea_domain_meeting_start_permalink(f->domain, token, meeting_done, &meeting));
	return meeting;
}

static struct meeting join_as_guest(struct fixture *f, const char *token)
{
	const struct cardea_meeting_person person = {.name = "John"};
	struct meeting meeting = {.f = f};

	wait_for(f, cardea_domain_meeting_guest(f->domain, token, &person, meeting_done, &meeting));
	return meeting;
}

static int get_meeting(struct fixture *f, const char *access_key)
{
	struct meeting meeting = {.f = f};

	wait_for(f, cardea_domain_meeting_get(f->domain, access_key, meeting_done, &meeting));
	return meeting.err;
}

/* ---- looking ---- */

static void owner_user_and_guest_see_what_is_theirs(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f), seen;

	assert_true(cardea_id_is_alnum(made.id, 24));
	assert_true(cardea_id_is_alnum(made.user_token, CARDEA_TOKEN_CHARS));
	assert_true(cardea_id_is_alnum(made.guest_token, CARDEA_TOKEN_CHARS));
	assert_string_equal(made.user, "jane");
	assert_string_equal(made.name, "default"); /* the owner's name */
	assert_true(made.created_at > 0 && made.expires_at == 0 && made.started_at == 0);

	seen = look(f, made.id, f->api_key);
	assert_string_equal(seen.user_token, made.user_token);
	seen = look(f, made.user_token, NULL);
	assert_string_equal(seen.id, made.id);
	assert_string_equal(seen.user_token, made.user_token);
	seen = look(f, made.guest_token, NULL);
	assert_string_equal(seen.id, made.id);
	assert_string_equal(seen.guest_token, made.guest_token);
	assert_string_equal(seen.user_token, "");
	assert_string_equal(seen.user, "");
}

static void unknown_and_foreign_are_the_same(void **state)
{
	const struct cardea_permalink_settings nothing = NOT_GIVEN;
	struct fixture *f = *state;
	struct link made = create(f);
	char other[64];

	fixture_second_tenant(f, other);
	for (int i = 0; i < 2; i++) {
		const char *id = i ? UNKNOWN_ID : made.id;

		assert_int_equal(look(f, id, other).err, CARDEA_E_NOT_FOUND);
		assert_int_equal(change(f, id, other, &nothing).err, CARDEA_E_NOT_FOUND);
		assert_int_equal(add_user(f, id, other, "eve", "Eve").err, CARDEA_E_NOT_FOUND);
		assert_int_equal(remove_user(f, id, other, made.user_token), CARDEA_E_NOT_FOUND);
		assert_int_equal(destroy(f, id, other), CARDEA_E_NOT_FOUND);
		assert_int_equal(look(f, id, NULL).err, CARDEA_E_PERMALINK_UNKNOWN);
	}
	assert_int_equal(look(f, UNKNOWN_TOKEN, NULL).err, CARDEA_E_PERMALINK_UNKNOWN);
	assert_int_equal(start(f, UNKNOWN_TOKEN).err, CARDEA_E_PERMALINK_UNKNOWN);
	assert_int_equal(look(f, made.id, "ck_live_wrong").err, CARDEA_E_API_KEY_FORMAT);
	assert_int_equal(look(f, made.user_token, "ck_live_wrong").err, 0); /* the token is enough */
	assert_int_equal(look(f, made.id, f->api_key).err, 0);
	assert_int_equal(start(f, made.user_token).err, 0);
}

static void of_a_blocked_owner_nothing_opens(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f);
	struct cardea_tenant_row tenant;

	assert_int_equal(start(f, made.user_token).err, 0);
	fixture_get_tenant(f, &tenant);
	tenant.name = "default";
	tenant.is_active = false;
	fixture_set_tenant(f, &tenant);
	assert_int_equal(start(f, made.user_token).err, CARDEA_E_TENANT_INACTIVE);
	assert_int_equal(look(f, made.guest_token, NULL).err, CARDEA_E_TENANT_INACTIVE);
	assert_int_equal(join_as_guest(f, made.guest_token).err, CARDEA_E_TENANT_INACTIVE);
}

static bool holds(const char *path, const char *text)
{
	g_autofree char *content = NULL;
	size_t text_len = strlen(text), len = 0;

	if (!g_file_get_contents(path, &content, &len, NULL)) {
		return false;
	}
	for (size_t i = 0; i + text_len <= len; i++) {
		if (memcmp(content + i, text, text_len) == 0) {
			return true;
		}
	}
	return false;
}

static void tokens_rest_sealed(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f);
	g_autofree char *wal = g_strconcat(f->path, "-wal", NULL);

	assert_true(holds(f->path, made.id) || holds(wal, made.id));
	assert_false(holds(f->path, made.user_token) || holds(wal, made.user_token));
	assert_false(holds(f->path, made.guest_token) || holds(wal, made.guest_token));
}

/* ---- its meetings ---- */

static void a_user_token_starts_and_joins_with_the_same_credentials(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f);
	struct meeting first = start(f, made.user_token), again;

	assert_int_equal(first.err, 0);
	assert_string_equal(first.room, made.id);
	assert_string_equal(first.user, "jane");
	assert_false(first.is_guest);
	assert_true(look(f, made.guest_token, NULL).started_at > 0);
	again = start(f, made.user_token);
	assert_int_equal(again.err, 0);
	assert_string_equal(again.access_key, first.access_key);
	assert_string_equal(again.client_id, first.client_id);
	assert_string_equal(again.conf_id, first.conf_id);
	assert_int_equal(start(f, made.guest_token).err, CARDEA_E_PERMALINK_UNKNOWN);

	fixture_end_room(f, first.room_id);
	assert_int_equal(look(f, made.id, f->api_key).started_at, 0);
	assert_int_equal(get_meeting(f, first.access_key), CARDEA_E_SESSION_OVER);
	again = start(f, made.user_token);
	assert_int_equal(again.err, 0);
	assert_string_equal(again.room_id, first.room_id);
	assert_string_not_equal(again.access_key, first.access_key);
	assert_string_not_equal(again.conf_id, first.conf_id);
}

static void guests_come_in_while_a_meeting_runs(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f);
	struct meeting host, guest;

	assert_int_equal(join_as_guest(f, made.guest_token).err, CARDEA_E_GUEST_TOKEN_UNKNOWN);
	host = start(f, made.user_token);
	guest = join_as_guest(f, made.guest_token);
	assert_int_equal(guest.err, 0);
	assert_true(guest.is_guest);
	assert_string_equal(guest.conf_id, host.conf_id);
	assert_int_equal(join_as_guest(f, made.user_token).err, CARDEA_E_GUEST_TOKEN_UNKNOWN);
	fixture_end_room(f, host.room_id);
	assert_int_equal(join_as_guest(f, made.guest_token).err, CARDEA_E_GUEST_TOKEN_UNKNOWN);
	/* That of the meeting is dead for good, that of the permalink is not. */
	assert_int_equal(start(f, made.user_token).err, 0);
	assert_int_equal(join_as_guest(f, host.guest_token).err, CARDEA_E_GUEST_TOKEN_UNKNOWN);
	assert_int_equal(join_as_guest(f, made.guest_token).err, 0);
}

static void settings_hold_from_the_next_meeting_on(void **state)
{
	struct fixture *f = *state;
	struct cardea_permalink_settings settings = NOT_GIVEN;
	struct link made, changed, locked = {.f = f};
	struct meeting meeting;

	settings.name = "Monday";
	settings.options = "{\"show_names\":false,\"layout\":\"custom\"}";
	made = create_with(f, f->api_key, &settings, "jane");
	meeting = start(f, made.user_token);
	assert_string_equal(meeting.name, "Monday");
	assert_string_equal(meeting.options, "{\"show_names\":false,\"layout\":\"custom\"}");

	settings = (struct cardea_permalink_settings)NOT_GIVEN;
	settings.name = "Tuesday";
	settings.options = "{\"show_names\":true}";
	settings.lock_available = 0;
	changed = change(f, made.id, f->api_key, &settings);
	assert_int_equal(changed.err, 0);
	assert_string_equal(changed.name, "Tuesday");
	assert_string_equal(changed.options, "{\"show_names\":true,\"layout\":\"custom\"}");
	assert_string_equal(changed.user_token, made.user_token);
	assert_string_equal(start(f, made.user_token).name, "Monday");
	fixture_end_room(f, meeting.room_id);
	meeting = start(f, made.user_token);
	assert_string_equal(meeting.name, "Tuesday");
	assert_string_equal(meeting.options, changed.options);
	wait_for(f, cardea_domain_meeting_lock(f->domain, meeting.access_key, plain_done, &locked));
	assert_int_equal(locked.err, CARDEA_E_FORBIDDEN);
}

static void without_a_guest_token_there_is_none(void **state)
{
	struct fixture *f = *state;
	struct cardea_permalink_settings settings = NOT_GIVEN;
	struct link made = create(f), changed;
	struct meeting meeting;

	settings.has_guest_token = 0;
	changed = change(f, made.id, f->api_key, &settings);
	assert_string_equal(changed.guest_token, "");
	assert_int_equal(look(f, made.guest_token, NULL).err, CARDEA_E_PERMALINK_UNKNOWN);
	meeting = start(f, made.user_token);
	assert_string_equal(meeting.guest_token, "");
	assert_int_equal(join_as_guest(f, made.guest_token).err, CARDEA_E_GUEST_TOKEN_UNKNOWN);
	settings.has_guest_token = 1;
	changed = change(f, made.id, f->api_key, &settings);
	assert_string_not_equal(changed.guest_token, "");
	assert_string_not_equal(changed.guest_token, made.guest_token);
	assert_int_equal(join_as_guest(f, changed.guest_token).err, 0);
	/* What is there already stays as it is. */
	assert_string_equal(change(f, made.id, f->api_key, &settings).guest_token, changed.guest_token);
}

/* ---- users ---- */

static void users_have_a_token_each(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f);
	struct link bob = add_user(f, made.id, f->api_key, "bob", "Bob");
	struct link again = add_user(f, made.id, f->api_key, "bob", "Robert");
	struct link someone = add_user(f, made.id, f->api_key, NULL, "Someone");
	struct meeting host, other;

	assert_int_equal(bob.err, 0);
	assert_string_not_equal(bob.user_token, made.user_token);
	assert_string_equal(bob.guest_token, made.guest_token);
	assert_string_equal(bob.user, "bob");
	assert_string_equal(again.user_token, bob.user_token);
	assert_string_equal(again.user_name, "Robert");
	assert_string_equal(look(f, bob.user_token, NULL).user_name, "Robert");
	assert_true(cardea_id_is_alnum(someone.user, 24));
	assert_string_equal(look(f, made.id, f->api_key).user, "jane"); /* the first */

	host = start(f, bob.user_token);
	other = start(f, made.user_token);
	assert_string_equal(host.user, "bob");
	assert_string_equal(other.conf_id, host.conf_id);
	assert_string_not_equal(other.access_key, host.access_key);
}

static void a_removed_user_has_no_token_but_stays_in_the_meeting(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f), other = create(f);
	struct link bob = add_user(f, made.id, f->api_key, "bob", "Bob");
	struct meeting meeting = start(f, made.user_token);

	assert_int_equal(remove_user(f, other.id, f->api_key, made.user_token), CARDEA_E_NOT_FOUND);
	assert_int_equal(remove_user(f, made.id, f->api_key, made.guest_token), CARDEA_E_NOT_FOUND);
	assert_int_equal(remove_user(f, made.id, f->api_key, UNKNOWN_TOKEN), CARDEA_E_NOT_FOUND);
	assert_int_equal(remove_user(f, made.id, f->api_key, made.user_token), 0);
	assert_int_equal(remove_user(f, made.id, f->api_key, made.user_token), CARDEA_E_NOT_FOUND);
	assert_int_equal(start(f, made.user_token).err, CARDEA_E_PERMALINK_UNKNOWN);
	assert_int_equal(look(f, made.user_token, NULL).err, CARDEA_E_PERMALINK_UNKNOWN);
	assert_int_equal(get_meeting(f, meeting.access_key), 0);
	assert_string_equal(look(f, made.id, f->api_key).user, "bob");
	assert_string_equal(start(f, bob.user_token).conf_id, meeting.conf_id);
	assert_int_equal(remove_user(f, made.id, f->api_key, bob.user_token), 0);
	assert_string_equal(look(f, made.id, f->api_key).user_token, "");
}

static void deleting_kills_the_tokens_but_not_the_meeting(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f);
	struct link bob = add_user(f, made.id, f->api_key, "bob", "Bob");
	struct meeting meeting = start(f, made.user_token);

	assert_int_equal(destroy(f, made.id, f->api_key), 0);
	assert_int_equal(destroy(f, made.id, f->api_key), CARDEA_E_NOT_FOUND);
	assert_int_equal(look(f, made.id, f->api_key).err, CARDEA_E_NOT_FOUND);
	assert_int_equal(start(f, made.user_token).err, CARDEA_E_PERMALINK_UNKNOWN);
	assert_int_equal(start(f, bob.user_token).err, CARDEA_E_PERMALINK_UNKNOWN);
	assert_int_equal(look(f, made.guest_token, NULL).err, CARDEA_E_PERMALINK_UNKNOWN);
	assert_int_equal(join_as_guest(f, made.guest_token).err, CARDEA_E_GUEST_TOKEN_UNKNOWN);
	assert_int_equal(get_meeting(f, meeting.access_key), 0);
	assert_int_equal(join_as_guest(f, meeting.guest_token).err, 0);
}

/* ---- time ---- */

static void what_has_expired_starts_nothing(void **state)
{
	struct fixture *f = *state;
	struct cardea_permalink_settings settings = NOT_GIVEN;
	struct link made;
	struct meeting meeting;

	settings.expires_at = f->now_ms + MINUTE_MS;
	made = create_with(f, f->api_key, &settings, "jane");
	assert_int_equal(made.expires_at, settings.expires_at);
	fixture_move_clock(f, MINUTE_MS - 1);
	meeting = start(f, made.user_token);
	assert_int_equal(meeting.err, 0);
	fixture_move_clock(f, 1);
	assert_int_equal(start(f, made.user_token).err, CARDEA_E_PERMALINK_UNKNOWN);
	assert_int_equal(get_meeting(f, meeting.access_key), 0);
	assert_int_equal(join_as_guest(f, made.guest_token).err, 0); /* the meeting runs */
	assert_int_equal(look(f, made.guest_token, NULL).expires_at, made.expires_at);
	fixture_end_room(f, meeting.room_id);
	assert_int_equal(start(f, made.user_token).err, CARDEA_E_PERMALINK_UNKNOWN);

	settings.expires_at = 0;
	assert_int_equal(change(f, made.id, f->api_key, &settings).expires_at, 0);
	assert_int_equal(start(f, made.user_token).err, 0);
}

struct listed {
	struct fixture *f;
	int err;
	int64_t total;
	size_t count;
	struct link items[8];
};

static void list_done(int err, const struct cardea_permalink_page *page, void *arg)
{
	struct listed *out = arg;

	out->err = err;
	if (!err) {
		out->total = page->total;
		out->count = page->count;
		assert_true(page->count <= G_N_ELEMENTS(out->items));
		for (size_t i = 0; i < page->count; i++) {
			take_link(&out->items[i], &page->items[i]);
		}
	}
	finish(out->f);
}

static struct listed list(struct fixture *f, const char *key, int64_t page, int64_t limit,
                          int expired)
{
	const struct cardea_permalink_query query = {.page = page, .limit = limit, .expired = expired};
	struct listed out = {.f = f};

	wait_for(f, cardea_domain_permalink_list(f->domain, key, &query, list_done, &out));
	return out;
}

static void lists_have_pages_and_know_what_has_expired(void **state)
{
	struct fixture *f = *state;
	struct cardea_permalink_settings settings = NOT_GIVEN;
	struct link made[5];
	struct listed page;
	char other[64];

	fixture_second_tenant(f, other);
	for (int i = 0; i < 5; i++) {
		settings.expires_at = i < 2 ? f->now_ms + MINUTE_MS : 0;
		made[i] = create_with(f, f->api_key, &settings, "jane");
		fixture_move_clock(f, 1);
	}
	page = list(f, f->api_key, 1, 2, -1);
	assert_int_equal(page.err, 0);
	assert_int_equal(page.total, 5);
	assert_int_equal(page.count, 2);
	assert_string_equal(page.items[0].id, made[4].id); /* the newest first */
	assert_string_equal(page.items[0].user_token, made[4].user_token);
	assert_string_equal(page.items[1].guest_token, made[3].guest_token);
	page = list(f, f->api_key, 3, 2, -1);
	assert_int_equal(page.count, 1);
	assert_string_equal(page.items[0].id, made[0].id);
	page = list(f, f->api_key, 4, 2, -1);
	assert_true(page.count == 0 && page.total == 5);

	assert_int_equal(list(f, f->api_key, 1, 8, 1).total, 0);
	fixture_move_clock(f, MINUTE_MS);
	page = list(f, f->api_key, 1, 8, 1);
	assert_true(page.count == 2 && page.total == 2);
	assert_string_equal(page.items[0].id, made[1].id);
	page = list(f, f->api_key, 1, 8, 0);
	assert_true(page.count == 3 && page.total == 3);
	assert_string_equal(page.items[2].id, made[2].id);

	page = list(f, other, 1, 8, -1);
	assert_true(page.err == 0 && page.total == 0 && page.count == 0);
	assert_int_equal(list(f, "ck_live_wrong", 1, 8, -1).err, CARDEA_E_API_KEY_FORMAT);
}

/* ---- entering ---- */

struct entered {
	struct fixture *f;
	int err;
	bool is_waiting;
	char ticket[1024], room[CARDEA_UUID_SIZE];
	enum cardea_role role;
};

static void entered_done(int err, const struct cardea_entered *entered, void *arg)
{
	struct entered *out = arg;

	out->err = err;
	if (!err) {
		out->is_waiting = entered->is_waiting;
		COPY(out->ticket, entered->ticket);
		COPY(out->room, entered->is_waiting ? NULL : entered->claims.room);
		out->role = entered->claims.role;
	}
	finish(out->f);
}

static struct entered enter(struct fixture *f, const char *credential)
{
	const struct cardea_enter command = {
	        .credential = credential, .name = "John", .client_key = credential};
	struct entered out = {.f = f};

	wait_for(f, cardea_domain_enter(f->domain, &command, entered_done, &out));
	return out;
}

static void the_page_enters_with_the_tokens(void **state)
{
	struct fixture *f = *state;
	struct link made = create(f);
	struct entered guest = enter(f, made.guest_token), host;

	/* Nothing runs yet: there is nothing to wait in, so the token is its own ticket. */
	assert_true(guest.err == 0 && guest.is_waiting);
	assert_string_equal(guest.ticket, made.guest_token);
	assert_int_equal(look(f, made.id, f->api_key).started_at, 0);
	host = enter(f, made.user_token);
	assert_true(host.err == 0 && !host.is_waiting);
	assert_int_equal(host.role, CARDEA_ROLE_HOST);
	assert_true(look(f, made.id, f->api_key).started_at > 0);
	assert_string_equal(start(f, made.user_token).room_id, host.room);
	guest = enter(f, guest.ticket);
	assert_true(guest.err == 0 && guest.is_waiting); /* for the host to be there */
	assert_string_not_equal(guest.ticket, made.guest_token);
}

static void the_page_does_not_enter_with_dead_tokens(void **state)
{
	struct fixture *f = *state;
	struct cardea_permalink_settings settings = NOT_GIVEN;
	struct link made;

	settings.expires_at = f->now_ms + MINUTE_MS;
	made = create_with(f, f->api_key, &settings, "jane");
	assert_true(enter(f, made.guest_token).is_waiting);
	fixture_move_clock(f, MINUTE_MS);
	assert_int_equal(enter(f, made.guest_token).err, CARDEA_E_CREDENTIAL_EXPIRED);
	assert_int_equal(enter(f, made.user_token).err, CARDEA_E_CREDENTIAL_EXPIRED);
	assert_int_equal(destroy(f, made.id, f->api_key), 0);
	assert_int_equal(enter(f, made.guest_token).err, CARDEA_E_UNAUTHENTICATED);
	assert_int_equal(enter(f, made.user_token).err, CARDEA_E_UNAUTHENTICATED);
}

#define WITH_DOMAIN(sentence, function)                                                            \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = fixture_setup,                  \
		.teardown_func = fixture_teardown                                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_DOMAIN("owner, user and guest see what is theirs",
	                    owner_user_and_guest_see_what_is_theirs),
	        WITH_DOMAIN("unknown and foreign are the same", unknown_and_foreign_are_the_same),
	        WITH_DOMAIN("of a blocked owner nothing opens", of_a_blocked_owner_nothing_opens),
	        WITH_DOMAIN("tokens rest sealed", tokens_rest_sealed),
	        WITH_DOMAIN("a user token starts and joins with the same credentials",
	                    a_user_token_starts_and_joins_with_the_same_credentials),
	        WITH_DOMAIN("guests come in while a meeting runs", guests_come_in_while_a_meeting_runs),
	        WITH_DOMAIN("settings hold from the next meeting on",
	                    settings_hold_from_the_next_meeting_on),
	        WITH_DOMAIN("without a guest token there is none", without_a_guest_token_there_is_none),
	        WITH_DOMAIN("users have a token each", users_have_a_token_each),
	        WITH_DOMAIN("a removed user has no token but stays in the meeting",
	                    a_removed_user_has_no_token_but_stays_in_the_meeting),
	        WITH_DOMAIN("deleting kills the tokens but not the meeting",
	                    deleting_kills_the_tokens_but_not_the_meeting),
	        WITH_DOMAIN("what has expired starts nothing", what_has_expired_starts_nothing),
	        WITH_DOMAIN("lists have pages and know what has expired",
	                    lists_have_pages_and_know_what_has_expired),
	        WITH_DOMAIN("the page enters with the tokens", the_page_enters_with_the_tokens),
	        WITH_DOMAIN("the page does not enter with dead tokens",
	                    the_page_does_not_enter_with_dead_tokens),
	};

	return cmocka_run_group_tests_name("permalinks", tests, NULL, NULL);
}
