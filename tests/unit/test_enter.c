/*
 * enter: which credential opens what, for whom and where; the matrix of credentials and purposes;
 * the tunnel's sessions.
 */
#include "unit.h"

#include "../support/domain_fixture.h"
#include "cardea_error.h"
#include "cardea_jws.h"
#include "domain/event_codec.h"
#include "domain/seats.h"
#include "domain/tokens.h"

#define HOST        CARDEA_ROLE_HOST
#define PARTICIPANT CARDEA_ROLE_PARTICIPANT
#define ABSENT      (-1)
#define UNKNOWN_ID  "99999999-9999-4999-8999-999999999999"
#define NEXT_BOOT   "22222222-2222-4222-8222-222222222222"

/* A meeting with one seat of the participants dialect and both links. */
struct meeting {
	struct links_answer links;
	struct add_answer seat;
};

static struct meeting open_meeting(struct fixture *f)
{
	struct meeting m;

	fixture_links(f, "Demo", "Host", &m.links);
	assert_int_equal(m.links.err, 0);
	fixture_add(f, fixture_api_key(f->api_key), m.links.room, "John", "u", PARTICIPANT, &m.seat);
	assert_int_equal(m.seat.err, 0);
	return m;
}

static int enter(struct fixture *f, const char *credential, struct enter_answer *out)
{
	struct enter_answer ignored;
	const struct cardea_enter command = {.credential = credential, .name = "Visitor"};

	out = out ? out : &ignored;
	fixture_enter(f, &command, out);
	return out->err;
}

static int resume(struct fixture *f, const char *credential, const char *with,
                  struct enter_answer *out)
{
	const struct cardea_enter command = {.credential = credential, .resume = with};

	fixture_enter(f, &command, out);
	return out->err;
}

static int64_t count_listed(struct fixture *f, const char *room)
{
	struct room_answer view;

	fixture_room_get(f, fixture_api_key(f->api_key), room, &view);
	assert_int_equal(view.err, 0);
	return view.participant_count;
}

static void verify(struct fixture *f, const char *token, struct cardea_join_claims *claims)
{
	struct cardea_jwks *keys = cardea_jwks_new();
	int err;

	assert_int_equal(cardea_jwks_add(keys, f->join), 0);
	err = cardea_join_token_verify(keys, "cardea", token, strlen(token),
	                               atomic_load(&f->now_ms) / 1000, claims);
	cardea_jwks_unref(keys);
	assert_int_equal(err, 0);
}

static void access_key_enters_as_its_seat(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_join_claims claims;
	struct enter_answer in;

	assert_int_equal(enter(f, m.links.host_key, &in), 0);
	verify(f, in.token, &claims);
	assert_string_equal(claims.room, m.links.room);
	assert_string_equal(claims.tenant, f->tenant);
	assert_string_equal(claims.name, "Host");
	assert_int_equal(claims.role, HOST);
	assert_false(claims.guest || claims.hidden);
	assert_int_equal(claims.publish, CARDEA_KIND_ALL);
	assert_int_equal(claims.epoch, 1);
	assert_int_equal(claims.gen, 0);
	assert_int_equal(claims.dup, CARDEA_DUP_REFUSE);
	assert_int_equal(claims.exp - claims.iat, 120);
	assert_int_equal(strlen(claims.client_id), 24);
	assert_string_equal(in.room_name, "Demo");
	assert_string_equal(in.node, FIXTURE_NODE);
	assert_string_equal(f->placement.session, claims.conf_id);
	assert_string_equal(f->placement.boot, FIXTURE_BOOT);
	assert_int_equal(f->placement.epoch, 1);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_ROOM_PLACED), 1);
	cardea_join_claims_clear(&claims);
}

