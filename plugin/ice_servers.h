/*
 * ice_servers: the STUN and TURN servers that clients are told, with a credential minted for each
 * participant (DESIGN 5). Any thread; one leaf mutex.
 */
#ifndef CARDEA_PLUGIN_ICE_SERVERS_H
#define CARDEA_PLUGIN_ICE_SERVERS_H

#include <stdint.h>
#include <jansson.h>

struct cardea_ice_servers;

struct cardea_ice_servers *cardea_ice_servers_new(void);
void cardea_ice_servers_free(struct cardea_ice_servers *servers);

/* Replaces all: arrays of strings, @secrets newest first. CARDEA_E_JSON_TYPE for another item,
 * CARDEA_E_INVALID for TURN servers without a secret. */
int cardea_ice_servers_replace(struct cardea_ice_servers *servers, const json_t *stun,
                               const json_t *urls, const json_t *secrets, int64_t ttl_s);

/* Sets `stun_servers` and `turn_servers` in @object; empty lists where nothing is configured or the
 * credential cannot be minted. @now_s is wall clock. */
void cardea_ice_servers_add(struct cardea_ice_servers *servers, json_t *object,
                            const char *client_id, int64_t now_s);

#endif
