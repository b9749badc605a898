/* room_links: join tokens for browsers. Like tokens.c this file writes and reads claims. */
#include "domain/room_links.h"

#include <string.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_json.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/grants.h"
#include "domain/room_life.h"
#include "domain/tokens.h"

#define PREFIX      "v1."
#define MAX_PAYLOAD 2048

struct link_claims {
	char tenant[CARDEA_UUID_SIZE];
	char room[CARDEA_MAX_ROOM_KEY + 1]; /* name, or id of one that has none */
	int64_t exp;
};

/* Over all before the last dot; one key for each tenant. */
static int sign(const struct cardea_domain *domain, const char *tenant, const char *text,
                size_t len, uint8_t out[CARDEA_SHA256_SIZE])
{
	uint8_t key[CARDEA_SEAL_DERIVED_SIZE];
	int err = cardea_seal_derive(domain->options.keys.seal, "room-link", tenant, key);

	if (!err) {
		err = cardea_hmac_sha256(key, sizeof(key), text, len, out);
	}
	explicit_bzero(key, sizeof(key));
	return err;
}

static char *write_link(const struct cardea_domain *domain, const struct link_claims *claims)
{
	json_t *json =
	        json_pack("{s:s, s:i, s:s, s:s, s:I}", "typ", "join", "v", 1, "tenant_id",
	                  claims->tenant, "room_name", claims->room, "exp", (json_int_t)claims->exp);
	char *text = json ? cardea_json_dump(json) : NULL;
	uint8_t mac[CARDEA_SHA256_SIZE];
	char *link = NULL;

	if (text) {
		g_autofree char *payload = cardea_base64url_encode(text, strlen(text));
		g_autofree char *head = g_strconcat(PREFIX, payload, NULL);

		if (sign(domain, claims->tenant, head, strlen(head), mac) == 0) {
			g_autofree char *tail = cardea_base64url_encode(mac, sizeof(mac));

			link = g_strconcat(head, ".", tail, NULL);
		}
	}
	free(text);
	json_decref(json);
	return link;
}

static bool read_claims(const char *payload, size_t len, struct link_claims *out)
{
	char text[MAX_PAYLOAD];
	json_t *json = NULL;
	const char *tenant, *room;
	size_t text_len;
	bool ok;

	if (cardea_base64url_decode(payload, len, text, sizeof(text), &text_len) ||
	    cardea_json_parse_object(text, text_len, &json)) {
		return false;
	}
	tenant = json_string_value(json_object_get(json, "tenant_id"));
	room = json_string_value(json_object_get(json, "room_name"));
	ok = cardea_id_is_uuid(tenant) && room &&
	     g_strlcpy(out->room, room, sizeof(out->room)) < sizeof(out->room) &&
	     g_strcmp0(json_string_value(json_object_get(json, "typ")), "join") == 0 &&
	     json_integer_value(json_object_get(json, "v")) == 1;
	g_strlcpy(out->tenant, ok ? tenant : "", sizeof(out->tenant));
	out->exp = json_integer_value(json_object_get(json, "exp"));
	json_decref(json);
	return ok;
}

/* The tenant that the text names decides with which key it must be signed. */
static int read_link(const struct cardea_domain *domain, const char *link, struct link_claims *out)
{
	const char *last = strrchr(link, '.');
	uint8_t mac[CARDEA_SHA256_SIZE], given[CARDEA_SHA256_SIZE + 1];
	size_t given_len = 0;

	if (!g_str_has_prefix(link, PREFIX) || last < link + strlen(PREFIX) ||
	    !read_claims(link + strlen(PREFIX), (size_t)(last - link) - strlen(PREFIX), out) ||
	    cardea_base64url_decode(last + 1, strlen(last + 1), (char *)given, sizeof(given),
	                            &given_len)) {
		return CARDEA_E_JOIN_LINK_INVALID;
	}
	if (sign(domain, out->tenant, link, (size_t)(last - link), mac) ||
	    !cardea_equal(mac, sizeof(mac), given, given_len)) {
		return CARDEA_E_JOIN_LINK_INVALID;
	}
	return out->exp <= cardea_clock_wall_ms(domain->options.clock) / 1000
	               ? CARDEA_E_JOIN_LINK_EXPIRED
	               : 0;
}

/* ---- making one ---- */

struct link_op {
	struct cardea_op base;
	struct cardea_presented who;
	const char *room;
	cardea_room_link_h done;
	void *arg;
	struct link_claims claims; /* result */
};

