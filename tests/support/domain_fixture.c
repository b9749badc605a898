/* domain_fixture: a domain on a real SQLite store, with a moved clock and a scripted media side. */
#include "../unit/unit.h"

#include <stdio.h>
#include <glib/gstdio.h>
#include "cardea_error.h"
#include "domain/grants.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/secrets.h"
#include "domain_fixture.h"
#include "store/events.h"

#define START_MS    INT64_C(1767693600000) /* 2026-01-06T10:00:00Z */
#define DEADLINE_MS 30000

static const uint8_t seal_key[CARDEA_SEAL_KEY_SIZE] = {7};

static int64_t read_clock(void *arg)
{
	struct fixture *f = arg;

	return atomic_load(&f->now_ms);
}

static bool node_ready(void *arg, const char *node, const char **boot)
{
	struct fixture *f = arg;

	*boot = f->boot;
	return f->node && strcmp(node, f->node) == 0;
}

static const char *choose_node(void *arg)
{
	struct fixture *f = arg;

	return f->node;
}

static void keep_grants(struct fixture *f, const struct cardea_placement *placement)
{
	for (size_t i = 0; i < placement->grant_count && i < G_N_ELEMENTS(f->grants); i++) {
		f->grants[i] = placement->grants[i];
	}
	f->placement.grant_count = placement->grant_count;
	f->placement.grants = f->grants;
}

static void open_room(void *arg, const struct cardea_placement *placement,
                      void (*done)(int err, void *arg), void *done_arg)
{
	struct fixture *f = arg;

	f->opened++;
	f->placement = *placement;
	f->open_hands = placement->hands.hand_count;
	for (size_t i = 0; i < placement->min_gen_count && i < G_N_ELEMENTS(f->min_gen); i++) {
		f->min_gen[i] = placement->min_gen[i];
	}
	f->placement.min_gen = f->min_gen;
	keep_grants(f, placement);
	done(f->open_err, done_arg);
}

/* One line for each telling, as a node would get it. */
static void tell(void *arg, const struct cardea_telling *telling)
{
	struct fixture *f = arg;
	GString *line = g_string_new(NULL);

	switch (telling->type) {
	case CARDEA_TELL_MESSAGE:
		g_string_printf(line, "%s %s(%s) to %s: %s", telling->kind, telling->seat, telling->name,
		                telling->to ? telling->to : "all", telling->text);
		break;
	case CARDEA_TELL_MUTE:
		g_string_printf(line, "mute %s %s", telling->seat, telling->kind);
		break;
	case CARDEA_TELL_UNMUTE:
		g_string_printf(line, "unmute %s %s", telling->seat, telling->kind);
		break;
	case CARDEA_TELL_LOCKS:
		g_string_printf(line, "locks %s %u", telling->seat, telling->locks);
		break;
	case CARDEA_TELL_HANDS:
		g_string_assign(line, "hands");
		for (size_t i = 0; i < telling->hand_count; i++) {
			g_string_append_printf(line, " %s", telling->hands[i]);
		}
		break;
	}
	assert_string_equal(telling->node, FIXTURE_NODE);
	assert_true(telling->type == CARDEA_TELL_HANDS || telling->type == CARDEA_TELL_LOCKS ||
	            telling->id > 0);
	f->told_id = telling->id ? telling->id : f->told_id;
	g_free(f->told);
	f->told = g_string_free(line, FALSE);
	f->told_count++;
}

static void revoke_seat(void *arg, const struct cardea_revocation *revocation)
{
	struct fixture *f = arg;

	f->revoked++;
	f->revocation = *revocation;
}

static void grant_seat(void *arg, const struct cardea_room_at *at,
                       const struct cardea_seat_grant *grant)
{
	struct fixture *f = arg;

	assert_string_equal(at->node, FIXTURE_NODE);
	f->granted++;
	f->grant = *grant;
}

static void police_room(void *arg, const struct cardea_room_at *at,
                        const struct cardea_media_policy *policy)
{
	struct fixture *f = arg;

	assert_string_equal(at->node, FIXTURE_NODE);
	f->policed++;
	f->policy = *policy;
}

