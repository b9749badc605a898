/* stun: a Binding request and its answer over UDP. */
#include "config.h"
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "cardea_clock.h"
#include "cardea_error.h"
#include "cardea_id.h"
#include "conf/stun.h"

#define BINDING_REQUEST    0x0001
#define BINDING_SUCCESS    0x0101
#define COOKIE             0x2112a442
#define XOR_MAPPED_ADDRESS 0x0020
#define HEADER_SIZE        20
#define MAX_ANSWER         1500
#define RETRANSMIT_MS      500

static uint16_t read16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void write16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The cookie, in the bytes it has on the wire. */
static const uint8_t cookie[4] = {COOKIE >> 24, COOKIE >> 16 & 0xff, COOKIE >> 8 & 0xff,
                                  COOKIE & 0xff};

void cardea_stun_request(const uint8_t transaction[CARDEA_STUN_TRANSACTION_SIZE],
                         uint8_t out[CARDEA_STUN_REQUEST_SIZE])
{
	write16(out, BINDING_REQUEST);
	write16(out + 2, 0);
	memcpy(out + 4, cookie, sizeof(cookie));
	memcpy(out + 8, transaction, CARDEA_STUN_TRANSACTION_SIZE);
}

/* RFC 8489 14.2: the address is XORed with cookie and transaction, which follow each other in the
 * header at @mask. */
static int read_address(const uint8_t *value, size_t len, const uint8_t *mask,
                        char out[INET6_ADDRSTRLEN])
{
	uint8_t address[16];
	size_t size;
	int family;

	if (len < 8) {
		return CARDEA_E_INVALID;
	}
	family = value[1] == 1 ? AF_INET : value[1] == 2 ? AF_INET6 : AF_UNSPEC;
	size = family == AF_INET ? 4 : 16;
	if (family == AF_UNSPEC || len != 4 + size) {
		return CARDEA_E_INVALID;
	}
	for (size_t i = 0; i < size; i++) {
		address[i] = value[4 + i] ^ mask[i];
	}
	return inet_ntop(family, address, out, INET6_ADDRSTRLEN) != NULL ? 0 : CARDEA_E_INVALID;
}

int cardea_stun_response(const uint8_t transaction[CARDEA_STUN_TRANSACTION_SIZE],
                         const uint8_t *data, size_t len, char out[INET6_ADDRSTRLEN])
{
	size_t at = HEADER_SIZE;

	if (len < HEADER_SIZE || read16(data) != BINDING_SUCCESS ||
	    read16(data + 2) != len - HEADER_SIZE || memcmp(data + 4, cookie, sizeof(cookie)) != 0 ||
	    memcmp(data + 8, transaction, CARDEA_STUN_TRANSACTION_SIZE) != 0) {
		return CARDEA_E_INVALID;
	}
	while (len - at >= 4) {
		size_t size = read16(data + at + 2);

		if (size > len - at - 4) {
			break;
		}
		if (read16(data + at) == XOR_MAPPED_ADDRESS) {
			return read_address(data + at + 4, size, data + 4, out);
		}
		/* Padded to four bytes; the last one may lack them. */
		at += MIN(4 + ((size + 3) & ~(size_t)3), len - at);
	}
	return CARDEA_E_INVALID;
}

/* ---- over the network
 * ------------------------------------------------------------------------------- */

static int left_ms(int64_t deadline)
{
	return (int)MAX(deadline - cardea_clock_mono_ms(&cardea_clock_system), 0);
}

/*
 * getaddrinfo() waits as long as the resolver is set up to. What is late here is left to finish by
 * itself, with all it uses: this process ends soon.
 */
static struct addrinfo *resolve(const char *host, const char *port, int64_t deadline)
{
	static const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
	struct gaicb *request = g_new0(struct gaicb, 1);
	struct gaicb *list[] = {request};
	int wait_ms = left_ms(deadline);
	struct timespec timeout = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000L};
	struct addrinfo *result = NULL;

	request->ar_name = g_strdup(host);
	request->ar_service = g_strdup(port);
	request->ar_request = &hints;
	if (getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == 0) {
		(void)gai_suspend((const struct gaicb *const *)list, 1, &timeout);
		if (gai_error(request) == EAI_INPROGRESS && gai_cancel(request) != EAI_CANCELED) {
			return NULL;
		}
		result = gai_error(request) == 0 ? request->ar_result : NULL;
	}
	g_free((char *)request->ar_name);
	g_free((char *)request->ar_service);
	g_free(request);
	return result;
}

/* Sends the request every RETRANSMIT_MS until an answer to it has come. */
static int exchange(int fd, int64_t deadline, char out[INET6_ADDRSTRLEN])
{
	uint8_t transaction[CARDEA_STUN_TRANSACTION_SIZE], request[CARDEA_STUN_REQUEST_SIZE];
	uint8_t answer[MAX_ANSWER];
	struct pollfd readable = {.fd = fd, .events = POLLIN};

	if (cardea_random_kernel.fill(transaction, sizeof(transaction), cardea_random_kernel.arg) !=
	    0) {
		return CARDEA_E_SYSTEM;
	}
	cardea_stun_request(transaction, request);
	while (left_ms(deadline) > 0) {
		int64_t again = MIN(cardea_clock_mono_ms(&cardea_clock_system) + RETRANSMIT_MS, deadline);

		(void)send(fd, request, sizeof(request), 0);
		while (poll(&readable, 1, left_ms(again)) > 0) {
			ssize_t got = recv(fd, answer, sizeof(answer), 0);

			if (got < 0 && errno != EINTR) {
				g_usleep(1000); /* nobody there yet; not as fast as we can */
			} else if (got > 0 &&
			           cardea_stun_response(transaction, answer, (size_t)got, out) == 0) {
				return 0;
			}
		}
	}
	return CARDEA_E_NOT_FOUND;
}

static int ask(const struct addrinfo *server, int64_t deadline, char **out)
{
	char address[INET6_ADDRSTRLEN];
	int fd = socket(server->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0) {
		return CARDEA_E_SYSTEM;
	}
	/* Connected: only this server's packets are read. */
	err = connect(fd, server->ai_addr, server->ai_addrlen) == 0 ? exchange(fd, deadline, address)
	                                                            : CARDEA_E_SYSTEM;
	(void)close(fd);
	if (err == 0) {
		*out = g_strdup(address);
	}
	return err;
}

int cardea_stun_ask(const char *url, int timeout_ms, char **out)
{
	int64_t deadline = cardea_clock_mono_ms(&cardea_clock_system) + timeout_ms;
	g_auto(GStrv) parts = NULL;
	struct addrinfo *server;
	guint count;
	int err;

	if (!g_str_has_prefix(url, "stun:")) {
		return CARDEA_E_INVALID;
	}
	parts = g_strsplit(url + strlen("stun:"), ":", 3);
	count = g_strv_length(parts);
	if (count < 1 || count > 2 || *parts[0] == '\0') {
		return CARDEA_E_INVALID;
	}
	server = resolve(parts[0], count == 2 ? parts[1] : "3478", deadline);
	if (server == NULL) {
		return CARDEA_E_NOT_FOUND;
	}
	err = ask(server, deadline, out);
	freeaddrinfo(server);
	return err;
}
