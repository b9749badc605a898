/* call_tokens: `auth_token` of the meetings dialect. */
#include "domain/call_tokens.h"

#include <string.h>
#include <glib.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_jws.h"
#include "domain/domain_private.h"

#define TYP             "cardea-call+jwt"
#define SIGNATURE_BYTES 64

/* The order is the one of the source document. Clients decode the text with the plain base64
 * alphabet, which these values never leave (spec/meetings 5). */
static json_t *new_payload(const struct cardea_domain *domain, const char *client_id,
                           const char *conf_id, const char *audience)
{
	int64_t now = cardea_clock_wall_ms(domain->options.clock) / 1000;

	return json_pack("{s:s, s:s, s:I, s:s, s:s}", "iss", "eyeson-comapi", "client_id", client_id,
	                 "exp", (json_int_t)(now + CARDEA_CALL_TOKEN_LIFE_S), "conf_id", conf_id, "aud",
	                 audience);
}

int cardea_call_token_mint(const struct cardea_domain *domain, const char *client_id,
                           const char *conf_id, char **out)
{
	json_t *payload = new_payload(domain, client_id, conf_id, "eyeson-sepp");
	int err = payload ? cardea_jws_sign(domain->options.keys.call, TYP, payload, out)
	                  : CARDEA_E_INTERNAL;

	json_decref(payload);
	return err;
}

static char *encode(const char *text)
{
	return text ? cardea_base64url_encode(text, strlen(text)) : NULL;
}

int cardea_call_token_fake(const struct cardea_domain *domain, const char *client_id,
                           const char *conf_id, char **out)
{
	json_t *payload = new_payload(domain, client_id, conf_id, "cardea-waiting");
	char *text = payload ? cardea_json_dump(payload) : NULL;
	char *header = encode("{\"alg\":\"ES256\",\"typ\":\"" TYP "\"}");
	char *body = encode(text);
	char *noise = cardea_id_base64url(&cardea_random_kernel, SIGNATURE_BYTES);

	*out = header && body && noise ? g_strjoin(".", header, body, noise, NULL) : NULL;
	json_decref(payload);
	free(text);
	g_free(header);
	g_free(body);
	g_free(noise);
	return *out ? 0 : CARDEA_E_CRYPTO;
}
