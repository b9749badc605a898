/* keys: loads key files, checking that each holds the algorithm it is for. */
#include "config.h"
#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/stat.h>
#include "cardea_base64.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "conf/file.h"
#include "conf/keys.h"

#define MAX_FILE   4096
#define MIN_SECRET 32

static void wipe(char *text)
{
	if (text != NULL) {
		explicit_bzero(text, strlen(text));
		g_free(text);
	}
}

static int fail(char **error, int err, const char *path, const char *what)
{
	if (error != NULL) {
		*error = g_strdup_printf("%s: %s", path, what);
	}
	return err;
}

/* The content of a key file, which only its owner may read. */
static int read_private(const char *path, char **text, char **error)
{
	struct stat st;
	size_t len;
	int err;

	if (stat(path, &st) == 0 && (st.st_mode & 077) != 0) {
		return fail(error, CARDEA_E_FORBIDDEN, path, "must be closed to others (chmod 600)");
	}
	err = cardea_file_read(path, MAX_FILE, text, &len);
	if (err != 0) {
		return fail(error, err, path,
		            err == CARDEA_E_SYSTEM ? g_strerror(errno) : cardea_error_text(err));
	}
	return 0;
}

static int load_jwk(const char *state_dir, const char *name, enum cardea_jws_alg alg,
                    struct cardea_jwk **out, char **error)
{
	g_autofree char *path = g_build_filename(state_dir, name, NULL);
	struct cardea_jwk *key = NULL;
	json_t *json = NULL;
	char *text = NULL;
	int err = read_private(path, &text, error);

	if (err != 0) {
		return err;
	}
	err = cardea_json_parse_object(text, strlen(text), &json);
	if (err == 0) {
		err = cardea_jwk_from_json(json, &key);
	}
	if (err == 0 && cardea_jwk_alg(key) != alg) {
		err = CARDEA_E_INVALID;
	}
	json_decref(json);
	wipe(text);
	if (err != 0) {
		cardea_jwk_unref(key);
		return fail(error, err, path, "is not a JWK of the right algorithm");
	}
	*out = key;
	return 0;
}

/* One line "<id> <base64url of 32 bytes>". */
static int add_seal_line(struct cardea_seal *seal, const char *line)
{
	uint8_t key[CARDEA_SEAL_KEY_SIZE];
	const char *blank = strchr(line, ' ');
	g_autofree char *number = blank != NULL ? g_strndup(line, (gsize)(blank - line)) : NULL;
	guint64 id = 0;
	size_t len = 0;
	int err;

	if (number == NULL || !g_ascii_string_to_unsigned(number, 10, 1, 255, &id, NULL)) {
		return CARDEA_E_INVALID;
	}
	err = cardea_base64url_decode(blank + 1, strlen(blank + 1), key, sizeof(key), &len);
	if (err == 0) {
		err = len == sizeof(key) ? cardea_seal_add(seal, (uint8_t)id, key) : CARDEA_E_INVALID;
	}
	explicit_bzero(key, sizeof(key));
	return err;
}

static int load_seal(const char *state_dir, struct cardea_seal **out, char **error)
{
	g_autofree char *path = g_build_filename(state_dir, "keys/seal.key", NULL);
	struct cardea_seal *seal;
	char *text = NULL, *rest;
	size_t lines = 0;
	int err = read_private(path, &text, error);

	if (err != 0) {
		return err;
	}
	seal = cardea_seal_new(&cardea_random_kernel);
	rest = text;
	for (char *line = strsep(&rest, "\n"); err == 0 && line != NULL; line = strsep(&rest, "\n")) {
		if (*line != '\0') {
			err = add_seal_line(seal, line);
			explicit_bzero(line, strlen(line));
			lines++;
		}
	}
	g_free(text);
	if (err != 0 || lines == 0) {
		cardea_seal_free(seal);
		return fail(error, CARDEA_E_INVALID, path, "has a line that is not \"<id> <key>\"");
	}
	*out = seal;
	return 0;
}

int cardea_keys_secret(const char *state_dir, const char *name, char **out, char **error)
{
	g_autofree char *path = g_build_filename(state_dir, name, NULL);
	char *text = NULL;
	int err = read_private(path, &text, error);

	if (err != 0) {
		return err;
	}
	g_strchomp(text);
	if (strlen(text) < MIN_SECRET) {
		wipe(text);
		return fail(error, CARDEA_E_INVALID, path, "is shorter than 32 characters");
	}
	*out = text;
	return 0;
}

static void wipe_list(char **list)
{
	for (char **item = list; *item != NULL; item++) {
		explicit_bzero(*item, strlen(*item));
	}
	g_strfreev(list);
}

int cardea_keys_secrets(const char *state_dir, const char *name, char ***out, char **error)
{
	g_autofree char *path = g_build_filename(state_dir, name, NULL);
	char *text = NULL;
	char **lines;
	int err = read_private(path, &text, error);

	if (err != 0) {
		return err;
	}
	lines = g_strsplit(g_strchomp(text), "\n", -1);
	wipe(text);
	for (size_t i = 0; lines[i] != NULL || i == 0; i++) {
		if (lines[i] == NULL || strlen(g_strstrip(lines[i])) < MIN_SECRET) {
			wipe_list(lines);
			return fail(error, CARDEA_E_INVALID, path, "has a line of less than 32 characters");
		}
	}
	*out = lines;
	return 0;
}

int cardea_keys_load(const char *state_dir, struct cardea_keys *out, char **error)
{
	struct cardea_keys keys = {0};
	int err = load_jwk(state_dir, "keys/join.jwk", CARDEA_JWS_ES256, &keys.join, error);

	if (err == 0) {
		err = load_jwk(state_dir, "keys/access.jwk", CARDEA_JWS_HS256, &keys.access, error);
	}
	if (err == 0) {
		err = load_jwk(state_dir, "keys/refresh.jwk", CARDEA_JWS_HS256, &keys.refresh, error);
	}
	if (err == 0) {
		err = load_jwk(state_dir, "keys/auth.jwk", CARDEA_JWS_HS256, &keys.auth, error);
	}
	if (err == 0) {
		err = load_jwk(state_dir, "keys/accounts.jwk", CARDEA_JWS_HS256, &keys.accounts, error);
	}
	if (err == 0) {
		err = load_jwk(state_dir, "keys/call.jwk", CARDEA_JWS_ES256, &keys.call, error);
	}
	if (err == 0) {
		err = load_seal(state_dir, &keys.seal, error);
	}
	if (err == 0) {
		err = cardea_keys_secret(state_dir, "keys/control.secret", &keys.control_secret, error);
	}
	if (err == 0) {
		err = cardea_keys_secret(state_dir, "keys/janus-api.secret", &keys.janus_api_secret, error);
	}
	if (err == 0) {
		err = cardea_keys_secret(state_dir, "keys/janus-admin.secret", &keys.janus_admin_secret,
		                         error);
	}
	if (err != 0) {
		cardea_keys_clear(&keys);
		return err;
	}
	*out = keys;
	return 0;
}

void cardea_keys_clear(struct cardea_keys *keys)
{
	cardea_jwk_unref(keys->join);
	cardea_jwk_unref(keys->access);
	cardea_jwk_unref(keys->refresh);
	cardea_jwk_unref(keys->auth);
	cardea_jwk_unref(keys->call);
	cardea_jwk_unref(keys->accounts);
	cardea_seal_free(keys->seal);
	wipe(keys->control_secret);
	wipe(keys->janus_api_secret);
	wipe(keys->janus_admin_secret);
	*keys = (struct cardea_keys){0};
}
