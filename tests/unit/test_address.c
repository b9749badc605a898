/*
 * address: what is public and what is not.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "net/address.h"

static bool is_public(const char *text)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
		return cardea_address_is_public((struct sockaddr *)&v4);
	}
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return cardea_address_is_public((struct sockaddr *)&v6);
}

static void public_addresses(void **state)
{
	/* Most are the neighbours of a range that is not. */
	static const char *const addresses[] = {
	        "1.0.0.0",         "9.255.255.255",   "11.0.0.0",       "100.63.255.255",
	        "100.128.0.0",     "126.255.255.255", "128.0.0.0",      "169.253.255.255",
	        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",     "191.255.255.255",
	        "192.0.1.0",       "192.0.3.0",       "192.88.98.255",  "192.88.100.0",
	        "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
	        "198.51.99.255",   "198.51.101.0",    "203.0.112.255",  "203.0.114.0",
	        "223.255.255.255", "8.8.8.8",         "2001:200::1",    "2001:db7:ffff::",
	        "2001:db9::",      "2003::1",         "2000::1",        "2a00:1450::1",
	        "2606:4700::1",    "3fff:1000::",     "3ffe:ffff::1",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		if (!is_public(addresses[i])) {
			fail_msg("%s", addresses[i]);
		}
	}
}

static void other_addresses(void **state)
{
	static const char *const addresses[] = {
	        /* IPv4: first and last of each range */
	        "0.0.0.0",
	        "0.255.255.255",
	        "10.0.0.0",
	        "10.255.255.255",
	        "100.64.0.0",
	        "100.127.255.255",
	        "127.0.0.0",
	        "127.255.255.255",
	        "169.254.0.0",
	        "169.254.169.254",
	        "169.254.255.255",
	        "172.16.0.0",
	        "172.31.255.255",
	        "192.0.0.0",
	        "192.0.0.255",
	        "192.0.2.0",
	        "192.0.2.255",
	        "192.88.99.0",
	        "192.88.99.255",
	        "192.168.0.0",
	        "192.168.255.255",
	        "198.18.0.0",
	        "198.19.255.255",
	        "198.51.100.0",
	        "198.51.100.255",
	        "203.0.113.0",
	        "203.0.113.255",
	        "224.0.0.0",
	        "239.255.255.255",
	        "240.0.0.0",
	        "255.255.255.255",
	        /* IPv6 */
	        "::",
	        "::1",
	        "::8.8.8.8",
	        "::ffff:8.8.8.8",
	        "::ffff:127.0.0.1",
	        "64:ff9b::8.8.8.8",
	        "64:ff9b:1::1",
	        "100::1",
	        "1fff:ffff::",
	        "2001::1",
	        "2001:0:53aa::1",
	        "2001:10::1",
	        "2001:20::1",
	        "2001:1ff:ffff::",
	        "2001:db8::",
	        "2001:db8:ffff::1",
	        "2002::1",
	        "2002:7f00:1::1",
	        "2002:ffff:ffff::",
	        "3fff::",
	        "3fff:fff:ffff::",
	        "4000::1",
	        "5f00::1",
	        "fc00::1",
	        "fd00::1",
	        "fe80::1",
	        "fec0::1",
	        "ff02::1",
	        "ff0e::1",
	        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		if (is_public(addresses[i])) {
			fail_msg("%s", addresses[i]);
		}
	}
}

static void other_families(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)state;
	assert_false(cardea_address_is_public((struct sockaddr *)&address));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("public addresses", public_addresses),
	        TEST("addresses that are not public", other_addresses),
	        TEST("other families are not public", other_families),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