static void guest_token_makes_one_guest_for_each_key(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_enter command = {
	        .credential = m.links.guest_token, .name = " Ann\n Lee ", .client_key = "page-1"};
	struct enter_answer first, again, other;

	fixture_enter(f, &command, &first);
	assert_int_equal(first.err, 0);
	assert_true(first.claims.guest);
	assert_int_equal(first.claims.role, PARTICIPANT);
	assert_string_equal(first.claims.name, "Ann Lee");
	command.name = NULL; /* a retry after a lost answer */
	fixture_enter(f, &command, &again);
	assert_int_equal(again.err, 0);
	assert_string_equal(again.claims.sub, first.claims.sub);
	assert_string_not_equal(again.claims.jti, first.claims.jti);
	assert_string_not_equal(again.resume, first.resume);
	command.client_key = "page-2";
	fixture_enter(f, &command, &other);
	assert_int_equal(other.err, CARDEA_E_NAME_REQUIRED);
	command.name = "Bob";
	fixture_enter(f, &command, &other);
	assert_string_not_equal(other.claims.sub, first.claims.sub);
	/* The key behind the host link is not one that a page can send. */
	command.client_key = "Host";
	fixture_enter(f, &command, &other);
	assert_int_equal(other.claims.role, PARTICIPANT);
	command.name = " \n\t ";
	command.client_key = NULL;
	fixture_enter(f, &command, &other);
	assert_int_equal(other.err, CARDEA_E_NAME_REQUIRED);
	assert_int_equal(count_listed(f, m.links.room), 5);
}

static void credentials_open_only_what_they_are_for(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct enter_answer in;

	assert_int_equal(enter(f, m.links.host_key, &in), 0);
	const struct {
		const char *credential;
		int enter, rest;
	} matrix[] = {
	        {m.links.host_key, 0, CARDEA_E_API_KEY_FORMAT},
	        {m.links.guest_token, 0, CARDEA_E_API_KEY_FORMAT},
	        {m.seat.access, 0, 0},
	        {m.seat.auth, 0, 0},
	        {m.seat.refresh, CARDEA_E_CREDENTIAL_PURPOSE, CARDEA_E_AUTH_TOKEN},
	        {f->api_key, CARDEA_E_CREDENTIAL_PURPOSE, 0},
	        {in.token, CARDEA_E_CREDENTIAL_PURPOSE, CARDEA_E_AUTH_TOKEN},
	        {in.resume, CARDEA_E_CREDENTIAL_MALFORMED, CARDEA_E_API_KEY_FORMAT},
	        {"abcdefghijklmnopqrstuvwx", CARDEA_E_UNAUTHENTICATED, CARDEA_E_API_KEY_FORMAT},
	        {"ck_live_0123456789abcdefghij", CARDEA_E_CREDENTIAL_PURPOSE, CARDEA_E_API_KEY_UNKNOWN},
	        {"", CARDEA_E_CREDENTIAL_MALFORMED, CARDEA_E_AUTH_FORMAT},
	        {"garbage", CARDEA_E_CREDENTIAL_MALFORMED, CARDEA_E_API_KEY_FORMAT},
	        {"a.b.c", CARDEA_E_CREDENTIAL_MALFORMED, CARDEA_E_AUTH_TOKEN},
	        {"e30.e30.e30", CARDEA_E_CREDENTIAL_MALFORMED, CARDEA_E_AUTH_TOKEN},
	        {"..", CARDEA_E_CREDENTIAL_MALFORMED, CARDEA_E_AUTH_TOKEN},
	        {"a.b.c.d", CARDEA_E_CREDENTIAL_MALFORMED, CARDEA_E_AUTH_TOKEN},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(matrix); i++) {
		struct list_answer list;
		struct media_answer media;

		assert_int_equal(enter(f, matrix[i].credential, NULL), matrix[i].enter);
		fixture_list(f, fixture_bearer(matrix[i].credential), m.links.room, true, &list);
		assert_int_equal(list.err, matrix[i].rest);
		fixture_claim(f, FIXTURE_NODE, matrix[i].credential, &media);
		assert_int_not_equal(media.err, 0); /* the resume string too: nothing was created */
		if (matrix[i].credential != in.token) {
			fixture_create(f, FIXTURE_NODE, matrix[i].credential, &media);
			assert_int_not_equal(media.err, 0);
		}
	}
	assert_int_equal(enter(f, NULL, NULL), CARDEA_E_CREDENTIAL_MALFORMED);
}

