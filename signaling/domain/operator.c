/* operator: what the operator's tools ask for: the first tenant, links to try it out. */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/api_keys.h"
#include "domain/oauth_clients.h"
#include "domain/room_life.h"
#include "domain/seats.h"
#include "domain/secrets.h"
#include "domain/tenants.h"
#include "store/credentials.h"
#include "store/sessions.h"
#include "store/tenants.h"

#define FIRST_TENANT_NAME "default"

/* ---- the first tenant ---- */

struct tenant_op {
	struct cardea_op base;
	cardea_first_tenant_h done;
	void *arg;
	/* result */
	struct cardea_tenant_row tenant;
	struct cardea_api_key key;
	struct cardea_oauth_client client;
	bool created;
};

static int first_tenant(struct cardea_tx *tx, void *arg)
{
	struct tenant_op *op = arg;
	const struct cardea_seal *seal = op->base.domain->options.keys.seal;
	int err = cardea_store_tenant_first(tx, &op->tenant);

	op->created = false;
	if (err == CARDEA_E_NOT_FOUND) {
		op->created = true;
		err = cardea_tenant_make(tx, seal, FIRST_TENANT_NAME, &op->tenant, &op->key);
	} else if (!err) {
		err = cardea_api_key_first(tx, seal, op->tenant.id, &op->key);
	}
	return err ? err : cardea_oauth_client_of(tx, seal, op->tenant.id, &op->client);
}

static void answer_tenant(int err, void *arg)
{
	struct tenant_op *op = arg;
	const struct cardea_first_tenant result = {.id = op->tenant.id,
	                                           .name = op->tenant.name,
	                                           .api_key = op->key.key,
	                                           .api_key_id = op->key.id,
	                                           .api_secret = op->key.secret,
	                                           .client_id = op->client.id,
	                                           .client_secret = op->client.secret,
	                                           .created = op->created};

	op->done(err, err ? NULL : &result, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_first_tenant(struct cardea_domain *domain, cardea_first_tenant_h done, void *arg)
{
	struct tenant_op *op = cardea_op_new(domain, sizeof(*op));

	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, first_tenant, answer_tenant);
}

/* ---- ping ---- */

struct ping_op {
	struct cardea_op base;
	void (*done)(int err, void *arg);
	void *arg;
};

static int ping(struct cardea_tx *tx, void *arg)
{
	struct cardea_tenant_row tenant;
	int err = cardea_store_tenant_first(tx, &tenant);

	(void)arg;
	return err == CARDEA_E_NOT_FOUND ? 0 : err;
}

static void answer_ping(int err, void *arg)
{
	struct ping_op *op = arg;

	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_ping(struct cardea_domain *domain, void (*done)(int err, void *arg), void *arg)
{
	struct ping_op *op = cardea_op_new(domain, sizeof(*op));

	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, ping, answer_ping);
}

/* ---- links ---- */

struct links_op {
	struct cardea_op base;
	const char *room_name, *host_name;
	cardea_links_h done;
	void *arg;
	/* result */
	struct cardea_room_row room;
	const char *host_key, *guest_token;
};

static int find_or_make_room(struct cardea_tx *tx, struct links_op *op,
                             const struct cardea_tenant_row *tenant)
{
	const struct cardea_seal *seal = op->base.domain->options.keys.seal;
	struct cardea_session_row session;
	struct cardea_room_spec spec = {.name = op->room_name,
	                                .config = CARDEA_ROOM_CONFIG_ABSENT,
	                                .session = cardea_session_spec_of(tenant)};
	char id[CARDEA_UUID_SIZE];
	int err = cardea_room_find(tx, tenant->id, op->room_name, &op->room);

	spec.session.empty_timeout_ms = 0; /* links to try out are good until the operator ends them */
	if (err == CARDEA_E_ROOM_UNKNOWN) {
		err = cardea_room_id_for_name(tenant->id, op->room_name, id);
		spec.id = id;
		return err ? err : cardea_room_make(tx, seal, tenant, &spec, &op->room, &session);
	}
	if (!err && op->room.status != CARDEA_ROOM_ROW_ACTIVE) {
		err = cardea_room_open(tx, seal, tenant, &spec.session, &op->room, &session);
	}
	return err;
}

static int find_or_make_host(struct cardea_tx *tx, struct links_op *op,
                             struct cardea_seat_row *seat)
{
	struct cardea_seat_spec spec = {.display_name = op->host_name, .role = CARDEA_ROLE_HOST};
	char digest[CARDEA_DIGEST_SIZE];
	int err = cardea_seat_client_key(CARDEA_CLIENT_KEY_LINK, op->host_name, digest);

	if (!err) {
		spec.client_key = cardea_tx_strdup(tx, digest);
		err = cardea_store_seat_by_client(tx, op->room.tenant, op->room.session, spec.client_key,
		                                  seat);
	}
	return err == CARDEA_E_NOT_FOUND ? cardea_seat_add(tx, &op->room, &spec, seat) : err;
}

static int host_key(struct cardea_tx *tx, struct links_op *op)
{
	const struct cardea_seal *seal = op->base.domain->options.keys.seal;
	struct cardea_seat_row seat;
	const struct cardea_secret_place place = {"participants", seat.id, "access_key"};
	int err = find_or_make_host(tx, op, &seat);

	if (!err && !seat.access_key.data) {
		err = cardea_secret_issue(seal, tx, seat.tenant, CARDEA_CREDENTIAL_ACCESS_KEY, &place,
		                          &seat.access_key);
		if (!err) {
			err = cardea_store_seat_update(tx, &seat);
		}
	}
	return err ? err : cardea_secret_open(seal, tx, &place, &seat.access_key, &op->host_key);
}

static int guest_token(struct cardea_tx *tx, struct links_op *op)
{
	struct cardea_session_row session;
	const struct cardea_secret_place place = {"sessions", session.id, "guest_token"};
	int err = cardea_store_session_get(tx, op->room.tenant, op->room.session, &session);

	if (err) {
		return err;
	}
	return cardea_secret_open(op->base.domain->options.keys.seal, tx, &place, &session.guest_token,
	                          &op->guest_token);
}

static int make_links(struct cardea_tx *tx, void *arg)
{
	struct links_op *op = arg;
	struct cardea_tenant_row tenant;
	int err = cardea_store_tenant_first(tx, &tenant);

	if (!err) {
		err = find_or_make_room(tx, op, &tenant);
	}
	if (!err) {
		err = host_key(tx, op);
	}
	return err ? err : guest_token(tx, op);
}

static void answer_links(int err, void *arg)
{
	struct links_op *op = arg;
	const struct cardea_links result = {
	        .room_id = op->room.id, .host_key = op->host_key, .guest_token = op->guest_token};

	op->done(err, err ? NULL : &result, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_links(struct cardea_domain *domain, const char *room_name, const char *host_name,
                        cardea_links_h done, void *arg)
{
	struct links_op *op = cardea_op_new(domain, sizeof(*op));

	op->room_name = cardea_op_strdup(&op->base, room_name);
	op->host_name = cardea_op_strdup(&op->base, host_name);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, make_links, answer_links);
}
