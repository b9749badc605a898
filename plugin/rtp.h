/*
 * rtp: what the packet path reads from and writes to an RTP packet (RFC 3550) and its header
 * extensions (RFC 8285). Pure; the bytes come from outside and are checked here. Any thread.
 */
#ifndef CARDEA_PLUGIN_RTP_H
#define CARDEA_PLUGIN_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CARDEA_RTP_HEADER 12 /* bytes of the fixed header */

struct cardea_rtp {
	uint16_t seq;
	uint32_t ts;
	uint32_t ssrc;
	const uint8_t *payload; /* into the packet */
	size_t payload_len;     /* without padding; 0 for a packet of padding only */
};

/* Reads the header of @len bytes of @data. 0, or CARDEA_E_INVALID for what is not RTP version 2
 * with its lists, extension and padding inside @len. */
int cardea_rtp_parse(const uint8_t *data, size_t len, struct cardea_rtp *out);

/* Writes payload type, sequence number and timestamp into a packet that was parsed; marker, SSRC
 * and everything behind stay. @pt is 0..127. */
void cardea_rtp_write(uint8_t *data, uint8_t pt, uint16_t seq, uint32_t ts);

/*
 * The value of the header extension with @id (1..255) in a packet of @len bytes: a pointer into
 * @data with *@value_len bytes (may be 0), not terminated. NULL if it is not there, or behind what
 * cannot be read. Both forms of RFC 8285: one-byte and two-byte headers.
 */
const uint8_t *cardea_rtp_extension(const uint8_t *data, size_t len, unsigned id,
                                    size_t *value_len);

#endif