static void close_room(void *arg, const char *node, const char *room, int64_t epoch)
{
	struct fixture *f = arg;

	(void)node;
	(void)room;
	(void)epoch;
	f->closed++;
}

static void too_late(void *arg)
{
	(void)arg;
	fprintf(stderr, "an operation has not answered in time\n");
	abort();
}

static void note_owed(const char *webhook, void *arg)
{
	struct fixture *f = arg;

	f->owed_count++;
	g_strlcpy(f->owed, webhook, sizeof(f->owed));
}

static void open_domain(struct fixture *f)
{
	const struct cardea_store_options store = {.engine = &cardea_engine_sqlite,
	                                           .location = f->path,
	                                           .clock = &f->clock,
	                                           .random = &cardea_random_kernel,
	                                           .loop = f->loop,
	                                           .owed = note_owed,
	                                           .owed_arg = f,
	                                           .run_twice = true};
	struct cardea_domain_options options = {.clock = &f->clock,
	                                        .keys = {.join = f->join,
	                                                 .access = f->access,
	                                                 .refresh = f->refresh,
	                                                 .auth = f->auth,
	                                                 .call = f->call,
	                                                 .accounts = f->accounts,
	                                                 .seal = f->seal},
	                                        .passwords = cardea_passwords_port(f->passwords),
	                                        .media = {.ready = node_ready,
	                                                  .choose = choose_node,
	                                                  .open = open_room,
	                                                  .revoke = revoke_seat,
	                                                  .grant = grant_seat,
	                                                  .policy = police_room,
	                                                  .close = close_room,
	                                                  .tell = tell,
	                                                  .arg = f},
	                                        .issuer = "cardea",
	                                        .meeting_empty_timeout_ms = 120000,
	                                        .access_token_life_s = 3600,
	                                        .refresh_token_life_s = 604800};

	assert_int_equal(cardea_store_open(&store, &f->store), 0);
	options.store = f->store;
	assert_int_equal(cardea_domain_new(&options, &f->domain), 0);
}

static void finish(struct fixture *f)
{
	if (--f->pending == 0) {
		cardea_loop_stop(f->loop);
	}
}

void fixture_wait(struct fixture *f)
{
	if (f->pending) {
		cardea_timer_start(f->deadline, DEADLINE_MS);
		assert_int_equal(cardea_loop_run(f->loop), 0);
		cardea_timer_stop(f->deadline);
	}
	assert_int_equal(f->pending, 0);
}

/* An operation that was refused at once never calls back. */
static void started(struct fixture *f, int *err, int result)
{
	f->pending++;
	*err = result;
	if (result) {
		f->pending--;
	}
}

static void take_tenant(int err, const struct cardea_first_tenant *tenant, void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(err, 0);
	g_strlcpy(f->tenant, tenant->id, sizeof(f->tenant));
	g_strlcpy(f->api_key, tenant->api_key, sizeof(f->api_key));
	finish(f);
}

int fixture_setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);
	int err = 0;

	*state = f;
	f->dir = g_dir_make_tmp("cardea-domain-XXXXXX", NULL);
	f->path = g_build_filename(f->dir, "cardea.db", NULL);
	f->loop = cardea_loop_new();
	f->deadline = cardea_timer_new(f->loop, too_late, NULL);
	atomic_store(&f->now_ms, START_MS);
	f->clock = (struct cardea_clock){.wall_ms = read_clock, .mono_ms = read_clock, .arg = f};
	f->seal = cardea_seal_new(&cardea_random_kernel);
	err |= cardea_seal_add(f->seal, 1, seal_key);
	err |= cardea_jwk_generate(CARDEA_JWS_ES256, "join-1", &f->join);
	err |= cardea_jwk_generate(CARDEA_JWS_HS256, "key-1", &f->access);
	err |= cardea_jwk_generate(CARDEA_JWS_HS256, "key-1", &f->refresh);
	err |= cardea_jwk_generate(CARDEA_JWS_HS256, "key-1", &f->auth);
	err |= cardea_jwk_generate(CARDEA_JWS_ES256, "call-1", &f->call);
	err |= cardea_jwk_generate(CARDEA_JWS_HS256, "accounts-1", &f->accounts);
	err |= cardea_passwords_new(f->loop, &f->passwords);
	f->node = FIXTURE_NODE;
	f->boot = FIXTURE_BOOT;
	open_domain(f);
	started(f, &err, cardea_domain_first_tenant(f->domain, take_tenant, f));
	fixture_wait(f);
	return err;
}

