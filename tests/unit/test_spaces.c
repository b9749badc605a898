/* Accounts, spaces and links below HTTP: the table of grants, tokens against the clock, invites,
 * links and refresh tokens. */
#include "unit.h"

#include <string.h>
#include "../support/domain_fixture.h"
#include "cardea_error.h"
#include "domain/account_tokens.h"
#include "domain/space_grants.h"
#include "domain/spaces.h"

#define DAY_MS INT64_C(86400000)

/* ---- grants ---- */

static void owning_a_space_opens_no_private_room(void **state)
{
	const unsigned owner = CARDEA_AS_USER | CARDEA_AS_SPACE_OWNER;

	(void)state;
	assert_int_equal(cardea_grant_space_entry(true, true, CARDEA_AS_USER), 0);
	assert_int_equal(cardea_grant_space_entry(true, false, owner), CARDEA_E_FORBIDDEN);
	assert_int_equal(cardea_grant_space_entry(false, false, owner), CARDEA_E_FORBIDDEN);
	assert_int_equal(cardea_grant_space_entry(false, false, owner | CARDEA_AS_ROOM_USER), 0);
	assert_int_equal(cardea_grant_space_entry(false, false, CARDEA_AS_USER | CARDEA_AS_ROOM_OWNER),
	                 CARDEA_E_FORBIDDEN);
	assert_int_equal(cardea_grant_space_entry(false, true, CARDEA_AS_USER | CARDEA_AS_ROOM_USER),
	                 0);
	assert_int_equal(cardea_grant_space_entry(false, false, CARDEA_AS_LINK), 0);
	assert_int_equal(cardea_grant_space_entry(true, false, CARDEA_AS_NOBODY),
	                 CARDEA_E_UNAUTHENTICATED);
	assert_int_equal(cardea_grant_space(CARDEA_SPACE_LINK_CREATE, owner), CARDEA_E_FORBIDDEN);
	assert_int_equal(cardea_grant_space(CARDEA_SPACE_LINK_CREATE, owner | CARDEA_AS_ROOM_MODERATOR),
	                 0);
	assert_int_equal(cardea_grant_space_seat(owner), CARDEA_ROLE_PARTICIPANT);
	assert_int_equal(cardea_grant_space_seat(CARDEA_AS_ROOM_MODERATOR), CARDEA_ROLE_HOST);
}

static void every_call_is_in_the_table_and_none_is_for_nobody_but_the_way_in(void **state)
{
	(void)state;
	for (int call = 0; call < CARDEA_SPACE_CALLS; call++) {
		bool is_open = call == CARDEA_SPACE_ROOM_BY_ALIAS || call == CARDEA_SPACE_PARTICIPANT_ADD;

		assert_int_equal(cardea_grant_space((enum cardea_space_call)call, ~0U), 0);
		assert_int_equal(cardea_grant_space((enum cardea_space_call)call, CARDEA_AS_NOBODY),
		                 is_open ? 0 : CARDEA_E_UNAUTHENTICATED);
	}
}

/* ---- tokens ---- */

static struct cardea_account_keys *new_keys(const char *kid)
{
	struct cardea_account_keys *keys = NULL;
	struct cardea_jwk *master = NULL;

	assert_int_equal(cardea_jwk_generate(CARDEA_JWS_HS256, kid, &master), 0);
	assert_int_equal(cardea_account_keys_new(master, &keys), 0);
	cardea_jwk_unref(master);
	return keys;
}

static void a_token_is_good_for_its_use_until_its_second(void **state)
{
	struct cardea_account_keys *keys = new_keys("a-1"), *others = new_keys("a-1");
	struct cardea_account_claims claims = {.subject = "62ab5a84b0ce6ee31b0997b3",
	                                       .client = "62a09fc702f86ce37a9386f1",
	                                       .jti = "sf18qmvExbgssjMWHQ5er",
	                                       .iat = 1000,
	                                       .exp = 2000};

	(void)state;
	for (int use = 0; use < CARDEA_ACCOUNT_USES; use++) {
		struct cardea_account_claims read;
		char *token = NULL;

		assert_int_equal(
		        cardea_account_token_mint(keys, (enum cardea_account_use)use, &claims, &token), 0);
		assert_int_equal(cardea_account_token_peek(keys, token), use);
		for (int other = 0; other < CARDEA_ACCOUNT_USES; other++) {
			assert_int_equal(cardea_account_token_verify(keys, (enum cardea_account_use)other,
			                                             token, 1999, &read),
			                 other == use ? 0 : CARDEA_E_UNAUTHENTICATED);
		}
		assert_string_equal(read.subject, claims.subject);
		assert_int_equal(
		        cardea_account_token_verify(keys, (enum cardea_account_use)use, token, 2000, &read),
		        CARDEA_E_AUTH_EXPIRED);
		assert_int_equal(cardea_account_token_verify(others, (enum cardea_account_use)use, token,
		                                             1999, &read),
		                 CARDEA_E_UNAUTHENTICATED);
		g_free(token);
	}
	cardea_account_keys_free(keys);
	cardea_account_keys_free(others);
}

/* ---- the domain ---- */

struct answer {
	struct fixture *fixture;
	int err;
	char id[CARDEA_UUID_SIZE], token[2048], refresh[2048];
};

static void take_id(int err, const char *id, void *arg)
{
	struct answer *out = arg;

	out->err = err;
	g_strlcpy(out->id, id ? id : "", sizeof(out->id));
	cardea_loop_stop(out->fixture->loop);
}

static void take_pair(int err, const struct cardea_token_pair *pair, void *arg)
{
	struct answer *out = arg;

	out->err = err;
	g_strlcpy(out->token, pair ? pair->access : "", sizeof(out->token));
	g_strlcpy(out->refresh, pair ? pair->refresh : "", sizeof(out->refresh));
	cardea_loop_stop(out->fixture->loop);
}

