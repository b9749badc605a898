/*
 * admit: every refusal is one mutation of a case that the same test first admits (DESIGN 13); a
 * row for each, in the order of docs/plugin-api.md 2.1. omit-refusals.sh compiles the checks out
 * one by one and demands that a row fails.
 */
#include "unit.h"

#include "cardea_error.h"
#include "plugin/admit.h"

#define CONNECTION "AAECAwQFBgcICQoLDA0ODw"
#define OTHER      "EBESExQVFhcYGRobHB0eHw"

/* A case: a token, a connection id and what the room knows. */
struct draft {
	struct cardea_join_claims claims;
	struct cardea_admit_state state;
	const char *connection;
};

typedef void (*mutate_h)(struct draft *draft);

static struct draft admitted(void)
{
	struct draft draft = {
	        .claims = {.tenant = "t1",
	                   .room = "r1",
	                   .conf_id = "c1",
	                   .sub = "p1",
	                   .jti = "j1",
	                   .epoch = 7,
	                   .gen = 3,
	                   .publish = CARDEA_KIND_ALL},
	        .state = {.open = true,
	                  .tenant = "t1",
	                  .conf_id = "c1",
	                  .epoch = 7,
	                  .min_gen = 3,
	                  .present = 4,
	                  .visible = 3,
	                  .max_visible = 4},
	        .connection = CONNECTION,
	};
	return draft;
}

static int decide(const struct draft *draft)
{
	int err = cardea_admit_connection(draft->connection);
	return err < 0 ? err : cardea_admit(&draft->claims, draft->connection, &draft->state);
}

/* ---- mutations that are refused ---- */

static void room_closed(struct draft *d)
{
	d->state.open = false;
}

static void other_tenant(struct draft *d)
{
	d->state.tenant = "t2";
}

static void lease_over(struct draft *d)
{
	d->state.lease_expired = true;
}

static void room_placed_again(struct draft *d)
{
	d->state.epoch++;
}

static void room_placed_elsewhere(struct draft *d)
{
	d->claims.epoch++;
}

static void other_meeting(struct draft *d)
{
	d->state.conf_id = "c2";
}

static void seat_removed(struct draft *d)
{
	d->state.min_gen++;
}

static void token_used(struct draft *d)
{
	d->state.token_connection = OTHER;
}

static void seat_connected(struct draft *d)
{
	d->claims.dup = CARDEA_DUP_REFUSE;
	d->state.seat_connection = OTHER;
}

static void room_full(struct draft *d)
{
	d->state.visible = d->state.max_visible;
}

static void room_full_for_the_node(struct draft *d)
{
	d->state.max_visible = 0;
	d->state.present = CARDEA_MAX_ROOM_PARTICIPANTS;
}

static void no_connection(struct draft *d)
{
	d->connection = NULL;
}

static void short_connection(struct draft *d)
{
	d->connection = "AAECAwQFBgcICQoLDA0O";
}

static void long_connection(struct draft *d)
{
	d->connection = "AAECAwQFBgcICQoLDA0ODxA";
}

static void padded_connection(struct draft *d)
{
	d->connection = CONNECTION "==";
}

static void plus_in_connection(struct draft *d)
{
	d->connection = "+AECAwQFBgcICQoLDA0ODw";
}

/* Two texts for one value would be two connections. */
static void loose_bits_in_connection(struct draft *d)
{
	d->connection = "AAECAwQFBgcICQoLDA0ODx";
}

/* ---- variations that are admitted ---- */

static void nothing(struct draft *d)
{
	(void)d;
}

static void same_connection_again(struct draft *d)
{
	d->claims.dup = CARDEA_DUP_REFUSE;
	d->state.seat_connection = CONNECTION;
	d->state.token_connection = CONNECTION;
}

static void seat_replaced(struct draft *d)
{
	d->claims.dup = CARDEA_DUP_REPLACE;
	d->state.seat_connection = OTHER;
}

static void newer_generation(struct draft *d)
{
	d->claims.gen++;
}

static void hidden_in_a_full_room(struct draft *d)
{
	d->claims.hidden = true;
	d->state.visible = d->state.max_visible;
}

