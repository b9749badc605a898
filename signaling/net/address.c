/* address: see address.h. */
#include "net/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <glib.h>

struct prefix {
	uint8_t bytes[4]; /* none of ours is longer than 32 bits */
	unsigned bits;
};

/* https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. */
static const struct prefix not_public_v4[] = {
        {{0}, 8},             /* this network */
        {{10}, 8},            /* private */
        {{100, 64}, 10},      /* shared, CGNAT */
        {{127}, 8},           /* loopback */
        {{169, 254}, 16},     /* link-local, metadata services */
        {{172, 16}, 12},      /* private */
        {{192, 0, 0}, 24},    /* protocol assignments */
        {{192, 0, 2}, 24},    /* documentation */
        {{192, 88, 99}, 24},  /* 6to4 relays */
        {{192, 168}, 16},     /* private */
        {{198, 18}, 15},      /* benchmarks */
        {{198, 51, 100}, 24}, /* documentation */
        {{203, 0, 113}, 24},  /* documentation */
        {{224}, 4},           /* multicast */
        {{240}, 4},           /* reserved, broadcast */
};

/* All global unicast addresses begin so; everything special outside of it needs no row. */
static const struct prefix global_v6 = {{0x20}, 3};

/* https://www.iana.org/assignments/iana-ipv6-special-registry, within 2000::/3. */
static const struct prefix not_public_v6[] = {
        {{0x20, 0x01, 0x00}, 23},       /* protocol assignments, Teredo, ORCHID */
        {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
        {{0x20, 0x02}, 16},             /* 6to4 */
        {{0x3f, 0xff, 0x00}, 20},       /* documentation */
};

static bool has_prefix(const uint8_t *bytes, const struct prefix *prefix)
{
	unsigned whole = prefix->bits / 8;
	unsigned rest = prefix->bits % 8;

	for (unsigned i = 0; i < whole; i++)
		if (bytes[i] != prefix->bytes[i])
			return false;
	return rest == 0 || (bytes[whole] ^ prefix->bytes[whole]) >> (8 - rest) == 0;
}

static bool is_in(const uint8_t *bytes, const struct prefix *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has_prefix(bytes, &list[i]))
			return true;
	return false;
}

bool cardea_address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;

		return !is_in((const uint8_t *)&in->sin_addr, not_public_v4, G_N_ELEMENTS(not_public_v4));
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)address;
		const uint8_t *bytes = in->sin6_addr.s6_addr;

		return has_prefix(bytes, &global_v6) &&
		       !is_in(bytes, not_public_v6, G_N_ELEMENTS(not_public_v6));
	}
	return false;
}