void fixture_restart(struct fixture *f)
{
	cardea_store_close(f->store);
	cardea_domain_free(f->domain);
	open_domain(f);
}

int fixture_teardown(void **state)
{
	static const char *const files[] = {"cardea.db", "cardea.db-wal", "cardea.db-shm"};
	struct fixture *f = *state;

	cardea_passwords_stop(f->passwords);
	cardea_store_close(f->store);
	cardea_domain_free(f->domain);
	cardea_passwords_free(f->passwords);
	cardea_timer_free(f->deadline);
	cardea_loop_free(f->loop);
	cardea_jwk_unref(f->join);
	cardea_jwk_unref(f->access);
	cardea_jwk_unref(f->refresh);
	cardea_jwk_unref(f->auth);
	cardea_jwk_unref(f->call);
	cardea_jwk_unref(f->accounts);
	cardea_seal_free(f->seal);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		char *path = g_build_filename(f->dir, files[i], NULL);

		g_unlink(path);
		g_free(path);
	}
	g_rmdir(f->dir);
	g_free(f->told);
	g_free(f->path);
	g_free(f->dir);
	g_free(f);
	return 0;
}

void fixture_move_clock(struct fixture *f, int64_t ms)
{
	atomic_fetch_add(&f->now_ms, ms);
}

struct cardea_presented fixture_api_key(const char *key)
{
	return (struct cardea_presented){.form = CARDEA_PRESENTED_API_KEY, .value = key};
}

struct cardea_presented fixture_bearer(const char *value)
{
	return (struct cardea_presented){.form = CARDEA_PRESENTED_BEARER, .value = value};
}

/* ---- operations ---- */

static void copy(char *out, size_t size, const char *text)
{
	g_strlcpy(out, text ? text : "", size);
}

static void take_room(int err, const struct cardea_room_view *room, void *arg)
{
	struct room_answer *out = arg;

	out->err = err;
	if (!err) {
		copy(out->id, sizeof(out->id), room->id);
		copy(out->name, sizeof(out->name), room->name);
		out->status = room->status;
		out->config = room->config;
		out->config.extra = NULL;
		out->participant_count = room->participant_count;
		out->started_at = room->started_at;
		out->ended_at = room->ended_at;
		out->created_at = room->created_at;
	}
	finish(out->fixture);
}

void fixture_room_create(struct fixture *f, struct cardea_presented who, const char *name,
                         int64_t max_participants, struct room_answer *out)
{
	const struct cardea_room_create command = {.name = name,
	                                           .config = {.max_participants = max_participants,
	                                                      .recording_enabled = -1,
	                                                      .chat_enabled = -1}};

	*out = (struct room_answer){.fixture = f};
	started(f, &out->err, cardea_domain_room_create(f->domain, &who, &command, take_room, out));
	fixture_wait(f);
}

void fixture_room_get(struct fixture *f, struct cardea_presented who, const char *id,
                      struct room_answer *out)
{
	*out = (struct room_answer){.fixture = f};
	started(f, &out->err, cardea_domain_room_get(f->domain, &who, id, take_room, out));
	fixture_wait(f);
}

static void copy_participant(struct add_answer *out, const struct cardea_participant_view *view)
{
	copy(out->id, sizeof(out->id), view->id);
	copy(out->room, sizeof(out->room), view->room_id);
	copy(out->display_name, sizeof(out->display_name), view->display_name);
	copy(out->external_user_id, sizeof(out->external_user_id), view->external_user_id);
	copy(out->metadata, sizeof(out->metadata), view->metadata);
	out->has_external_user_id = view->external_user_id != NULL;
	out->role = view->role;
	out->joined_at = view->joined_at;
	out->left_at = view->left_at;
}

