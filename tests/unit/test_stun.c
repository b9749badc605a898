/* STUN's Binding, and media.public_address = "auto", against a server of our own. */
#include "config.h"
#include "unit.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "cardea_error.h"
#include "conf/conf.h"
#include "conf/file.h"
#include "conf/public_address.h"
#include "conf/stun.h"

/* RFC 5769 2.2: the sample IPv4 response, without its last attributes; 2.3 for IPv6. */
static const uint8_t transaction[] = {0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                                      0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};
static const uint8_t response4[] = {0x01, 0x01, 0x00, 0x1c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7,
                                    0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
                                    0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76,
                                    0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08,
                                    0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43};
static const uint8_t response6[] = {
        0x01, 0x01, 0x00, 0x18, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6,
        0x86, 0xfa, 0x87, 0xdf, 0xae, 0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13,
        0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9};

static void test_vectors(void **state)
{
	uint8_t request[CARDEA_STUN_REQUEST_SIZE];
	char address[INET6_ADDRSTRLEN];

	(void)state;
	assert_int_equal(cardea_stun_response(transaction, response4, sizeof(response4), address), 0);
	assert_string_equal(address, "192.0.2.1");
	assert_int_equal(cardea_stun_response(transaction, response6, sizeof(response6), address), 0);
	assert_string_equal(address, "2001:db8:1234:5678:11:2233:4455:6677");
	cardea_stun_request(transaction, request);
	assert_memory_equal(request, "\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
	assert_memory_equal(request + 8, transaction, sizeof(transaction));
}

/* Each changed byte of the header, and each length that is told wrong, makes it another message. */
static void test_refusals(void **state)
{
	uint8_t changed[sizeof(response4)];
	char address[INET6_ADDRSTRLEN];
	const size_t places[] = {0, 1, 2, 3, 4, 7, 8, 19, 37, 39, 41};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		memcpy(changed, response4, sizeof(changed));
		changed[places[i]] ^= 0x40;
		assert_int_equal(cardea_stun_response(transaction, changed, sizeof(changed), address),
		                 CARDEA_E_INVALID);
	}
	for (size_t len = 0; len < sizeof(response4); len++) {
		assert_int_equal(cardea_stun_response(transaction, response4, len, address),
		                 CARDEA_E_INVALID);
	}
}

static void test_urls(void **state)
{
	static const char *const urls[] = {"", "stun:", "turn:a", "stun::1", "stun:[::1]:3478"};
	char *address = NULL;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
		assert_int_equal(cardea_stun_ask(urls[i], 100, &address), CARDEA_E_INVALID);
	}
	assert_null(address);
}

/* A server that answers 192.0.2.1 to the second request, after a packet that is no answer. */
static void *serve(void *arg)
{
	int fd = GPOINTER_TO_INT(arg);
	uint8_t packet[64], answer[sizeof(response4)];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);

	for (int i = 0; i < 2; i++) {
		assert_int_equal(recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &size),
		                 CARDEA_STUN_REQUEST_SIZE);
		(void)sendto(fd, response4, sizeof(response4), 0, (struct sockaddr *)&from, size);
	}
	memcpy(answer, response4, sizeof(answer));
	memcpy(answer + 8, packet + 8, CARDEA_STUN_TRANSACTION_SIZE);
	(void)sendto(fd, answer, sizeof(answer), 0, (struct sockaddr *)&from, size);
	return NULL;
}

/* A bound UDP socket; *@url names it. */
static int open_server(char **url)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*url = g_strdup_printf("stun:127.0.0.1:%u", ntohs(address.sin_port));
	return fd;
}

static struct cardea_conf *auto_conf(const char *folder, const char *url)
{
	struct cardea_conf *conf = cardea_conf_new();

	assert_int_equal(cardea_conf_set(conf, "general.state_dir", folder, NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "media.public_address", "auto", NULL), 0);
	assert_int_equal(cardea_conf_set(conf, "turn.stun_urls", url, NULL), 0);
	assert_int_equal(cardea_conf_finish(conf, NULL), 0);
	return conf;
}

static void test_discovery(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("cardea-stun-XXXXXX", NULL);
	g_autofree char *kept = g_build_filename(folder, "public-address", NULL);
	g_autofree char *url = NULL;
	int fd = open_server(&url);
	GThread *server = g_thread_new("stun", serve, GINT_TO_POINTER(fd));
	struct cardea_conf *conf = auto_conf(folder, url), *other = auto_conf(folder, url);

	(void)state;
	assert_int_equal(cardea_public_address_find(conf), 0);
	assert_string_equal(conf->public_address, "192.0.2.1");
	cardea_public_address_take(other);
	assert_string_equal(other->public_address, "192.0.2.1");
	(void)g_thread_join(server);
	(void)close(fd);
	(void)unlink(kept);
	(void)rmdir(folder);
	cardea_conf_free(conf);
	cardea_conf_free(other);
}

static void test_silence(void **state)
{
	g_autofree char *folder = g_dir_make_tmp("cardea-stun-XXXXXX", NULL);
	g_autofree char *kept = g_build_filename(folder, "public-address", NULL);
	g_autofree char *url = NULL;
	int fd = open_server(&url);
	struct cardea_conf *conf = auto_conf(folder, url);
	gint64 start = g_get_monotonic_time();

	(void)state;
	assert_int_equal(cardea_public_address_find(conf), 0);
	assert_string_equal(conf->public_address, "");
	assert_true(g_get_monotonic_time() - start < 15 * G_USEC_PER_SEC);
	(void)close(fd);
	(void)unlink(kept);
	(void)rmdir(folder);
	cardea_conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("the sample responses of RFC 5769 are read", test_vectors),
	        TEST("what is not the answer is refused", test_refusals),
	        TEST("only stun:host[:port] is asked", test_urls),
	        TEST("the answer is found, kept and taken by others", test_discovery),
	        TEST("a server that does not answer costs seconds and nothing else", test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
