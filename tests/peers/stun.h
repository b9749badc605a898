/*
 * stun: the messages of ICE connectivity checks (RFC 8489, RFC 8445 7.1): binding requests and
 * their answers with USERNAME, MESSAGE-INTEGRITY and FINGERPRINT. Any thread.
 */
#ifndef PEERS_STUN_H
#define PEERS_STUN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STUN_ID_SIZE           12
#define STUN_MAX_SIZE          1200
#define STUN_ERROR_CONFLICT    487 /* role conflict */
#define STUN_USERNAME_CAPACITY 513

enum stun_type {
	STUN_REQUEST = 0x0001,
	STUN_INDICATION = 0x0011,
	STUN_SUCCESS = 0x0101,
	STUN_ERROR = 0x0111,
};

enum stun_role { STUN_ROLE_NONE, STUN_ROLE_CONTROLLED, STUN_ROLE_CONTROLLING };

/* What is zero or empty is absent. */
struct stun_message {
	enum stun_type type;
	uint8_t id[STUN_ID_SIZE];
	char username[STUN_USERNAME_CAPACITY];
	uint32_t priority;
	bool use_candidate;
	enum stun_role role;
	uint64_t tie_breaker;
	int error;
	struct sockaddr_in mapped; /* IPv4 only */
};

/* Whether a datagram on a WebRTC socket is STUN (RFC 7983). */
bool stun_is(const uint8_t *data, size_t len);

/* Writes @message, protected with @password; @out has STUN_MAX_SIZE bytes. Returns the length. */
size_t stun_write(const struct stun_message *message, const char *password, uint8_t *out);

/* Reads into @message what we know of @data and skips other attributes. False when it is malformed,
 * or not protected with @password, or its fingerprint is wrong. Indications need no integrity. */
bool stun_read(const uint8_t *data, size_t len, const char *password, struct stun_message *message);

/* The transaction of a message that stun_is. */
const uint8_t *stun_id(const uint8_t *data);

/* Its type. */
uint16_t stun_type(const uint8_t *data);

#endif