static void take_result(int err, const struct cardea_space_result *result, void *arg)
{
	struct answer *out = arg;
	const char *id = !result           ? ""
	                 : result->id      ? result->id
	                 : result->room.id ? result->room.id
	                                   : "";

	out->err = err;
	g_strlcpy(out->id, id, sizeof(out->id));
	g_strlcpy(out->token, result && result->link_token ? result->link_token : "",
	          sizeof(out->token));
	cardea_loop_stop(out->fixture->loop);
}

static int run(struct fixture *f, const struct cardea_space_command *command, struct answer *out)
{
	*out = (struct answer){.fixture = f};
	assert_int_equal(cardea_domain_space(f->domain, command, take_result, out), 0);
	assert_int_equal(cardea_loop_run(f->loop), 0);
	return out->err;
}

static int sign_in(struct fixture *f, const char *name, const char *password, const char *refresh,
                   struct answer *out)
{
	/* Without a client it is that of the first tenant. */
	const struct cardea_oauth command = {.grant = refresh ? CARDEA_OAUTH_REFRESH
	                                                      : CARDEA_OAUTH_PASSWORD,
	                                     .username = name,
	                                     .password = password,
	                                     .refresh_token = refresh};

	*out = (struct answer){.fixture = f};
	assert_int_equal(cardea_domain_oauth(f->domain, &command, take_pair, out), 0);
	assert_int_equal(cardea_loop_run(f->loop), 0);
	return out->err;
}

/* A user with that name, signed in. */
static void add_user(struct fixture *f, const char *email, struct answer *out)
{
	const struct cardea_account_new account = {
	        .email = email, .username = email, .password = "gmi28abc"};

	*out = (struct answer){.fixture = f};
	assert_int_equal(cardea_domain_account_create(f->domain, NULL, &account, take_id, out), 0);
	assert_int_equal(cardea_loop_run(f->loop), 0);
	assert_int_equal(out->err, 0);
	assert_int_equal(sign_in(f, email, "gmi28abc", NULL, out), 0);
}

static void tokens_and_links_follow_the_clock(void **state)
{
	struct fixture *f = *state;
	struct answer ann, space, room, link, answer;

	add_user(f, "ann@x.io", &ann);
	struct cardea_space_command command = {
	        .call = CARDEA_SPACE_CREATE, .token = ann.token, .name = "s"};
	assert_int_equal(run(f, &command, &space), 0);
	command.call = CARDEA_SPACE_ROOM_CREATE;
	command.space = space.id;
	assert_int_equal(run(f, &command, &room), 0);
	command.call = CARDEA_SPACE_LINK_CREATE;
	command.room = room.id;
	command.rank = CARDEA_RANK_USER;
	command.ttl_s = 60;
	command.is_permanent = true;
	assert_int_equal(run(f, &command, &link), 0);
	command = (struct cardea_space_command){.call = CARDEA_SPACE_PARTICIPANT_ADD,
	                                        .token = link.token,
	                                        .space = space.id,
	                                        .room = room.id};
	assert_int_equal(run(f, &command, &answer), 0);
	fixture_move_clock(f, 59000);
	assert_int_equal(run(f, &command, &answer), 0);
	fixture_move_clock(f, -30000); /* a clock that is set back lets nobody in longer */
	assert_int_equal(run(f, &command, &answer), 0);
	fixture_move_clock(f, 31000);
	assert_int_equal(run(f, &command, &answer), CARDEA_E_LINK_EXPIRED);
	command = (struct cardea_space_command){.call = CARDEA_SPACE_ACCOUNT_READ, .token = ann.token};
	assert_int_equal(run(f, &command, &answer), 0);
	fixture_move_clock(f, 7 * DAY_MS);
	assert_int_equal(run(f, &command, &answer), CARDEA_E_UNAUTHENTICATED);
	assert_int_equal(sign_in(f, NULL, NULL, ann.refresh, &answer), 0);
	fixture_move_clock(f, 21 * DAY_MS);
	assert_int_equal(sign_in(f, NULL, NULL, answer.refresh, &ann), CARDEA_E_PASSWORD);
}

static void a_refresh_token_works_once_and_again_for_half_a_minute(void **state)
{
	struct fixture *f = *state;
	struct answer first, second, again;

	add_user(f, "bob@x.io", &first);
	assert_int_equal(sign_in(f, NULL, NULL, first.refresh, &second), 0);
	fixture_move_clock(f, 30000);
	assert_int_equal(sign_in(f, NULL, NULL, first.refresh, &again), 0);
	assert_string_equal(again.token, second.token);
	assert_string_equal(again.refresh, second.refresh);
	fixture_move_clock(f, 1);
	assert_int_equal(sign_in(f, NULL, NULL, first.refresh, &again), CARDEA_E_PASSWORD);
	assert_int_equal(sign_in(f, NULL, NULL, second.refresh, &again), CARDEA_E_PASSWORD);
	assert_int_equal(sign_in(f, "bob@x.io", "gmi28abc", NULL, &again), 0);
	assert_int_equal(sign_in(f, "bob@x.io", "gmi28abd", NULL, &again), CARDEA_E_PASSWORD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(owning_a_space_opens_no_private_room),
	        cmocka_unit_test(every_call_is_in_the_table_and_none_is_for_nobody_but_the_way_in),
	        cmocka_unit_test(a_token_is_good_for_its_use_until_its_second),
	        cmocka_unit_test_setup_teardown(tokens_and_links_follow_the_clock, fixture_setup,
	                                        fixture_teardown),
	        cmocka_unit_test_setup_teardown(a_refresh_token_works_once_and_again_for_half_a_minute,
	                                        fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
