#include "stun.h"

#include <string.h>
#include <glib.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "wire.h"

#define HEADER_SIZE      20
#define MAGIC            0x2112a442u
#define INTEGRITY_SIZE   20
#define FINGERPRINT_XOR  0x5354554eu
#define PADDED(len)      (((size_t)(len) + 3) & ~(size_t)3)
#define MAPPED_IPV4_SIZE 8

enum attribute {
	USERNAME = 0x0006,
	MESSAGE_INTEGRITY = 0x0008,
	ERROR_CODE = 0x0009,
	XOR_MAPPED_ADDRESS = 0x0020,
	PRIORITY = 0x0024,
	USE_CANDIDATE = 0x0025,
	FINGERPRINT = 0x8028,
	ICE_CONTROLLED = 0x8029,
	ICE_CONTROLLING = 0x802a,
};

bool stun_is(const uint8_t *data, size_t len)
{
	return len >= HEADER_SIZE && data[0] < 2 && wire_get32(data + 4) == MAGIC;
}

const uint8_t *stun_id(const uint8_t *data)
{
	return data + 8;
}

uint16_t stun_type(const uint8_t *data)
{
	return wire_get16(data);
}

/* CRC-32 of ITU V.42 (RFC 8489 14.7). */
static uint32_t crc32_of(const uint8_t *data, size_t len)
{
	uint32_t crc = 0xffffffffu;
	for (size_t i = 0; i < len; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return crc ^ 0xffffffffu;
}

/* Of @len bytes whose header says that @more follow (RFC 8489 14.5). */
static void integrity_of(const uint8_t *data, size_t len, size_t more, const char *password,
                         uint8_t *mac)
{
	uint8_t copy[STUN_MAX_SIZE];
	unsigned size = INTEGRITY_SIZE;
	memcpy(copy, data, len);
	wire_put16(copy + 2, (uint16_t)(len - HEADER_SIZE + more));
	HMAC(EVP_sha1(), password, (int)strlen(password), copy, len, mac, &size);
}

/* ---- writing ---- */

struct writer {
	uint8_t *out;
	size_t len;
};

static uint8_t *add(struct writer *writer, enum attribute type, size_t size)
{
	uint8_t *at = writer->out + writer->len;
	wire_put16(at, (uint16_t)type);
	wire_put16(at + 2, (uint16_t)size);
	memset(at + 4, 0, PADDED(size));
	writer->len += 4 + PADDED(size);
	wire_put16(writer->out + 2, (uint16_t)(writer->len - HEADER_SIZE));
	return at + 4;
}

static void add_mapped(struct writer *writer, const struct sockaddr_in *mapped)
{
	uint8_t *value = add(writer, XOR_MAPPED_ADDRESS, MAPPED_IPV4_SIZE);
	value[1] = 1; /* IPv4 */
	wire_put16(value + 2, (uint16_t)(ntohs(mapped->sin_port) ^ (MAGIC >> 16)));
	wire_put32(value + 4, ntohl(mapped->sin_addr.s_addr) ^ MAGIC);
}

static void add_request(struct writer *writer, const struct stun_message *message)
{
	size_t len = strlen(message->username);
	if (len > 0)
		memcpy(add(writer, USERNAME, len), message->username, len);
	if (message->priority)
		wire_put32(add(writer, PRIORITY, 4), message->priority);
	if (message->role != STUN_ROLE_NONE)
		wire_put64(add(writer,
		               message->role == STUN_ROLE_CONTROLLING ? ICE_CONTROLLING : ICE_CONTROLLED,
		               8),
		           message->tie_breaker);
	if (message->use_candidate)
		add(writer, USE_CANDIDATE, 0);
}

size_t stun_write(const struct stun_message *message, const char *password, uint8_t *out)
{
	struct writer writer = {.out = out, .len = HEADER_SIZE};
	wire_put16(out, (uint16_t)message->type);
	wire_put32(out + 4, MAGIC);
	memcpy(out + 8, message->id, STUN_ID_SIZE);
	add_request(&writer, message);
	if (message->mapped.sin_family == AF_INET)
		add_mapped(&writer, &message->mapped);
	if (message->error) {
		uint8_t *value = add(&writer, ERROR_CODE, 4);
		value[2] = (uint8_t)(message->error / 100);
		value[3] = (uint8_t)(message->error % 100);
	}
	uint8_t mac[INTEGRITY_SIZE];
	integrity_of(out, writer.len, 4 + INTEGRITY_SIZE, password, mac);
	memcpy(add(&writer, MESSAGE_INTEGRITY, INTEGRITY_SIZE), mac, INTEGRITY_SIZE);
	uint8_t *fingerprint = add(&writer, FINGERPRINT, 4);
	wire_put32(fingerprint, crc32_of(out, writer.len - 8) ^ FINGERPRINT_XOR);
	return writer.len;
}

/* ---- reading ---- */

static void read_mapped(const uint8_t *value, size_t size, struct sockaddr_in *mapped)
{
	if (size < MAPPED_IPV4_SIZE || value[1] != 1)
		return;
	mapped->sin_family = AF_INET;
	mapped->sin_port = htons((uint16_t)(wire_get16(value + 2) ^ (MAGIC >> 16)));
	mapped->sin_addr.s_addr = htonl(wire_get32(value + 4) ^ MAGIC);
}

static void read_attribute(struct stun_message *message, unsigned type, const uint8_t *value,
                           size_t size)
{
	if (type == USERNAME && size < sizeof(message->username))
		memcpy(message->username, value, size);
	else if (type == PRIORITY && size == 4)
		message->priority = wire_get32(value);
	else if (type == USE_CANDIDATE)
		message->use_candidate = true;
	else if (type == ERROR_CODE && size >= 4)
		message->error = (value[2] & 7) * 100 + value[3];
	else if (type == XOR_MAPPED_ADDRESS)
		read_mapped(value, size, &message->mapped);
	else if ((type == ICE_CONTROLLED || type == ICE_CONTROLLING) && size == 8) {
		message->role = type == ICE_CONTROLLING ? STUN_ROLE_CONTROLLING : STUN_ROLE_CONTROLLED;
		message->tie_breaker = wire_get64(value);
	}
}

static bool integrity_holds(const uint8_t *data, size_t offset, const uint8_t *value, size_t size,
                            const char *password)
{
	uint8_t mac[INTEGRITY_SIZE];
	if (size != INTEGRITY_SIZE || !password)
		return false;
	integrity_of(data, offset, 4 + INTEGRITY_SIZE, password, mac);
	return CRYPTO_memcmp(mac, value, INTEGRITY_SIZE) == 0;
}

bool stun_read(const uint8_t *data, size_t len, const char *password, struct stun_message *message)
{
	if (!stun_is(data, len) || len > STUN_MAX_SIZE ||
	    (size_t)wire_get16(data + 2) + HEADER_SIZE != len)
		return false;
	*message = (struct stun_message){.type = wire_get16(data)};
	memcpy(message->id, data + 8, STUN_ID_SIZE);
	bool whole = message->type == STUN_INDICATION;
	for (size_t at = HEADER_SIZE; at + 4 <= len;) {
		unsigned type = wire_get16(data + at);
		size_t size = wire_get16(data + at + 2);
		const uint8_t *value = data + at + 4;
		if (PADDED(size) > len - at - 4)
			return false;
		if (type == FINGERPRINT)
			return whole && size == 4 && at + 8 == len &&
			       wire_get32(value) == (crc32_of(data, at) ^ FINGERPRINT_XOR);
		if (type == MESSAGE_INTEGRITY)
			whole = integrity_holds(data, at, value, size, password);
		else
			read_attribute(message, type, value, size);
		at += 4 + PADDED(size);
	}
	return false; /* RFC 8445 7.1: checks have a fingerprint, as the last attribute */
}
