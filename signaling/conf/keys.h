/*
 * keys: what first_start made, loaded. Only the worker holds it.
 */
#ifndef CARDEA_CONF_KEYS_H
#define CARDEA_CONF_KEYS_H

#include "cardea_jwk.h"
#include "cardea_seal.h"

struct cardea_keys {
	struct cardea_jwk *join, *call;                        /* ES256 */
	struct cardea_jwk *access, *refresh, *auth, *accounts; /* HS256 */
	struct cardea_seal *seal;
	char *control_secret;
	char *janus_api_secret;
	char *janus_admin_secret;
};

/* Reads <state>/keys. All or nothing; *@error (g_free) names the file. */
int cardea_keys_load(const char *state_dir, struct cardea_keys *out, char **error);

/* Wipes and frees the content. */
void cardea_keys_clear(struct cardea_keys *keys);

/* One secret file, "keys/control.secret" for example: *@out is freed with g_free after wiping. */
int cardea_keys_secret(const char *state_dir, const char *name, char **out, char **error);

/* A file of one secret or more, a line each: a NULL-terminated list in the file's order, whose
 * strings are wiped and freed by the caller. */
int cardea_keys_secrets(const char *state_dir, const char *name, char ***out, char **error);

#endif
