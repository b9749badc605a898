/*
 * control_private: what control.c, the connection, and handshake.c share.
 */
#ifndef CARDEA_MEDIA_CONTROL_PRIVATE_H
#define CARDEA_MEDIA_CONTROL_PRIVATE_H

#include <glib.h>
#include "media/control.h"

#define CARDEA_CONTROL_ANSWER_MS 5000 /* a node that takes longer hangs: connect anew */

struct cardea_handshake_step;
struct cardea_hello_wait;

struct cardea_control {
	struct cardea_control_options options;
	struct cardea_domain *domain;
	struct cardea_janus_client *client;
	enum cardea_node_state state;
	uint64_t session; /* Janus session and handle of the control messages */
	uint64_t handle;
	char boot[CARDEA_UUID_SIZE];
	json_t *node_rooms; /* of the hello */
	unsigned loops;     /* of the info */
	const struct cardea_handshake_step *step;
	struct cardea_hello_wait *hello_wait;
	struct cardea_timer *retry, *heartbeat;
	GHashTable *links; /* room -> struct cardea_room_link, of this connection */
};

void cardea_control_set_state(struct cardea_control *control, enum cardea_node_state state);
/* Sends @body (stolen) to the plugin; struct cardea_room_link_options.send with the control as
 * @arg. */
int cardea_control_message(void *arg, json_t *body, cardea_link_answer_h answer, void *answer_arg);
/* The link of @room, made with @ingested if there is none. Borrowed. */
struct cardea_room_link *cardea_control_link(struct cardea_control *control, const char *room,
                                             int64_t ingested);
/* The handshake is done: the node is ready. */
void cardea_control_is_ready(struct cardea_control *control);

/* From nothing to ready on a connection that is up; @arg is the control. Tries again by itself. */
void cardea_handshake_start(void *arg);
/* The connection is gone, or the control: an answer that is still to come finds nobody. */
void cardea_handshake_forget(struct cardea_control *control);

#endif
