/*
 * ice: an ICE agent with one component, one host candidate and one remote candidate, which is all
 * that a peer in the tests' namespace has (RFC 8445). Both agents are full ones. Owned by its
 * peer's worker.
 */
#ifndef PEERS_ICE_H
#define PEERS_ICE_H

#include "stun.h"

#define ICE_UFRAG_CAPACITY 257
#define ICE_PWD_CAPACITY   257

typedef void (*ice_send)(void *arg, const struct sockaddr_in *to, const uint8_t *data, size_t len);

struct ice {
	char ufrag[9], pwd[25];
	char remote_ufrag[ICE_UFRAG_CAPACITY], remote_pwd[ICE_PWD_CAPACITY];
	struct sockaddr_in remote; /* sin_family 0: not known yet */
	bool controlling;
	uint64_t tie_breaker;
	bool valid;               /* a check of ours was answered */
	bool nominated;           /* the pair is to be used */
	uint8_t id[STUN_ID_SIZE]; /* of our check under way */
	bool nominating;          /* that check carries USE-CANDIDATE */
	int64_t check_ms;         /* when the next one is due */
	int64_t answered_ms;      /* when the last answer came */
	ice_send send;
	void *arg;
};

/* New local credentials. The side that made the first offer is controlling. */
void ice_init(struct ice *ice, bool controlling, ice_send send, void *arg);

/* What the other side's description says; checks begin at the next tick. */
void ice_set_remote(struct ice *ice, const char *ufrag, const char *pwd,
                    const struct sockaddr_in *candidate);

/* Sends checks that are due: often until connected, then as consent every few seconds (RFC 7675).
 */
void ice_tick(struct ice *ice, int64_t now_ms);

/* A datagram that stun_is. */
void ice_receive(struct ice *ice, const struct sockaddr_in *from, const uint8_t *data, size_t len,
                 int64_t now_ms);

/* Whether media may flow. */
bool ice_connected(const struct ice *ice);

#endif