static void exchanged_key_is_no_token(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	char *auth_header = g_strndup(m.seat.auth, (gsize)(strchr(m.seat.auth, '.') - m.seat.auth));
	char *mixed = g_strconcat(auth_header, strchr(m.seat.access, '.'), NULL);

	/* The header of one use on the payload and signature of another; both keys have one kid. */
	assert_int_equal(enter(f, mixed, NULL), CARDEA_E_UNAUTHENTICATED);
	g_free(mixed);
	g_free(auth_header);
	fixture_move_clock(f, 3600 * 1000);
	assert_int_equal(enter(f, m.seat.access, NULL), CARDEA_E_CREDENTIAL_EXPIRED);
}

/* What REST and `enter` say of a token that the domain has minted for @claims. */
static void expect_minted(struct fixture *f, enum cardea_token_use use,
                          const struct cardea_token_claims *claims, const char *room, int rest,
                          int entering)
{
	const struct cardea_token_stamp stamp = cardea_token_stamp(f->domain);
	struct list_answer list;
	char *token = NULL;

	assert_int_equal(cardea_token_mint(f->domain, &stamp, use, claims, NULL, &token), 0);
	fixture_list(f, fixture_bearer(token), room, true, &list);
	assert_int_equal(list.err, rest);
	assert_int_equal(enter(f, token, NULL), entering);
	g_free(token);
}

static void tokens_are_bound_to_their_subject(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	const char *room = m.links.room;
	struct cardea_token_claims tenant = {.role = HOST, .family = "f"};
	struct cardea_token_claims seat = {.role = PARTICIPANT, .family = "f"};

	g_strlcpy(tenant.tenant, f->tenant, sizeof(tenant.tenant));
	g_strlcpy(tenant.subject, f->tenant, sizeof(tenant.subject));
	expect_minted(f, CARDEA_TOKEN_ACCESS, &tenant, room, 0, CARDEA_E_CREDENTIAL_PURPOSE);
	expect_minted(f, CARDEA_TOKEN_AUTH, &tenant, room, CARDEA_E_AUTH_TOKEN,
	              CARDEA_E_CREDENTIAL_PURPOSE);
	g_strlcpy(seat.tenant, f->tenant, sizeof(seat.tenant));
	g_strlcpy(seat.subject, m.seat.id, sizeof(seat.subject));
	g_strlcpy(seat.room, room, sizeof(seat.room));
	expect_minted(f, CARDEA_TOKEN_ACCESS, &seat, room, 0, 0);
	g_strlcpy(seat.room, UNKNOWN_ID, sizeof(seat.room));
	expect_minted(f, CARDEA_TOKEN_ACCESS, &seat, room, CARDEA_E_AUTH_TOKEN,
	              CARDEA_E_UNAUTHENTICATED);
	g_strlcpy(seat.room, room, sizeof(seat.room));
	g_strlcpy(seat.tenant, UNKNOWN_ID, sizeof(seat.tenant));
	expect_minted(f, CARDEA_TOKEN_ACCESS, &seat, room, CARDEA_E_AUTH_TOKEN,
	              CARDEA_E_UNAUTHENTICATED);
}