static void take_added(int err, const struct cardea_participant_added *result, void *arg)
{
	struct add_answer *out = arg;

	out->err = err;
	if (!err) {
		copy_participant(out, &result->participant);
		copy(out->room, sizeof(out->room), result->room_id);
		copy(out->room_name, sizeof(out->room_name), result->room_name);
		copy(out->access, sizeof(out->access), result->access_token);
		copy(out->refresh, sizeof(out->refresh), result->refresh_token);
		copy(out->auth, sizeof(out->auth), result->auth_token);
		out->room_status = result->room_status;
		out->room_created = result->room_created;
		out->should_start_recording = result->should_start_recording;
		out->tenant = result->tenant;
		out->expires_in_s = result->expires_in_s;
	}
	finish(out->fixture);
}

void fixture_add_start(struct fixture *f, struct cardea_presented who, const char *room,
                       const char *name, const char *user, int role, struct add_answer *out)
{
	const struct cardea_participant_add command = {
	        .room = room, .display_name = name, .external_user_id = user, .role = role};

	*out = (struct add_answer){.fixture = f};
	started(f, &out->err,
	        cardea_domain_participant_add(f->domain, &who, &command, take_added, out));
}

void fixture_add(struct fixture *f, struct cardea_presented who, const char *room, const char *name,
                 const char *user, int role, struct add_answer *out)
{
	fixture_add_start(f, who, room, name, user, role, out);
	fixture_wait(f);
}

static void take_list(int err, const struct cardea_participant_view *list, size_t count, void *arg)
{
	struct list_answer *out = arg;

	out->err = err;
	out->count = count;
	assert_true(count <= G_N_ELEMENTS(out->items));
	for (size_t i = 0; i < count; i++) {
		copy_participant(&out->items[i], &list[i]);
	}
	finish(out->fixture);
}

void fixture_list(struct fixture *f, struct cardea_presented who, const char *room,
                  bool active_only, struct list_answer *out)
{
	memset(out, 0, sizeof(*out));
	out->fixture = f;
	started(f, &out->err,
	        cardea_domain_participant_list(f->domain, &who, room, active_only, take_list, out));
	fixture_wait(f);
}

static void take_entered(int err, const struct cardea_entered *result, void *arg)
{
	struct enter_answer *out = arg;

	out->err = err;
	if (!err) {
		out->claims = result->claims;
		copy(out->node, sizeof(out->node), result->node);
		copy(out->token, sizeof(out->token), result->join_token);
		copy(out->resume, sizeof(out->resume), result->resume);
		copy(out->room_name, sizeof(out->room_name), result->room_name);
		out->expires_in_s = result->expires_in_s;
	}
	finish(out->fixture);
}

void fixture_enter(struct fixture *f, const struct cardea_enter *command, struct enter_answer *out)
{
	memset(out, 0, sizeof(*out));
	out->fixture = f;
	started(f, &out->err, cardea_domain_enter(f->domain, command, take_entered, out));
	fixture_wait(f);
}

static void take_media(int err, const struct cardea_media_session *session, void *arg)
{
	struct media_answer *out = arg;

	out->err = err;
	if (!err) {
		out->session = *session;
	}
	finish(out->fixture);
}

void fixture_create(struct fixture *f, const char *node, const char *token,
                    struct media_answer *out)
{
	*out = (struct media_answer){.fixture = f};
	started(f, &out->err, cardea_domain_media_create(f->domain, node, token, take_media, out));
	fixture_wait(f);
}

void fixture_claim(struct fixture *f, const char *node, const char *resume,
                   struct media_answer *out)
{
	*out = (struct media_answer){.fixture = f};
	started(f, &out->err, cardea_domain_media_claim(f->domain, node, resume, take_media, out));
	fixture_wait(f);
}

struct verdict {
	struct fixture *fixture;
	int err;
};

static void take_verdict(int err, void *arg)
{
	struct verdict *out = arg;

	out->err = err;
	finish(out->fixture);
}