static void unlimited_room(struct draft *d)
{
	d->state.max_visible = 0;
	d->state.visible = 900;
}

struct row {
	const char *name;
	mutate_h mutate;
	int expected;
};

static const struct row rows[] = {
        {"a connection id is there", no_connection, CARDEA_E_CONNECTION_ID},
        {"a connection id of 15 bytes is refused", short_connection, CARDEA_E_CONNECTION_ID},
        {"a connection id of 17 bytes is refused", long_connection, CARDEA_E_CONNECTION_ID},
        {"a padded connection id is refused", padded_connection, CARDEA_E_CONNECTION_ID},
        {"a connection id of the other alphabet is refused", plus_in_connection,
         CARDEA_E_CONNECTION_ID},
        {"a connection id has one spelling", loose_bits_in_connection, CARDEA_E_CONNECTION_ID},
        {"the room must be open", room_closed, CARDEA_E_ROOM_NOT_OPEN},
        {"the token must be of the room's tenant", other_tenant, CARDEA_E_TENANT_MISMATCH},
        {"the room's lease must hold", lease_over, CARDEA_E_LEASE_EXPIRED},
        {"a token from before the last placement is refused", room_placed_again,
         CARDEA_E_EPOCH_STALE},
        {"a token of a later placement is refused", room_placed_elsewhere, CARDEA_E_EPOCH_AHEAD},
        {"the token must be of this meeting", other_meeting, CARDEA_E_CONF_MISMATCH},
        {"a token from before a removal is refused", seat_removed, CARDEA_E_GEN_STALE},
        {"a token used by another connection is refused", token_used, CARDEA_E_TOKEN_BOUND},
        {"a second connection is refused where the token says so", seat_connected,
         CARDEA_E_DUPLICATE_REFUSED},
        {"a full room refuses", room_full, CARDEA_E_ROOM_FULL},
        {"a room at the node's limit refuses", room_full_for_the_node, CARDEA_E_ROOM_FULL},
        {"the unchanged case is admitted", nothing, 0},
        {"the same connection may join again", same_connection_again, 0},
        {"a second connection replaces where the token says so", seat_replaced, 0},
        {"a newer generation is admitted", newer_generation, 0},
        {"a hidden participant needs no place", hidden_in_a_full_room, 0},
        {"a room without limit is never full", unlimited_room, 0},
};

static void check_row(void **state)
{
	const struct row *row = *state;
	struct draft draft = admitted();
	assert_int_equal(decide(&draft), 0);
	row->mutate(&draft);
	assert_int_equal(decide(&draft), row->expected);
}

/* The order of the contract: the first of all failing checks answers. */
static void checks_come_in_the_order_of_the_contract(void **state)
{
	static const struct row order[] = {
	        {"", room_closed, CARDEA_E_ROOM_NOT_OPEN},
	        {"", other_tenant, CARDEA_E_TENANT_MISMATCH},
	        {"", lease_over, CARDEA_E_LEASE_EXPIRED},
	        {"", room_placed_again, CARDEA_E_EPOCH_STALE},
	        {"", other_meeting, CARDEA_E_CONF_MISMATCH},
	        {"", seat_removed, CARDEA_E_GEN_STALE},
	        {"", token_used, CARDEA_E_TOKEN_BOUND},
	        {"", seat_connected, CARDEA_E_DUPLICATE_REFUSED},
	        {"", room_full, CARDEA_E_ROOM_FULL},
	};
	(void)state;
	for (size_t first = 0; first < G_N_ELEMENTS(order); first++) {
		struct draft draft = admitted();
		for (size_t i = first; i < G_N_ELEMENTS(order); i++)
			order[i].mutate(&draft);
		assert_int_equal(decide(&draft), order[first].expected);
	}
}

int main(void)
{
	struct CMUnitTest tests[G_N_ELEMENTS(rows) + 1];
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		tests[i] = (struct CMUnitTest){
		        .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
	tests[G_N_ELEMENTS(rows)] = (struct CMUnitTest)TEST("checks come in the order of the contract",
	                                                    checks_come_in_the_order_of_the_contract);
	return cmocka_run_group_tests_name("admit", tests, NULL, NULL);
}