/* One claim of a good token at a time is changed. */
static void every_claim_is_checked(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	json_int_t now = atomic_load(&f->now_ms) / 1000;
	json_t *good =
	        json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "sub", m.seat.id, "iss",
	                  "cardea", "exp", now + 60, "tenant_id", f->tenant, "room_id", m.links.room,
	                  "role", "participant", "type", "access", "use", "access", "family", "f");
	const struct {
		const char *claim;
		json_t *value;
		int err;
	} changes[] = {
	        {"ignored", json_string("x"), 0},
	        {"use", json_string("refresh"), CARDEA_E_AUTH_TOKEN},
	        {"use", json_string("exchange"), CARDEA_E_AUTH_TOKEN},
	        {"type", json_string("auth"), CARDEA_E_AUTH_TOKEN},
	        {"iss", json_string("chalk"), CARDEA_E_AUTH_TOKEN},
	        {"exp", json_string("9999999999"), CARDEA_E_AUTH_TOKEN},
	        {"exp", json_null(), CARDEA_E_AUTH_TOKEN},
	        {"exp", json_integer(now), CARDEA_E_AUTH_EXPIRED},
	        {"sub", json_string("join"), CARDEA_E_AUTH_TOKEN},
	        {"sub", json_integer(1), CARDEA_E_AUTH_TOKEN},
	        {"tenant_id", json_string("t"), CARDEA_E_AUTH_TOKEN},
	        {"room_id", json_string("Demo"), CARDEA_E_AUTH_TOKEN},
	        {"room_id", json_null(), CARDEA_E_AUTH_TOKEN},
	        {"role", json_string("admin"), CARDEA_E_AUTH_TOKEN},
	        {"role", json_true(), CARDEA_E_AUTH_TOKEN},
	        {"family", json_string(""), CARDEA_E_AUTH_TOKEN},
	        {"family", json_integer(1), CARDEA_E_AUTH_TOKEN},
	        {"family", json_string("12345678901234567890123"), CARDEA_E_AUTH_TOKEN},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
		json_t *payload = json_deep_copy(good);
		struct list_answer list;
		char *token = NULL;

		json_object_set_new(payload, changes[i].claim, changes[i].value);
		assert_int_equal(cardea_jws_sign(f->access, "cardea-access+jwt", payload, &token), 0);
		fixture_list(f, fixture_bearer(token), m.links.room, true, &list);
		assert_int_equal(list.err, changes[i].err);
		g_free(token);
		json_decref(payload);
	}
	/* Without a room it would be the tenant's, but it is a seat's. */
	json_object_del(good, "room_id");
	{
		struct list_answer list;
		char *token = NULL;

		assert_int_equal(cardea_jws_sign(f->access, "cardea-access+jwt", good, &token), 0);
		fixture_list(f, fixture_bearer(token), m.links.room, true, &list);
		assert_int_equal(list.err, CARDEA_E_AUTH_TOKEN);
		g_free(token);
	}
	json_decref(good);
}

static void seat_in_use_needs_its_resume(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct enter_answer host, again, guest, other;
	struct links_answer elsewhere;

	assert_int_equal(enter(f, m.links.host_key, &host), 0);
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 1, host.claims.sub, "c1", NULL), 0);
	assert_int_equal(enter(f, m.links.host_key, NULL), CARDEA_E_IN_USE);
	assert_int_equal(resume(f, m.links.host_key, host.resume, &again), 0);
	assert_string_equal(again.claims.sub, host.claims.sub);
	assert_int_equal(again.claims.dup, CARDEA_DUP_REPLACE);
	/* Of another seat, broken, or no resume string at all. */
	assert_int_equal(enter(f, m.links.guest_token, &guest), 0);
	assert_int_equal(resume(f, m.links.host_key, guest.resume, &other), CARDEA_E_SEAL);
	assert_int_equal(resume(f, m.links.guest_token, host.resume, &other), CARDEA_E_SEAL);
	host.resume[5] ^= 1;
	assert_int_equal(resume(f, m.links.host_key, host.resume, &other), CARDEA_E_SEAL);
	assert_int_equal(resume(f, m.links.host_key, "", &other), CARDEA_E_SEAL);
	assert_int_equal(resume(f, m.links.host_key, host.token, &other), CARDEA_E_SEAL);
	fixture_links(f, "Other room", "Host", &elsewhere);
	assert_int_equal(resume(f, elsewhere.guest_token, guest.resume, &other), CARDEA_E_SEAL);
	/* A guest comes back to its seat by the guest token and its resume. */
	assert_int_equal(resume(f, m.links.guest_token, guest.resume, &other), 0);
	assert_string_equal(other.claims.sub, guest.claims.sub);
	/* 001: the newest connection replaces. */
	assert_int_equal(enter(f, m.seat.access, &other), 0);
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 2, other.claims.sub, "c2", NULL), 0);
	assert_int_equal(enter(f, m.seat.auth, &again), 0);
	assert_int_equal(again.claims.dup, CARDEA_DUP_REPLACE);
	/* From before the seat was put out and let in again. */
	fixture_raise_gen(f, m.seat.id);
	assert_int_equal(resume(f, m.seat.auth, again.resume, &other), CARDEA_E_GEN_STALE);
	assert_int_equal(enter(f, m.seat.auth, &other), 0);
	assert_int_equal(other.claims.gen, 1);
}

