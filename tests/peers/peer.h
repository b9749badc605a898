/*
 * peer: one WebRTC connection: a UDP socket, ICE, DTLS and the media on it. Owned by its worker:
 * all functions in that thread.
 */
#ifndef PEERS_PEER_H
#define PEERS_PEER_H

#include <jansson.h>
#include "ice.h"
#include "media.h"

enum peer_state { PEER_NEW, PEER_UP, PEER_FAILED };

struct peer {
	int64_t id;
	int fd;
	struct sockaddr_in local;
	struct ice ice;
	struct dtls *dtls; /* NULL until the other side's description is known */
	bool dtls_client;
	struct crypt crypt;
	struct media media;
	enum peer_state state;
	bool told_media;
	uint64_t unsent; /* datagrams the socket did not take */
};

/* What the other side's description says of transport. */
struct peer_remote {
	const char *ufrag, *pwd, *fingerprint;
	bool active; /* it is the DTLS client */
	struct sockaddr_in candidate;
};

/* On a port of @address; NULL when there is no socket. The one whose side @offers is controlling.
 */
struct peer *peer_new(int64_t id, const struct in_addr *address, bool offers);
void peer_free(struct peer *peer);

/* Begins to connect. Once; later descriptions change nothing in transport. */
void peer_set_remote(struct peer *peer, const struct peer_remote *remote);

/* A datagram from the socket, which is changed in place. */
void peer_receive(struct peer *peer, const struct sockaddr_in *from, uint8_t *data, size_t len,
                  int64_t now_us);

/* Every few milliseconds. Tells changes as events. */
void peer_tick(struct peer *peer, int64_t now_us);

#endif
