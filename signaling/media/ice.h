/*
 * ice: the STUN and TURN servers clients are given, and the credentials for them (spec/native 3).
 * Immutable options; no state; loop thread.
 */
#ifndef CARDEA_MEDIA_ICE_H
#define CARDEA_MEDIA_ICE_H

#include <stdint.h>
#include <glib.h>
#include <jansson.h>

/* Lists are NULL-terminated and borrowed; a NULL list is empty. */
struct cardea_ice_options {
	const char *const *stun_urls;    /* "stun:host:port" */
	const char *const *turn_urls;    /* "turn:host:port?transport=udp" */
	const char *const *turn_secrets; /* newest first; the others overlap at rotation */
	int64_t turn_ttl_s;              /* life of a credential; 0 = 600 */
};

/* New array of STUN urls. */
json_t *cardea_ice_stun(const struct cardea_ice_options *ice);
/* New array for RTCPeerConnection with a fresh credential of @client_id; empty without TURN urls or
 * secrets. */
json_t *cardea_ice_turn(const struct cardea_ice_options *ice, const char *client_id, int64_t now_s);
/* The same two lists written (cardea_json_write.h), without the life of the credential. */
void cardea_ice_put_stun(GString *out, const char *name, const struct cardea_ice_options *ice);
void cardea_ice_put_turn(GString *out, const char *name, const struct cardea_ice_options *ice,
                         const char *client_id, int64_t now_s);
/* New body of the control request `turn` (docs/plugin-api.md 5). */
json_t *cardea_ice_control(const struct cardea_ice_options *ice);

#endif