static void removed_seat_stays_out(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_tenant_row tenant;
	struct enter_answer in, again;
	struct media_answer media;
	struct add_answer added;

	assert_int_equal(enter(f, m.seat.access, &in), 0);
	fixture_get_tenant(f, &tenant);
	tenant.duplicate_policy = CARDEA_DUPLICATE_DISCONNECT_EXISTING;
	fixture_set_tenant(f, &tenant);
	fixture_add(f, fixture_api_key(f->api_key), m.links.room, "John", "u", ABSENT, &added);
	assert_int_equal(added.err, 0);
	assert_int_equal(f->revoked, 1);
	assert_string_equal(f->revocation.seat, m.seat.id);
	assert_string_equal(f->revocation.node, FIXTURE_NODE);
	assert_int_equal(f->revocation.min_gen, 1);
	assert_int_equal(f->revocation.epoch, 1);
	assert_int_equal(enter(f, m.seat.access, NULL), CARDEA_E_REMOVED);
	assert_int_equal(resume(f, m.seat.access, in.resume, &again), CARDEA_E_REMOVED);
	fixture_create(f, FIXTURE_NODE, in.token, &media);
	assert_int_equal(media.err, CARDEA_E_GEN_STALE);
	/* The next `open` tells the node. */
	assert_int_equal(enter(f, m.links.host_key, NULL), 0);
	assert_int_equal(f->placement.min_gen_count, 1);
	assert_string_equal(f->min_gen[0].seat, m.seat.id);
	assert_int_equal(f->min_gen[0].gen, 1);
}

static void ended_meeting_is_over(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct enter_answer in;
	struct media_answer media;
	struct links_answer again;

	assert_int_equal(enter(f, m.links.host_key, &in), 0);
	fixture_end_room(f, m.links.room);
	assert_int_equal(enter(f, m.links.host_key, NULL), CARDEA_E_SESSION_OVER);
	assert_int_equal(enter(f, m.links.guest_token, NULL), CARDEA_E_SESSION_OVER);
	assert_int_equal(enter(f, m.seat.access, NULL), CARDEA_E_SESSION_OVER);
	fixture_create(f, FIXTURE_NODE, in.token, &media);
	assert_int_equal(media.err, CARDEA_E_SESSION_OVER);
	/* The same room again is another meeting: old links stay dead, its epoch is higher. */
	fixture_links(f, "Demo", "Host", &again);
	assert_string_equal(again.room, m.links.room);
	assert_string_not_equal(again.host_key, m.links.host_key);
	assert_string_not_equal(again.guest_token, m.links.guest_token);
	assert_int_equal(enter(f, m.links.host_key, NULL), CARDEA_E_SESSION_OVER);
	assert_int_equal(enter(f, again.host_key, &in), 0);
	assert_int_equal(in.claims.epoch, 2);
}

static void links_are_the_same_within_a_session(void **state)
{
	struct fixture *f = *state;
	struct links_answer first, again;

	fixture_links(f, "Demo", "Host", &first);
	fixture_restart(f);
	fixture_links(f, "Demo", "Host", &again);
	assert_string_equal(first.host_key, again.host_key);
	assert_string_equal(first.guest_token, again.guest_token);
	assert_true(cardea_id_is_alnum(first.host_key, 24));
	assert_true(cardea_id_is_alnum(first.guest_token, 24));
	assert_int_equal(count_listed(f, first.room), 1);
}

static void full_and_locked_rooms_keep_guests_out(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_room_row room;
	struct enter_answer in;

	fixture_get_room(f, m.links.room, &room);
	room.max_participants = 2;
	fixture_set_room(f, &room);
	assert_int_equal(enter(f, m.links.guest_token, NULL), CARDEA_E_CAPACITY);
	assert_int_equal(enter(f, m.links.host_key, NULL), 0);
	assert_int_equal(f->placement.policy.max_participants, 2);
	fixture_get_room(f, m.links.room, &room);
	room.max_participants = -1;
	room.is_locked = true;
	fixture_set_room(f, &room);
	assert_int_equal(enter(f, m.links.guest_token, NULL), CARDEA_E_ROOM_LOCKED);
	assert_int_equal(enter(f, m.seat.access, &in), 0); /* is inside */
}