int fixture_node_event(struct fixture *f, const struct cardea_node_event *event)
{
	struct verdict verdict = {.fixture = f};

	started(f, &verdict.err, cardea_domain_node_event(f->domain, event, take_verdict, &verdict));
	fixture_wait(f);
	return verdict.err;
}

int fixture_seat_event(struct fixture *f, enum cardea_node_event_type type, int64_t seq,
                       const char *seat, const char *connection, const char *reason)
{
	const struct cardea_node_event event = {.type = type,
	                                        .node = f->placement.node,
	                                        .boot = f->placement.boot,
	                                        .room = f->placement.room,
	                                        .epoch = f->placement.epoch,
	                                        .seq = seq,
	                                        .seat = seat,
	                                        .connection = connection,
	                                        .reason = reason,
	                                        .kind = type == CARDEA_NODE_SOURCE ? "camera" : NULL,
	                                        .state = type == CARDEA_NODE_SOURCE ? "active" : NULL};

	return fixture_node_event(f, &event);
}

static void take_placements(int err, const struct cardea_placement *list, size_t count, void *arg)
{
	struct verdict *out = arg;

	for (size_t i = 0; i < count && !err; i++) {
		keep_grants(out->fixture, &list[i]);
		for (size_t j = 0; j < list[i].missed_count; j++) {
			tell(out->fixture, &list[i].missed[j]);
		}
	}
	out->err = err ? err : (int)count;
	finish(out->fixture);
}

int fixture_hello(struct fixture *f, const char *node, const char *boot)
{
	struct verdict verdict = {.fixture = f};

	started(f, &verdict.err,
	        cardea_domain_node_hello(f->domain, node, boot, f->rooms, f->room_count,
	                                 take_placements, &verdict));
	fixture_wait(f);
	return verdict.err;
}

static void take_links(int err, const struct cardea_links *links, void *arg)
{
	struct links_answer *out = arg;

	out->err = err;
	if (!err) {
		copy(out->room, sizeof(out->room), links->room_id);
		copy(out->host_key, sizeof(out->host_key), links->host_key);
		copy(out->guest_token, sizeof(out->guest_token), links->guest_token);
	}
	finish(out->fixture);
}

void fixture_links(struct fixture *f, const char *room, const char *host, struct links_answer *out)
{
	*out = (struct links_answer){.fixture = f};
	started(f, &out->err, cardea_domain_links(f->domain, room, host, take_links, out));
	fixture_wait(f);
}

/* ---- straight to the store ---- */

struct direct {
	struct fixture *f;
	const char *id;
	void *row;
	char *key;
	int count;
	const char *type;
};

static void run(struct fixture *f, cardea_store_command_h command, struct direct *direct)
{
	direct->f = f;
	assert_int_equal(cardea_store_run_sync(f->store, command, direct), 0);
}

static int get_tenant(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	struct cardea_tenant_row *row = direct->row;
	int err = cardea_store_tenant_get(tx, direct->f->tenant, row);

	row->name = "default";
	return err;
}

void fixture_get_tenant(struct fixture *f, struct cardea_tenant_row *out)
{
	run(f, get_tenant, &(struct direct){.row = out});
}

static int set_tenant(struct cardea_tx *tx, void *arg)
{
	return cardea_store_tenant_update(tx, ((struct direct *)arg)->row);
}

void fixture_set_tenant(struct fixture *f, const struct cardea_tenant_row *row)
{
	run(f, set_tenant, &(struct direct){.row = (void *)row});
}

static int second_tenant(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	struct cardea_tenant_row row = {
	        .name = "second", .is_active = true, .allow_early_join = true, .created_at = INT64_MAX};
	struct cardea_api_key_row key = {0};
	const struct cardea_secret_place place = {"api_keys", key.id, "key"};
	char *random = cardea_id_base64url(cardea_tx_random(tx), 32);
	int err = cardea_id_uuid(cardea_tx_random(tx), row.id);

	snprintf(direct->key, 64, "ck_live_%s", random);
	g_free(random);
	err |= cardea_store_tenant_insert(tx, &row);
	err |= cardea_id_uuid(cardea_tx_random(tx), key.id);
	memcpy(key.tenant, row.id, sizeof(key.tenant));
	err |= cardea_secret_close(direct->f->seal, tx, &place, direct->key, &key.key);
	key.secret = key.key;
	err |= cardea_store_api_key_insert(tx, &key);
	return err | cardea_secret_register(tx, row.id, direct->key, CARDEA_CREDENTIAL_API_KEY, key.id);
}

