/*
 * cable: the server side of ActionCable (subprotocol actioncable-v1-json) over WebSocket, for
 * clients that offer the subprotocol and for those that offer none. Knows no channel's meaning.
 * Loop thread only.
 *
 * A client is pinged in JSON every 3 s and by WebSocket every 15 s; 30 s without a frame, a full
 * send queue (CARDEA_MAX_WS_QUEUE), more than CARDEA_FRAMES_PER_SECOND or what is not a JSON object
 * end its socket.
 *
 * After the welcome a client without the subprotocol gets no frame that lacks an identifier, but
 * pings: such clients take anything else for an event and crash.
 */
#ifndef CARDEA_NET_CABLE_H
#define CARDEA_NET_CABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

struct cardea_cable;  /* one socket */
struct cardea_cables; /* all of a server, which share the timer of the pings */
struct cardea_http_request;
struct cardea_loop;

struct cardea_cable_callbacks {
	/* A subscription is asked for. @channel, not longer than CARDEA_MAX_ID, comes from @params, the
	 * object in the identifier, which may carry more. True confirms it before anything that is sent
	 * from now on, false rejects it. Not called for what is confirmed already, which is confirmed
	 * again, nor for a second subscription of a channel, which is rejected. */
	bool (*subscribe)(struct cardea_cable *cable, const char *channel, const json_t *params,
	                  void *arg);
	/* The confirmation was written; events may be sent. */
	void (*subscribed)(struct cardea_cable *cable, const char *channel, void *arg);
	/* The client has given the subscription up; not called when the socket ends. */
	void (*unsubscribed)(struct cardea_cable *cable, const char *channel, void *arg);
	/* A subscriber's command "message"; @data is the object in its `data`. */
	void (*perform)(struct cardea_cable *cable, const char *channel, const json_t *data, void *arg);
	/* Exactly once, last; @cable is freed afterwards. */
	void (*closed)(struct cardea_cable *cable, void *arg);
};

struct cardea_cables *cardea_cables_new(struct cardea_loop *loop);
/* cardea_cable_end for all that are open. */
void cardea_cables_end(struct cardea_cables *cables, const char *reason, bool reconnect);
/* When the loop runs no more: what is still open is freed without `closed`. NULL is fine. */
void cardea_cables_free(struct cardea_cables *cables);

/*
 * Turns @request into a socket and welcomes the client. If it does not offer actioncable-v1-json,
 * @echo_protocol is chosen (an entry of its list, or NULL): a list that gets no answer fails the
 * handshake. CARDEA_E_INVALID: no WebSocket handshake; CARDEA_E_SYSTEM: the client or the server is
 * going. On an error the request is not answered yet.
 */
int cardea_cable_accept(struct cardea_cables *cables, struct cardea_http_request *request,
                        const char *echo_protocol, const struct cardea_cable_callbacks *callbacks,
                        void *arg, struct cardea_cable **out);
/* Bad credentials: completes the handshake, says "unauthorized" instead of the welcome, and closes.
 * What is no handshake gets an HTTP error. Answers @request in any case. */
void cardea_cable_refuse(struct cardea_http_request *request, const char *echo_protocol);

/* Sends @message, the text of a JSON object, to the subscription of @channel; nothing if there is
 * none. CARDEA_E_QUEUE_FULL: the client is too slow, its socket is closing. */
int cardea_cable_send(struct cardea_cable *cable, const char *channel, const char *message,
                      size_t len);
bool cardea_cable_has(const struct cardea_cable *cable, const char *channel);
/* Tells clients with the subprotocol @reason (a plain word: remote, server_restart) and whether to
 * come back, and closes. Nothing comes from the client any more; `closed` follows within 2 s. */
void cardea_cable_end(struct cardea_cable *cable, const char *reason, bool reconnect);

#endif