/* Else a room of three could have four in it, or a locked one somebody who never was there. */
static void place_is_kept_as_long_as_its_token(void **state)
{
	const int64_t token_ms = 1000 * (CARDEA_JOIN_TOKEN_LIFE_S + CARDEA_TOKEN_LEEWAY_S);
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct cardea_room_row room;
	struct enter_answer in;
	struct media_answer media;

	fixture_get_room(f, m.links.room, &room);
	room.max_participants = 3;
	fixture_set_room(f, &room);
	assert_int_equal(enter(f, m.links.guest_token, &in), 0);
	fixture_move_clock(f, token_ms - 1000);
	assert_int_equal(enter(f, m.links.guest_token, NULL), CARDEA_E_CAPACITY);
	fixture_create(f, FIXTURE_NODE, in.token, &media);
	assert_int_equal(media.err, 0);
	fixture_move_clock(f, 1000);
	assert_int_equal(enter(f, m.links.guest_token, NULL), 0);
}

static void media_side_decides_last(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct enter_answer in;

	f->node = NULL;
	assert_int_equal(enter(f, m.links.host_key, NULL), CARDEA_E_NO_NODE);
	f->node = FIXTURE_NODE;
	f->open_err = CARDEA_E_NODE_TIMEOUT;
	assert_int_equal(enter(f, m.links.host_key, NULL), CARDEA_E_NODE_TIMEOUT);
	f->open_err = 0;
	assert_int_equal(enter(f, m.links.host_key, &in), 0);
	assert_int_equal(in.claims.epoch, 1); /* placed once */
	f->boot = NEXT_BOOT;
	assert_int_equal(enter(f, m.links.host_key, &in), 0);
	assert_int_equal(in.claims.epoch, 2);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_ROOM_PLACED), 2);
}

static void join_token_creates_one_session(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct enter_answer in, next;
	struct media_answer created, again, claimed;

	assert_int_equal(enter(f, m.links.host_key, &in), 0);
	fixture_claim(f, FIXTURE_NODE, in.resume, &claimed);
	assert_int_equal(claimed.err, CARDEA_E_NOT_FOUND); /* nothing was created */
	fixture_create(f, "n2", in.token, &created);
	assert_int_equal(created.err, CARDEA_E_NOT_FOUND);
	fixture_create(f, FIXTURE_NODE, in.token, &created);
	assert_int_equal(created.err, 0);
	assert_true(created.session.janus_session > 0 && created.session.janus_session < 1ULL << 53);
	assert_string_equal(created.session.seat, in.claims.sub);
	fixture_create(f, FIXTURE_NODE, in.token, &again);
	assert_int_equal(again.err, CARDEA_E_TOKEN_BOUND);
	fixture_create(f, FIXTURE_NODE, "", &again);
	assert_int_equal(again.err, CARDEA_E_TOKEN_MISSING);
	fixture_claim(f, FIXTURE_NODE, in.resume, &claimed);
	assert_int_equal(claimed.err, 0);
	assert_int_equal(claimed.session.janus_session, created.session.janus_session);
	fixture_claim(f, "n2", in.resume, &claimed);
	assert_int_equal(claimed.err, CARDEA_E_NOT_FOUND);
	assert_int_equal(enter(f, m.links.host_key, &next), 0);
	fixture_move_clock(f, 151 * 1000); /* life and leeway */
	fixture_create(f, FIXTURE_NODE, next.token, &again);
	assert_int_equal(again.err, CARDEA_E_TOKEN_EXPIRED);
	fixture_remove_seat(f, in.claims.sub);
	fixture_claim(f, FIXTURE_NODE, in.resume, &claimed);
	assert_int_equal(claimed.err, CARDEA_E_GEN_STALE);
}

static void take_verdict(int err, void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(err, 0);
	f->pending--;
	cardea_loop_stop(f->loop);
}

static void take_sessions(int err, const struct cardea_media_session *list, size_t count, void *arg)
{
	struct fixture *f = arg;

	assert_int_equal(err, 0);
	assert_int_equal(count, 1);
	assert_int_equal(cardea_domain_media_gone(f->domain, list[0].node, list[0].janus_session,
	                                          take_verdict, f),
	                 0);
}

