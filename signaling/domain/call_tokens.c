/* call_tokens: `auth_token` of the meetings dialect. */
#include "domain/call_tokens.h"

#include <string.h>
#include <glib.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_json_write.h"
#include "cardea_jws.h"
#include "domain/domain_private.h"

#define TYP             "cardea-call+jwt"
#define SIGNATURE_BYTES 64

/* The order is the one of the source document. Clients decode the text with the plain base64
 * alphabet, which these values never leave (spec/meetings 5). */
static char *payload_of(const struct cardea_domain *domain, const char *client_id,
                        const char *conf_id, const char *audience)
{
	int64_t now = cardea_clock_wall_ms(domain->options.clock) / 1000;
	GString *payload = g_string_new(NULL);

	cardea_json_begin(payload, NULL, '{');
	cardea_json_put_text(payload, "iss", "eyeson-comapi");
	cardea_json_put_text(payload, "client_id", client_id);
	cardea_json_put_integer(payload, "exp", now + CARDEA_CALL_TOKEN_LIFE_S);
	cardea_json_put_text(payload, "conf_id", conf_id);
	cardea_json_put_text(payload, "aud", audience);
	cardea_json_end(payload, '}');
	return cardea_json_finish(payload);
}

int cardea_call_token_mint(const struct cardea_domain *domain, const char *client_id,
                           const char *conf_id, char **out)
{
	g_autofree char *payload = payload_of(domain, client_id, conf_id, "eyeson-sepp");

	return cardea_jws_sign_text(domain->options.keys.call, TYP, payload, out);
}

static char *encode(const char *text)
{
	return text ? cardea_base64url_encode(text, strlen(text)) : NULL;
}

int cardea_call_token_fake(const struct cardea_domain *domain, const char *client_id,
                           const char *conf_id, char **out)
{
	g_autofree char *text = payload_of(domain, client_id, conf_id, "cardea-waiting");
	char *header = encode("{\"alg\":\"ES256\",\"typ\":\"" TYP "\"}");
	char *body = encode(text);
	char *noise = cardea_id_base64url(&cardea_random_kernel, SIGNATURE_BYTES);

	*out = header && body && noise ? g_strjoin(".", header, body, noise, NULL) : NULL;
	g_free(header);
	g_free(body);
	g_free(noise);
	return *out ? 0 : CARDEA_E_CRYPTO;
}
