/* signed_calls: who signed a request with the secret of a key pair. */
#include "domain/signed_calls.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_hash.h"
#include "cardea_refusal.h"
#include "domain/api_keys.h"

#define HEX_SIZE ((size_t)2 * CARDEA_SHA256_SIZE)

struct cardea_signed cardea_op_signed(struct cardea_op *op, const struct cardea_signed *who)
{
	struct cardea_signed copy = {.key = cardea_op_strdup(op, who->key),
	                             .signature = cardea_op_strdup(op, who->signature),
	                             .len = who->len};
	char *text = NULL;

	if (who->text) {
		text = g_malloc(who->len + 1);
		memcpy(text, who->text, who->len);
		text[who->len] = '\0';
		g_ptr_array_add(op->strings, text);
	}
	copy.text = text;
	return copy;
}

/* Lower-case hexadecimal digits and nothing else (spec/plugnmeet 1). */
static int check_signature(const struct cardea_signed *who, const char *secret)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t mac[CARDEA_SHA256_SIZE];
	char hex[HEX_SIZE];
	int err = cardea_hmac_sha256(secret, strlen(secret), who->text, who->len, mac);

	for (size_t i = 0; i < sizeof(mac); i++) {
		hex[2 * i] = digits[mac[i] >> 4];
		hex[2 * i + 1] = digits[mac[i] & 15];
	}
	CARDEA_REFUSE_IF(SIGNATURE,
	                 !err && !cardea_equal(who->signature, strlen(who->signature), hex, HEX_SIZE));
	return err;
}

int cardea_authenticate_signed(const struct cardea_domain *domain, struct cardea_tx *tx,
                               const struct cardea_signed *who, struct cardea_tenant_row *tenant,
                               const char **secret)
{
	char id[CARDEA_UUID_SIZE];
	const char *found = NULL;
	int err;

	CARDEA_REFUSE_IF(API_KEY_MISSING, !who->key || !who->key[0]);
	err = cardea_api_key_secret(tx, domain->options.keys.seal, who->key, id, &found);
	if (!err) {
		err = cardea_store_tenant_get(tx, id, tenant);
	}
	CARDEA_REFUSE_IF(API_KEY_UNKNOWN, err == CARDEA_E_NOT_FOUND || (!err && !tenant->is_active));
	if (err) {
		return err;
	}
	CARDEA_REFUSE_IF(SIGNATURE_MISSING, !who->signature || !who->signature[0]);
	CARDEA_REFUSE_IF(SIGNED_TEXT_MISSING, !who->text);
	if (secret) {
		*secret = found;
	}
	return check_signature(who, found);
}

/* ---- nothing but that ---- */

struct check_op {
	struct cardea_op base;
	struct cardea_signed who;
	cardea_done_h done;
	void *arg;
};

static int check(struct cardea_tx *tx, void *arg)
{
	struct check_op *op = arg;
	struct cardea_tenant_row tenant;

	return cardea_authenticate_signed(op->base.domain, tx, &op->who, &tenant, NULL);
}

static void answer_check(int err, void *arg)
{
	struct check_op *op = arg;

	op->done(err, op->arg);
	cardea_op_free(&op->base);
}

int cardea_domain_signed_check(struct cardea_domain *domain, const struct cardea_signed *who,
                               cardea_done_h done, void *arg)
{
	struct check_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_signed(&op->base, who);
	op->done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, check, answer_check);
}
