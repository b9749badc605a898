/* first_start: state folder, keys and secrets. */
#include "config.h"
#include <errno.h>
#include <glib.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_json.h"
#include "cardea_jwk.h"
#include "cardea_seal.h"
#include "conf/file.h"
#include "conf/first_start.h"

#define SECRET_BYTES 32
#define KID_BYTES    4

enum kind { SECRET, SEAL, JWK_ES256, JWK_HS256 };

static const struct {
	const char *name;
	enum kind kind;
} files[] = {
        {"keys/join.jwk", JWK_ES256},      {"keys/access.jwk", JWK_HS256},
        {"keys/refresh.jwk", JWK_HS256},   {"keys/auth.jwk", JWK_HS256},
        {"keys/call.jwk", JWK_ES256},      {"keys/accounts.jwk", JWK_HS256},
        {"keys/seal.key", SEAL},           {"keys/control.secret", SECRET},
        {"keys/janus-api.secret", SECRET}, {"keys/janus-admin.secret", SECRET},
        {"keys/turn.secret", SECRET},
};

static int fail(char **error, int err, const char *path)
{
	if (err == CARDEA_E_FORBIDDEN) {
		*error = g_strdup_printf("%s must belong to this user and be closed to others (chmod 700)",
		                         path);
	} else {
		*error = g_strdup_printf("%s: %s", path,
		                         err == CARDEA_E_SYSTEM ? g_strerror(errno)
		                                                : cardea_error_text(err));
	}
	return err;
}

/* A JWK of a new key. Its kid starts with what it is for, so that logs and tokens can be read. */
static int make_jwk(const char *name, enum cardea_jws_alg alg, char **out)
{
	char random[2 * KID_BYTES + 1];
	g_autofree char *base = g_path_get_basename(name);
	g_autofree char *kid = NULL;
	struct cardea_jwk *key = NULL;
	json_t *json;
	int err = cardea_id_hex(&cardea_random_kernel, random, KID_BYTES);

	if (err != 0) {
		return err;
	}
	kid = g_strdup_printf("%.*s-%s", (int)strcspn(base, "."), base, random);
	err = cardea_jwk_generate(alg, kid, &key);
	if (err != 0) {
		return err;
	}
	json = cardea_jwk_to_json(key, true);
	*out = json != NULL ? cardea_json_dump(json) : NULL;
	json_decref(json);
	cardea_jwk_unref(key);
	return *out != NULL ? 0 : CARDEA_E_CRYPTO;
}

/* *@out is freed with free(). */
static int make_secret(const char *prefix, char **out)
{
	char *secret = cardea_id_base64url(&cardea_random_kernel, SECRET_BYTES);
	size_t size = strlen(prefix) + (secret != NULL ? strlen(secret) : 0) + 1;

	if (secret == NULL) {
		return CARDEA_E_CRYPTO;
	}
	*out = malloc(size);
	if (*out != NULL) {
		g_snprintf(*out, size, "%s%s", prefix, secret);
	}
	explicit_bzero(secret, strlen(secret));
	g_free(secret);
	return *out != NULL ? 0 : CARDEA_E_NO_MEMORY;
}

static int make_content(const char *name, enum kind kind, char **out)
{
	switch (kind) {
	case JWK_ES256:
		return make_jwk(name, CARDEA_JWS_ES256, out);
	case JWK_HS256:
		return make_jwk(name, CARDEA_JWS_HS256, out);
	case SEAL:
		return make_secret("1 ", out);
	case SECRET:
		return make_secret("", out);
	}
	return CARDEA_E_INTERNAL;
}

static int make_file(const char *state_dir, const char *name, enum kind kind, char **error)
{
	g_autofree char *path = g_build_filename(state_dir, name, NULL);
	char *content = NULL;
	int err;

	if (access(path, F_OK) == 0) {
		return 0;
	}
	err = make_content(name, kind, &content);
	if (err != 0) {
		return fail(error, err, path);
	}
	err = cardea_file_create(path, content, strlen(content), 0600);
	explicit_bzero(content, strlen(content));
	free(content);
	return err == 0 || err == CARDEA_E_STORE_CONFLICT ? 0 : fail(error, err, path);
}

int cardea_first_start(const char *state_dir, char **error)
{
	static const char *const folders[] = {"", "keys", "janus", "log", "turn"};

	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *path = g_build_filename(state_dir, folders[i], NULL);
		int err = cardea_file_folder(path, 0700);

		if (err != 0) {
			return fail(error, err, path);
		}
	}
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		int err = make_file(state_dir, files[i].name, files[i].kind, error);

		if (err != 0) {
			return err;
		}
	}
	return 0;
}
