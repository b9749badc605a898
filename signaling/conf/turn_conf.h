/*
 * turn_conf: our own TURN server (coturn): its configuration, <state>/turn/, rendered from our
 * settings, and what clients are told of it. Relayed media reach the media node and nothing else.
 *
 * The secrets are not in the configuration but in a database beside it, which coturn asks each time
 * (store/turn_secrets.h): a new one is in force at once, and no allocation is cut.
 */
#ifndef CARDEA_CONF_TURN_CONF_H
#define CARDEA_CONF_TURN_CONF_H

#include "conf/conf.h"

#define CARDEA_TURN_CONF_FILE "turn/turnserver.conf" /* in the state folder */
#define CARDEA_TURN_CONF_DB   "turn/turndb"

/* True if this installation has a TURN server of its own (turn.server). */
bool cardea_turn_conf_is_own(const struct cardea_conf *conf);

struct cardea_turn_conf_input {
	const struct cardea_conf *conf; /* finished, with the public address in place */
	uint16_t port;                  /* UDP and TCP */
	const char *const *listen;      /* addresses; the first of a family is its public one's own */
	const char *const *peers;       /* addresses of the media node, the only ones to relay to */
	const char *const *static_secrets; /* NULL: those of the database */
};

/*
 * The content of turnserver.conf. New string, g_free; it holds the static secrets, if any. Pure.
 * CARDEA_E_INVALID for a path that coturn's syntax cannot hold; *@error is freed with g_free.
 */
int cardea_turn_conf_text(const struct cardea_turn_conf_input *input, char **out, char **error);

/* Chooses the port and writes the configuration (mode 0600), after cardea_first_start. */
int cardea_turn_conf_write(const struct cardea_conf *conf, char **error);

#endif
