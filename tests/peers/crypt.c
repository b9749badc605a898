#include "crypt.h"

#include <string.h>

#define WINDOW 1024

bool crypt_setup(void)
{
	return srtp_init() == srtp_err_status_ok;
}

void crypt_teardown(void)
{
	srtp_shutdown();
}

static bool make(srtp_t *session, const struct dtls_keys *keys, bool client, srtp_ssrc_type_t type)
{
	uint8_t key[SRTP_MAX_KEY_LEN];
	srtp_policy_t policy = {.ssrc.type = type, .key = key, .window_size = WINDOW};
	srtp_profile_t profile = (srtp_profile_t)keys->profile;
	size_t key_len = srtp_profile_get_master_key_length(profile);
	size_t salt_len = srtp_profile_get_master_salt_length(profile);
	if (srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile) != srtp_err_status_ok ||
	    srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile) != srtp_err_status_ok)
		return false;
	memcpy(key, keys->material + (client ? 0 : key_len), key_len);
	memcpy(key + key_len, keys->material + 2 * key_len + (client ? 0 : salt_len), salt_len);
	return srtp_create(session, &policy) == srtp_err_status_ok;
}

bool crypt_init(struct crypt *crypt, const struct dtls_keys *keys, bool client)
{
	return make(&crypt->out, keys, client, ssrc_any_outbound) &&
	       make(&crypt->in, keys, !client, ssrc_any_inbound);
}

void crypt_clear(struct crypt *crypt)
{
	if (crypt->in)
		srtp_dealloc(crypt->in);
	if (crypt->out)
		srtp_dealloc(crypt->out);
	crypt->in = crypt->out = NULL;
}
