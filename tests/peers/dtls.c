#include "dtls.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <glib.h>
#include <openssl/ec.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#define MTU              1200
#define PROFILES         "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80" /* a browser's order */
#define EXPORT_LABEL     "EXTRACTOR-dtls_srtp"
#define FIRST_TIMEOUT_US 50000
#define MAX_TIMEOUT_US   1600000
#define LIFETIME_S       (7L * 24 * 3600)

struct dtls {
	SSL *ssl;
	BIO *in, *out;
	bool client;
	enum dtls_state state;
	char remote_fingerprint[DTLS_FINGERPRINT_SIZE];
	dtls_send send;
	void *arg;
};

static SSL_CTX *context;
static char fingerprint[DTLS_FINGERPRINT_SIZE];

static bool fingerprint_of(const X509 *certificate, char *text)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	if (!X509_digest(certificate, EVP_sha256(), digest, &size))
		return false;
	for (unsigned i = 0; i < size; i++)
		snprintf(text + 3 * (size_t)i, 4, "%02X%s", digest[i], i + 1 < size ? ":" : "");
	return true;
}

/* Self-signed: its fingerprint in the SDP is what counts, so is checked after the handshake. */
static int accept_any(int ok, X509_STORE_CTX *store)
{
	(void)ok;
	(void)store;
	return 1;
}

static bool sign(X509 *certificate, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(certificate);
	return X509_set_version(certificate, X509_VERSION_3) &&
	       ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) &&
	       X509_gmtime_adj(X509_getm_notAfter(certificate), LIFETIME_S) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"peers", -1,
	                                  -1, 0) &&
	       X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
	       X509_sign(certificate, key, EVP_sha256()) > 0;
}

bool dtls_setup(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	context = SSL_CTX_new(DTLS_method());
	/* SSL_CTX_set_tlsext_use_srtp returns 0 on success. */
	bool made = key && certificate && context && sign(certificate, key) &&
	            fingerprint_of(certificate, fingerprint) &&
	            SSL_CTX_use_certificate(context, certificate) == 1 &&
	            SSL_CTX_use_PrivateKey(context, key) == 1 &&
	            SSL_CTX_set_tlsext_use_srtp(context, PROFILES) == 0;
	if (made) {
		SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
		SSL_CTX_set_read_ahead(context, 1);
		SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU);
	}
	X509_free(certificate);
	EVP_PKEY_free(key);
	return made;
}

void dtls_teardown(void)
{
	SSL_CTX_free(context);
}

const char *dtls_fingerprint(void)
{
	return fingerprint;
}

/* As browsers, not after a second: Janus drops what comes before its ICE agent is ready. */
static unsigned timeout_us(SSL *ssl, unsigned last_us)
{
	(void)ssl;
	return last_us == 0 ? FIRST_TIMEOUT_US : MIN(2 * last_us, MAX_TIMEOUT_US);
}

struct dtls *dtls_new(bool client, const char *remote_fingerprint, dtls_send send, void *arg)
{
	struct dtls *dtls = g_new0(struct dtls, 1);
	dtls->client = client;
	dtls->send = send;
	dtls->arg = arg;
	g_strlcpy(dtls->remote_fingerprint, remote_fingerprint, sizeof(dtls->remote_fingerprint));
	dtls->ssl = SSL_new(context);
	dtls->in = BIO_new(BIO_s_mem());
	dtls->out = BIO_new(BIO_s_mem());
	BIO_set_mem_eof_return(dtls->in, -1);
	SSL_set_bio(dtls->ssl, dtls->in, dtls->out);
	DTLS_set_link_mtu(dtls->ssl, MTU);
	DTLS_set_timer_cb(dtls->ssl, timeout_us);
	if (client)
		SSL_set_connect_state(dtls->ssl);
	else
		SSL_set_accept_state(dtls->ssl);
	return dtls;
}

void dtls_free(struct dtls *dtls)
{
	SSL_free(dtls->ssl);
	g_free(dtls);
}

static void flush(struct dtls *dtls)
{
	char *data;
	long len = BIO_get_mem_data(dtls->out, &data);
	if (len <= 0)
		return;
	dtls->send(dtls->arg, (const uint8_t *)data, (size_t)len);
	(void)BIO_reset(dtls->out);
}

static bool remote_is_who_it_said(struct dtls *dtls)
{
	char text[DTLS_FINGERPRINT_SIZE];
	X509 *certificate = SSL_get1_peer_certificate(dtls->ssl);
	bool same = certificate && fingerprint_of(certificate, text) &&
	            strcasecmp(text, dtls->remote_fingerprint) == 0;
	X509_free(certificate);
	return same;
}

static void advance(struct dtls *dtls)
{
	int result = SSL_do_handshake(dtls->ssl);
	if (result == 1)
		dtls->state = remote_is_who_it_said(dtls) ? DTLS_DONE : DTLS_FAILED;
	else if (SSL_get_error(dtls->ssl, result) != SSL_ERROR_WANT_READ)
		dtls->state = DTLS_FAILED;
	flush(dtls);
}

void dtls_start(struct dtls *dtls)
{
	if (dtls->client && dtls->state == DTLS_HANDSHAKE)
		advance(dtls);
}

void dtls_receive(struct dtls *dtls, const uint8_t *data, size_t len)
{
	uint8_t unused[MTU];
	BIO_write(dtls->in, data, (int)len);
	if (dtls->state == DTLS_HANDSHAKE) {
		advance(dtls);
		return;
	}
	/* Reading makes OpenSSL repeat its last flight if the other side missed that. */
	while (dtls->state == DTLS_DONE && SSL_read(dtls->ssl, unused, sizeof(unused)) > 0)
		continue;
	flush(dtls);
}

void dtls_tick(struct dtls *dtls)
{
	if (dtls->state != DTLS_HANDSHAKE)
		return;
	if (DTLSv1_handle_timeout(dtls->ssl) < 0)
		dtls->state = DTLS_FAILED;
	flush(dtls);
}

enum dtls_state dtls_state(const struct dtls *dtls)
{
	return dtls->state;
}

bool dtls_export(struct dtls *dtls, struct dtls_keys *keys)
{
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);
	if (!profile)
		return false;
	keys->profile = (unsigned)profile->id;
	return SSL_export_keying_material(dtls->ssl, keys->material, sizeof(keys->material),
	                                  EXPORT_LABEL, strlen(EXPORT_LABEL), NULL, 0, 0) == 1;
}