static void destroyed_session_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct enter_answer in;
	struct media_answer media;

	assert_int_equal(enter(f, m.links.host_key, &in), 0);
	fixture_create(f, FIXTURE_NODE, in.token, &media);
	f->pending++;
	assert_int_equal(cardea_domain_media_sessions(f->domain, FIXTURE_NODE, take_sessions, f), 0);
	fixture_wait(f);
	fixture_claim(f, FIXTURE_NODE, in.resume, &media);
	assert_int_equal(media.err, CARDEA_E_NOT_FOUND);
}

static void who_does_not_come_back_has_left(void **state)
{
	struct fixture *f = *state;
	struct meeting m = open_meeting(f);
	struct enter_answer in, guest;

	assert_int_equal(enter(f, m.links.host_key, &in), 0);
	assert_int_equal(enter(f, m.links.guest_token, &guest), 0);
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_ONLINE, 1, in.claims.sub, "c1", NULL), 0);
	assert_int_equal(count_listed(f, m.links.room), 3);
	fixture_move_clock(f, CARDEA_SEAT_ENTER_MS); /* the guest never came */
	assert_int_equal(count_listed(f, m.links.room), 2);
	assert_int_equal(fixture_seat_event(f, CARDEA_NODE_OFFLINE, 2, in.claims.sub, "c1", "hangup"),
	                 0);
	fixture_move_clock(f, CARDEA_SEAT_GRACE_MS - 1);
	assert_int_equal(count_listed(f, m.links.room), 2);
	fixture_move_clock(f, 1);
	assert_int_equal(count_listed(f, m.links.room), 1);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_PARTICIPANT_LEFT), 2);
	/* The link still works: the same person in the same seat. */
	assert_int_equal(enter(f, m.links.host_key, &guest), 0);
	assert_string_equal(guest.claims.sub, in.claims.sub);
	assert_int_equal(count_listed(f, m.links.room), 2);
	assert_int_equal(fixture_count_events(f, m.links.room, CARDEA_EVENT_PARTICIPANT_RETURNED), 1);
}

#define WITH_DOMAIN(sentence, function)                                                            \
	{                                                                                              \
		.name = (sentence), .test_func = (function), .setup_func = fixture_setup,                  \
		.teardown_func = fixture_teardown                                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WITH_DOMAIN("an access key enters as its seat", access_key_enters_as_its_seat),
	        WITH_DOMAIN("a guest token makes one guest for each key of a page",
	                    guest_token_makes_one_guest_for_each_key),
	        WITH_DOMAIN("every credential opens only what it is for",
	                    credentials_open_only_what_they_are_for),
	        WITH_DOMAIN("a token of one use with the header of another is refused",
	                    exchanged_key_is_no_token),
	        WITH_DOMAIN("a token is as good as its subject, and only there",
	                    tokens_are_bound_to_their_subject),
	        WITH_DOMAIN("every claim of a token is checked", every_claim_is_checked),
	        WITH_DOMAIN("a seat in use is taken over by its resume string only",
	                    seat_in_use_needs_its_resume),
	        WITH_DOMAIN("a removed seat stays out, and the node learns why",
	                    removed_seat_stays_out),
	        WITH_DOMAIN("an ended meeting is over for all its credentials", ended_meeting_is_over),
	        WITH_DOMAIN("links stay the same within a session, over restarts",
	                    links_are_the_same_within_a_session),
	        WITH_DOMAIN("full and locked rooms keep guests out",
	                    full_and_locked_rooms_keep_guests_out),
	        WITH_DOMAIN("a place is kept as long as its token is good",
	                    place_is_kept_as_long_as_its_token),
	        WITH_DOMAIN("without a node nobody enters; a restarted one raises the epoch",
	                    media_side_decides_last),
	        WITH_DOMAIN("a join token creates one Janus session, its resume string claims it",
	                    join_token_creates_one_session),
	        WITH_DOMAIN("a destroyed session is forgotten", destroyed_session_is_forgotten),
	        WITH_DOMAIN("who does not come back in time has left, and may return",
	                    who_does_not_come_back_has_left),
	};

	return cmocka_run_group_tests_name("enter", tests, NULL, NULL);
}