/* A name says it best, as long as it leads to this room. */
static int name_room(struct cardea_tx *tx, struct link_op *op, const struct cardea_room_row *room)
{
	struct cardea_room_row found;
	int err = room->name ? cardea_room_find(tx, room->tenant, room->name, &found)
	                     : CARDEA_E_ROOM_UNKNOWN;
	bool leads_here = !err && strcmp(found.id, room->id) == 0;

	g_strlcpy(op->claims.room, leads_here ? room->name : room->id, sizeof(op->claims.room));
	return err == CARDEA_E_ROOM_UNKNOWN ? 0 : err;
}

static int find_room(struct cardea_tx *tx, void *arg)
{
	struct link_op *op = arg;
	struct cardea_principal principal;
	struct cardea_tenant_row tenant;
	struct cardea_room_row room;
	int err = cardea_authenticate(op->base.domain, tx, &op->who, &principal, &tenant);

	if (!err) {
		err = cardea_grant_act(&principal, CARDEA_ACT_ROOM_CHANGE);
	}
	if (!err) {
		err = cardea_grant_room(&principal, op->room);
	}
	if (!err) {
		err = cardea_room_find(tx, tenant.id, op->room, &room);
	}
	if (err) {
		return err;
	}
	g_strlcpy(op->claims.tenant, tenant.id, sizeof(op->claims.tenant));
	op->claims.exp = cardea_tx_now_ms(tx) / 1000 + CARDEA_ROOM_LINK_LIFE_S;
	return name_room(tx, op, &room);
}

static void answer_link(int err, void *arg)
{
	struct link_op *op = arg;
	char *link = err ? NULL : write_link(op->base.domain, &op->claims);

	if (!err && !link) {
		err = CARDEA_E_CRYPTO;
	}
	op->done(err, link, op->arg);
	g_free(link);
	cardea_op_free(&op->base);
}

int cardea_domain_room_link(struct cardea_domain *domain, const struct cardea_presented *who,
                            const char *room, cardea_room_link_h done, void *arg)
{
	struct link_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->room = cardea_op_strdup(&op->base, room);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, find_room, answer_link);
}

/* ---- exchanging one ---- */

struct exchange_op {
	struct cardea_op base;
	struct link_claims claims;
	cardea_room_access_h done;
	void *arg;
	struct cardea_room_row room; /* result */
};

static int find_linked(struct cardea_tx *tx, void *arg)
{
	struct exchange_op *op = arg;
	struct cardea_tenant_row tenant;
	int err = cardea_store_tenant_get(tx, op->claims.tenant, &tenant);

	if (err == CARDEA_E_NOT_FOUND || (!err && !tenant.is_active)) {
		return CARDEA_E_ROOM_UNKNOWN;
	}
	return err ? err : cardea_room_find(tx, tenant.id, op->claims.room, &op->room);
}

static int mint(const struct exchange_op *op, char **out)
{
	const struct cardea_token_stamp stamp = cardea_token_stamp(op->base.domain);
	struct cardea_token_claims claims = {.subject = "join", .role = CARDEA_ROLE_PARTICIPANT};

	g_strlcpy(claims.tenant, op->room.tenant, sizeof(claims.tenant));
	g_strlcpy(claims.room, op->room.id, sizeof(claims.room));
	return cardea_token_mint(op->base.domain, &stamp, CARDEA_TOKEN_EXCHANGE, &claims, NULL, out);
}

static void answer_exchange(int err, void *arg)
{
	struct exchange_op *op = arg;
	struct cardea_room_access result = {.expires_in_s =
	                                            op->base.domain->options.access_token_life_s,
	                                    .room_id = op->room.id,
	                                    .room_name = op->room.name ? op->room.name : ""};
	char *token = NULL;

	if (!err) {
		err = mint(op, &token);
	}
	result.access_token = token;
	op->done(err, err ? NULL : &result, op->arg);
	g_free(token);
	cardea_op_free(&op->base);
}

int cardea_domain_room_link_exchange(struct cardea_domain *domain, const char *join_token,
                                     cardea_room_access_h done, void *arg)
{
	struct link_claims claims;
	struct exchange_op *op;
	int err = read_link(domain, join_token, &claims);

	if (err) {
		return err;
	}
	op = cardea_op_new(domain, sizeof(*op));
	op->claims = claims;
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, find_linked, answer_exchange);
}
