/*
 * control: the control connection to one media node (docs/plugin-api.md 5). Level-triggered: each
 * time it comes up it finds out what runs there, tells the node everything it needs, opens again
 * what is placed there and reads what happened meanwhile. So it does not matter which side was
 * restarted; a running Janus is adopted as it is. Loop thread only.
 */
#ifndef CARDEA_MEDIA_CONTROL_H
#define CARDEA_MEDIA_CONTROL_H

#include <stdint.h>
#include <jansson.h>
#include "domain/domain.h"
#include "media/ice.h"
#include "media/janus_client.h"
#include "media/room_link.h"

struct cardea_loop;
struct cardea_control;

enum cardea_node_state {
	CARDEA_NODE_CONNECTING,     /* Janus answers, the handshake is under way */
	CARDEA_NODE_JANUS_MISSING,  /* nothing answers on the socket */
	CARDEA_NODE_PLUGIN_MISSING, /* Janus runs without our plugin; its log says why */
	CARDEA_NODE_REFUSED,        /* the plugin refuses us: secret or version */
	CARDEA_NODE_READY,
};

/* "connecting", "janus_missing", "plugin_missing", "refused", "ready". */
const char *cardea_node_state_name(enum cardea_node_state state);
/* One sentence that says what to do. */
const char *cardea_node_state_text(enum cardea_node_state state);

/* Borrowed for the life of the control connection. */
struct cardea_control_options {
	struct cardea_loop *loop;
	const struct cardea_clock *clock;
	const char *gateway, *node;
	const char *path; /* unix socket of Janus' WebSocket API */
	const char *api_secret, *control_secret;
	const char *issuer;
	const struct cardea_jwks *join_keys;
	const struct cardea_ice_options *ice;
	void (*changed)(void *arg); /* the state has changed; may be NULL */
	void *arg;
};

int cardea_control_new(const struct cardea_control_options *options, struct cardea_control **out);
void cardea_control_start(struct cardea_control *control, struct cardea_domain *domain);
enum cardea_node_state cardea_control_state(const struct cardea_control *control);
/* How many event loops Janus lets its clients choose from; 0: it does not, or is not known. */
unsigned cardea_control_loops(const struct cardea_control *control);
/* Boot id of the plugin; NULL unless ready. Borrowed. */
const char *cardea_control_boot(const struct cardea_control *control);

/* `open` on the node. @done is called exactly once: 0, CARDEA_E_NODE_TIMEOUT after @deadline_ms,
 * CARDEA_E_NO_NODE, or the plugin's refusal. */
void cardea_control_open(struct cardea_control *control, const struct cardea_placement *placement,
                         int64_t deadline_ms, void (*done)(int err, void *arg), void *arg);
/* `move` on the node; @done as with cardea_control_open. */
void cardea_control_move(struct cardea_control *control, const struct cardea_move *move,
                         void (*done)(int err, void *arg), void *arg);
/* `revoke` on the node. A failure is made good by the next `open`, which carries min_gen again. */
void cardea_control_revoke(struct cardea_control *control,
                           const struct cardea_revocation *revocation);
/* `policy` and `grant` on the node; the same. */
void cardea_control_policy(struct cardea_control *control, const struct cardea_room_at *at,
                           const struct cardea_media_policy *policy);
void cardea_control_grant(struct cardea_control *control, const struct cardea_room_at *at,
                          const struct cardea_seat_grant *grant);
/* `say`, `mute` or `hands` on the node. What does not arrive comes after the next hello, or with
 * the next `open`. */
void cardea_control_close(struct cardea_control *control, const char *room, int64_t epoch);
void cardea_control_tell(struct cardea_control *control, const struct cardea_telling *telling);

/* A request of the Janus API itself (keepalive, destroy) with the node's API secret; as
 * cardea_janus_client_request. */
int cardea_control_janus(struct cardea_control *control, json_t *request, int64_t deadline_ms,
                         cardea_janus_answer_h answer, void *arg);

/* Closes the connection for good; every request still waiting, and every later one, ends with
 * CARDEA_E_NO_NODE. */
void cardea_control_stop(struct cardea_control *control);
/* Stops and frees. NULL is fine. */
void cardea_control_free(struct cardea_control *control);

#endif
