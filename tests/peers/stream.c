#include "stream.h"

#include <string.h>
#include <glib.h>
#include "stamp.h"

#define LATE_US         20000
#define AUDIO_CLOCK     48000
#define VIDEO_CLOCK     90000
#define RTP_HEADER_SIZE 12
#define ONE_BYTE_FORM   0xbede /* RFC 8285 4.2 */
#define NOT_VOICE       127
#define WIDTH           640
#define HEIGHT          360

void stream_resume(struct stream *stream, int64_t now_us)
{
	int64_t frame_us = G_USEC_PER_SEC / stream->frames_per_s;
	stream->due_us = now_us + g_random_int_range(0, (gint32)frame_us);
	stream->paused = false;
}

void stream_start(struct stream *stream, int64_t now_us)
{
	bool paused = stream->paused;
	stream_resume(stream, now_us);
	stream->paused = paused;
	stream->seq = (uint16_t)g_random_int();
	stream->ts = g_random_int();
	stream->picture = (uint16_t)(g_random_int() & 0x7fff);
	stream->key_wanted = stream->video;
}

bool stream_due(const struct stream *stream, int64_t now_us)
{
	return now_us >= stream->due_us;
}

static size_t put_element(uint8_t *at, unsigned id, const void *value, size_t size)
{
	if (id == 0 || size == 0)
		return 0;
	at[0] = (uint8_t)(id << 4 | (size - 1));
	memcpy(at + 1, value, size);
	return 1 + size;
}

static size_t put_extensions(const struct stream *stream, uint8_t *at)
{
	uint8_t level = (uint8_t)(stream->level & 0x7f);
	size_t len = 4;
	if (level != NOT_VOICE)
		level |= 0x80;
	len += put_element(at + len, stream->mid_id, stream->mid, strlen(stream->mid));
	len += put_element(at + len, stream->rid_id, stream->rid, strlen(stream->rid));
	if (stream->level != STREAM_NO_LEVEL)
		len += put_element(at + len, stream->level_id, &level, 1);
	if (len == 4)
		return 0;
	while (len % 4)
		at[len++] = 0;
	wire_put16(at, ONE_BYTE_FORM);
	wire_put16(at + 2, (uint16_t)(len / 4 - 1));
	return len;
}

static size_t put_header(const struct stream *stream, bool last, uint8_t *out)
{
	size_t extensions = put_extensions(stream, out + RTP_HEADER_SIZE);
	out[0] = extensions ? 0x90 : 0x80;
	/* Opus' marker begins a talkspurt; here nobody pauses. */
	out[1] = (uint8_t)((stream->video && last ? 0x80 : 0) | stream->pt);
	wire_put16(out + 2, stream->seq);
	wire_put32(out + 4, stream->ts);
	wire_put32(out + 8, stream->ssrc);
	return RTP_HEADER_SIZE + extensions;
}

/* RFC 7741 4.2 and 4.3: X, S on the first packet, a picture id of 15 bits, the payload header. */
static void put_vp8(const struct stream *stream, bool first, uint8_t *payload)
{
	static const uint8_t start_code[] = {0x9d, 0x01, 0x2a};
	payload[0] = first ? 0x90 : 0x80;
	payload[1] = 0x80;
	wire_put16(payload + 2, 0x8000 | stream->picture);
	if (!first)
		return;
	payload[4] = stream->key_wanted ? 0x10 : 0x11; /* shown; P is the last bit */
	if (!stream->key_wanted)
		return;
	memcpy(payload + 7, start_code, sizeof(start_code));
	payload[10] = WIDTH & 0xff;
	payload[11] = WIDTH >> 8;
	payload[12] = HEIGHT & 0xff;
	payload[13] = HEIGHT >> 8;
}

size_t stream_packet(struct stream *stream, unsigned index, int64_t now_us, uint8_t *out)
{
	size_t header = put_header(stream, index + 1 == stream->packets_per_frame, out);
	uint8_t *payload = out + header;
	struct stamp stamp = {
	        .sender = stream->sender,
	        .counter = stream->counter++,
	        .kind = stream->kind,
	        .sent_us = now_us,
	};
	memset(payload, 0x55, stream->size);
	if (stream->video)
		put_vp8(stream, index == 0, payload);
	stamp_write(payload + stream->size - STAMP_SIZE, &stamp);
	stream->seq++;
	stream->packets++;
	stream->bytes += header + stream->size;
	return header + stream->size;
}

void stream_next_frame(struct stream *stream, int64_t now_us)
{
	int64_t late_us = now_us - stream->due_us;
	if (late_us > LATE_US)
		stream->late++;
	stream->late_max_us = MAX(stream->late_max_us, late_us);
	if (stream->video && stream->key_wanted)
		stream->keyframes++;
	stream->key_wanted = false;
	stream->picture = (stream->picture + 1) & 0x7fff;
	stream->ts += (stream->video ? VIDEO_CLOCK : AUDIO_CLOCK) / stream->frames_per_s;
	stream->due_us += G_USEC_PER_SEC / stream->frames_per_s;
}
