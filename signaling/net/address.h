/*
 * address: which addresses the gateway may connect to when somebody else names them (facts/
 * reliability 3). Pure; no state, any thread.
 */
#ifndef CARDEA_NET_ADDRESS_H
#define CARDEA_NET_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/*
 * True if @address is a unicast address of the public Internet by IANA's special-purpose
 * registries: not loopback, unspecified, private, shared (CGNAT), link-local, unique local,
 * multicast, broadcast, documentation, benchmark or reserved, and no IPv6 address that stands for
 * an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo). False for other families.
 */
bool cardea_address_is_public(const struct sockaddr *address);

#endif