void fixture_second_tenant(struct fixture *f, char key[64])
{
	run(f, second_tenant, &(struct direct){.key = key});
}

static int get_room(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	struct cardea_room_row *row = direct->row;
	int err = cardea_store_room_get(tx, direct->f->tenant, direct->id, row);

	row->name = g_intern_string(row->name); /* outlives the tx */
	row->config_extra = NULL;
	return err;
}

void fixture_get_room(struct fixture *f, const char *id, struct cardea_room_row *out)
{
	run(f, get_room, &(struct direct){.id = id, .row = out});
}

static int set_room(struct cardea_tx *tx, void *arg)
{
	return cardea_store_room_update(tx, ((struct direct *)arg)->row);
}

void fixture_set_room(struct fixture *f, const struct cardea_room_row *row)
{
	run(f, set_room, &(struct direct){.row = (void *)row});
}

static int end_room(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	struct cardea_room_row room;
	int err = cardea_store_room_get(tx, direct->f->tenant, direct->id, &room);

	return err ? err : cardea_room_end(tx, &room, "test");
}

void fixture_end_room(struct fixture *f, const char *id)
{
	run(f, end_room, &(struct direct){.id = id});
}

static int get_seat(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	struct cardea_seat_row *row = direct->row;
	int err = cardea_store_seat_get(tx, direct->f->tenant, direct->id, row);

	row->display_name = row->avatar = row->external_user_id = row->metadata = NULL;
	row->client_key = row->connection = NULL;
	row->access_key = (struct cardea_sealed){0};
	return err;
}

int fixture_get_seat(struct fixture *f, const char *id, struct cardea_seat_row *out)
{
	return cardea_store_run_sync(f->store, get_seat,
	                             &(struct direct){.f = f, .id = id, .row = out});
}

static int remove_seat(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	struct cardea_seat_row seat;
	int err = cardea_store_seat_get(tx, direct->f->tenant, direct->id, &seat);

	return err ? err
	           : cardea_seat_remove(tx, &seat, &(struct cardea_seat_removal){.reason = "test"});
}

void fixture_remove_seat(struct fixture *f, const char *id)
{
	run(f, remove_seat, &(struct direct){.id = id});
}

static int raise_gen(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	struct cardea_seat_row seat;
	int err = cardea_store_seat_get(tx, direct->f->tenant, direct->id, &seat);

	seat.gen++;
	return err ? err : cardea_store_seat_update(tx, &seat);
}

void fixture_raise_gen(struct fixture *f, const char *id)
{
	run(f, raise_gen, &(struct direct){.id = id});
}

/* Hidden seats are made by dialects to come; here a copy of a seat takes its place. */
static int hide_seat(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	struct cardea_room_row room;
	struct cardea_seat_row seat;
	const struct cardea_seat_spec spec = {.display_name = "Hidden", .is_hidden = true};
	int err = cardea_store_room_get(tx, direct->f->tenant, direct->id, &room);

	return err ? err : cardea_seat_add(tx, &room, &spec, &seat);
}

void fixture_hide_seat(struct fixture *f, const char *room)
{
	run(f, hide_seat, &(struct direct){.id = room});
}

static int count_events(struct cardea_tx *tx, void *arg)
{
	struct direct *direct = arg;
	const struct cardea_event_row *events;
	size_t count = 0;
	int err =
	        cardea_store_event_list(tx, direct->f->tenant, direct->id, 0, 100000, &events, &count);

	direct->count = 0;
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(events[i].seq, (int64_t)i + 1);
		direct->count += strcmp(events[i].type, direct->type) == 0;
	}
	return err;
}

int fixture_count_events(struct fixture *f, const char *room, const char *type)
{
	struct direct direct = {.id = room, .type = type};

	run(f, count_events, &direct);
	return direct.count;
}
