/*
 * own_addresses: the addresses of this machine that media can use. Any thread.
 */
#ifndef CARDEA_CONF_OWN_ADDRESSES_H
#define CARDEA_CONF_OWN_ADDRESSES_H

#include <stdbool.h>

/*
 * Those that Janus offers where no single one is set: of every interface that is up, without
 * loopback and link-local IPv6 ones; IPv6 only with @ipv6. A NULL-terminated list of numeric
 * addresses (g_strfreev), in the interfaces' order; NULL with errno set.
 */
char **cardea_own_addresses(bool ipv6);

#endif
