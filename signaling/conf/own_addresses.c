/* own_addresses: getifaddrs, filtered as Janus does (facts/janus 7.1). */
#include "config.h"
#include <arpa/inet.h>
#include <glib.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include "conf/own_addresses.h"

/* The address of @entry as text, or NULL if media does not use it. */
static const char *usable(const struct ifaddrs *entry, bool ipv6, char text[INET6_ADDRSTRLEN])
{
	const unsigned int up = IFF_UP | IFF_RUNNING;

	if (entry->ifa_addr == NULL || (entry->ifa_flags & up) != up ||
	    (entry->ifa_flags & IFF_LOOPBACK) != 0) {
		return NULL;
	}
	if (entry->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *address = (const struct sockaddr_in *)entry->ifa_addr;

		return inet_ntop(AF_INET, &address->sin_addr, text, INET6_ADDRSTRLEN);
	}
	if (entry->ifa_addr->sa_family == AF_INET6 && ipv6) {
		const struct sockaddr_in6 *address = (const struct sockaddr_in6 *)entry->ifa_addr;

		return IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr)
		               ? NULL
		               : inet_ntop(AF_INET6, &address->sin6_addr, text, INET6_ADDRSTRLEN);
	}
	return NULL;
}

char **cardea_own_addresses(bool ipv6)
{
	GPtrArray *list = g_ptr_array_new();
	struct ifaddrs *entries = NULL;
	char text[INET6_ADDRSTRLEN];

	if (getifaddrs(&entries) != 0) {
		g_ptr_array_unref(list);
		return NULL;
	}
	for (const struct ifaddrs *entry = entries; entry != NULL; entry = entry->ifa_next) {
		const char *address = usable(entry, ipv6, text);

		if (address != NULL) {
			g_ptr_array_add(list, g_strdup(address));
		}
	}
	freeifaddrs(entries);
	g_ptr_array_add(list, NULL);
	return (char **)g_ptr_array_free(list, FALSE);
}
