/*
 * turn_clients: the STUN and TURN servers that clients are given, and the secrets that make
 * credentials for them: our own server's (turn_conf.h), or those that the settings name. Any
 * thread.
 */
#ifndef CARDEA_CONF_TURN_CLIENTS_H
#define CARDEA_CONF_TURN_CLIENTS_H

#include "conf/conf.h"

/* Lists are NULL-terminated, never NULL; secrets newest first. */
struct cardea_turn_clients {
	char **stun_urls, **urls, **secrets;
};

/* After `--prepare`, with the public address in place. Cleared with cardea_turn_clients_clear;
 * *@error (g_free) tells what is wrong with the secrets. */
int cardea_turn_clients_load(const struct cardea_conf *conf, struct cardea_turn_clients *out,
                             char **error);

/* Wipes and frees the content. */
void cardea_turn_clients_clear(struct cardea_turn_clients *clients);

#endif
