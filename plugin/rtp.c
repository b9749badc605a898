#include "rtp.h"

#include "cardea_error.h"

#define ONE_BYTE_PROFILE 0xbede /* RFC 8285 4.2 */
#define TWO_BYTE_PROFILE 0x1000 /* 4.3; the low four bits are the application's */

static uint16_t read_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Where the extension begins, behind the fixed header and the CSRC list. */
static size_t extension_at(const uint8_t *data)
{
	return CARDEA_RTP_HEADER + 4 * (size_t)(data[0] & 0x0f);
}

/* Length of fixed header, CSRC list and extension, or 0 if they do not fit into @len. */
static size_t header_length(const uint8_t *data, size_t len)
{
	size_t head = extension_at(data);
	if (!(data[0] & 0x10))
		return head <= len ? head : 0;
	if (head + 4 > len)
		return 0;
	head += 4 + 4 * (size_t)read_u16(data + head + 2);
	return head <= len ? head : 0;
}

int cardea_rtp_parse(const uint8_t *data, size_t len, struct cardea_rtp *out)
{
	if (len < CARDEA_RTP_HEADER || data[0] >> 6 != 2)
		return CARDEA_E_INVALID;
	size_t head = header_length(data, len);
	if (head == 0)
		return CARDEA_E_INVALID;
	size_t payload = len - head;
	if (data[0] & 0x20) {
		/* RFC 3550 5.1: the last byte counts the padding, itself included. */
		if (payload == 0 || data[len - 1] == 0 || data[len - 1] > payload)
			return CARDEA_E_INVALID;
		payload -= data[len - 1];
	}
	out->seq = read_u16(data + 2);
	out->ts = read_u32(data + 4);
	out->ssrc = read_u32(data + 8);
	out->payload = data + head;
	out->payload_len = payload;
	return 0;
}

void cardea_rtp_write(uint8_t *data, uint8_t pt, uint16_t seq, uint32_t ts)
{
	data[1] = (uint8_t)((data[1] & 0x80) | (pt & 0x7f));
	data[2] = (uint8_t)(seq >> 8);
	data[3] = (uint8_t)seq;
	data[4] = (uint8_t)(ts >> 24);
	data[5] = (uint8_t)(ts >> 16);
	data[6] = (uint8_t)(ts >> 8);
	data[7] = (uint8_t)ts;
}

/* RFC 8285 4.2: id and length less one in one byte. What is behind an id of 15 must not be read;
 * padding is a byte of zero, so an id of 0 with a length is nothing we know either. */
static const uint8_t *find_one_byte(const uint8_t *p, const uint8_t *end, unsigned id,
                                    size_t *value_len)
{
	while (p < end) {
		if (*p == 0) {
			p++;
			continue;
		}
		unsigned found = *p >> 4;
		size_t size = (size_t)(*p & 0x0f) + 1;
		p++;
		if (found == 0 || found == 15 || size > (size_t)(end - p))
			return NULL;
		if (found == id) {
			*value_len = size;
			return p;
		}
		p += size;
	}
	return NULL;
}

/* RFC 8285 4.3: a byte of id, a byte of length. */
static const uint8_t *find_two_byte(const uint8_t *p, const uint8_t *end, unsigned id,
                                    size_t *value_len)
{
	while (p < end) {
		unsigned found = *p++;
		if (found == 0)
			continue;
		if (p == end)
			return NULL;
		size_t size = *p++;
		if (size > (size_t)(end - p))
			return NULL;
		if (found == id) {
			*value_len = size;
			return p;
		}
		p += size;
	}
	return NULL;
}

const uint8_t *cardea_rtp_extension(const uint8_t *data, size_t len, unsigned id, size_t *value_len)
{
	if (len < CARDEA_RTP_HEADER || data[0] >> 6 != 2 || !(data[0] & 0x10) || id == 0)
		return NULL;
	size_t head = header_length(data, len);
	if (head == 0)
		return NULL;
	const uint8_t *extension = data + extension_at(data);
	unsigned profile = read_u16(extension);
	if (profile == ONE_BYTE_PROFILE)
		return find_one_byte(extension + 4, data + head, id, value_len);
	if ((profile & 0xfff0) == TWO_BYTE_PROFILE)
		return find_two_byte(extension + 4, data + head, id, value_len);
	return NULL;
}
