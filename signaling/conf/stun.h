/*
 * stun: the one question of STUN that a server has itself: which address others see (RFC 8489,
 * Binding). Any thread.
 */
#ifndef CARDEA_CONF_STUN_H
#define CARDEA_CONF_STUN_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define CARDEA_STUN_REQUEST_SIZE     20
#define CARDEA_STUN_TRANSACTION_SIZE 12

/* A Binding request. Pure. */
void cardea_stun_request(const uint8_t transaction[CARDEA_STUN_TRANSACTION_SIZE],
                         uint8_t out[CARDEA_STUN_REQUEST_SIZE]);

/*
 * The XOR-MAPPED-ADDRESS of the success response in @data that answers @transaction, as text. Pure.
 * CARDEA_E_INVALID for anything else.
 */
int cardea_stun_response(const uint8_t transaction[CARDEA_STUN_TRANSACTION_SIZE],
                         const uint8_t *data, size_t len, char out[INET6_ADDRSTRLEN]);

/*
 * Asks the server of @url ("stun:host[:port]") over IPv4, the family that has NAT: *@out (g_free).
 * Takes at most @timeout_ms, name resolution included. CARDEA_E_INVALID for another form of URL,
 * CARDEA_E_NOT_FOUND if no answer comes, CARDEA_E_SYSTEM.
 */
int cardea_stun_ask(const char *url, int timeout_ms, char **out);

#endif
