#include "media.h"

#include <string.h>
#include "rtcp.h"

#define RTP_HEADER_SIZE 12
#define REPORT_US       G_USEC_PER_SEC

static void free_check(void *check)
{
	check_free(check);
}

void media_init(struct media *media, struct crypt *crypt, media_send send, void *arg)
{
	*media = (struct media){.crypt = crypt, .sample = 1, .send = send, .arg = arg};
	media->streams = g_ptr_array_new_with_free_func(g_free);
	media->checks = g_ptr_array_new_with_free_func(free_check);
	media->by_ssrc = g_hash_table_new(g_direct_hash, g_direct_equal);
}

void media_clear(struct media *media)
{
	g_hash_table_unref(media->by_ssrc);
	g_ptr_array_unref(media->checks);
	g_ptr_array_unref(media->streams);
}

static struct check *check_of(const struct media *media, uint32_t ssrc)
{
	return g_hash_table_lookup(media->by_ssrc, GUINT_TO_POINTER(ssrc));
}

void media_expect(struct media *media, uint32_t ssrc, uint8_t pt)
{
	if (check_of(media, ssrc))
		return;
	struct check *check = check_new(ssrc, pt);
	g_ptr_array_add(media->checks, check);
	g_hash_table_insert(media->by_ssrc, GUINT_TO_POINTER(ssrc), check);
}

struct stream *media_stream(const struct media *media, uint32_t ssrc)
{
	for (unsigned i = 0; i < media->streams->len; i++) {
		struct stream *stream = g_ptr_array_index(media->streams, i);
		if (stream->ssrc == ssrc)
			return stream;
	}
	return NULL;
}

void media_add_stream(struct media *media, struct stream *stream, int64_t now_us)
{
	stream_start(stream, now_us);
	g_ptr_array_add(media->streams, stream);
}

/* ---- receiving ---- */

static void on_rtcp(void *arg, enum rtcp_event event, uint32_t ssrc, uint32_t ntp)
{
	struct media *media = arg;
	if (event == RTCP_SENDER_REPORT) {
		struct check *check = check_of(media, ssrc);
		if (!check)
			return;
		check->sender_report = ntp;
		check->sender_report_us = g_get_monotonic_time();
		return;
	}
	struct stream *stream = media_stream(media, ssrc);
	media->key_requests++;
	if (stream && stream->video)
		stream->key_wanted = true;
}

static void receive_rtcp(struct media *media, uint8_t *data, size_t len)
{
	int size = (int)len;
	if (srtp_unprotect_rtcp(media->crypt->in, data, &size) != srtp_err_status_ok) {
		media->undecrypted++;
		return;
	}
	rtcp_read(data, (size_t)size, on_rtcp, media);
}

/* The stamp is at the end of what is decrypted. */
static bool read_stamp(struct media *media, uint8_t *data, size_t len, struct stamp *stamp)
{
	int size = (int)len;
	if (srtp_unprotect(media->crypt->in, data, &size) != srtp_err_status_ok ||
	    size < RTP_HEADER_SIZE + STAMP_SIZE) {
		media->undecrypted++;
		return false;
	}
	stamp_read(data + size - STAMP_SIZE, stamp);
	return true;
}

static void receive_rtp(struct media *media, uint8_t *data, size_t len, int64_t now_us)
{
	struct check_header header = {
	        .pt = data[1] & 0x7f,
	        .seq = wire_get16(data + 2),
	        .ts = wire_get32(data + 4),
	        .bytes = (uint32_t)len,
	};
	struct stamp stamp;
	struct check *check = check_of(media, wire_get32(data + 8));
	if (!check) {
		media->unexpected++;
		return;
	}
	if (media->first_us == 0)
		media->first_us = now_us;
	bool sampled = check->packets % media->sample == 0;
	check_packet(check, &header, now_us);
	if (sampled && read_stamp(media, data, len, &stamp))
		check_stamp(check, &stamp, now_us);
}

void media_receive(struct media *media, uint8_t *data, size_t len, int64_t now_us)
{
	if (len < RTP_HEADER_SIZE)
		return;
	if (data[1] >= 192 && data[1] <= 223) /* RFC 5761 4 */
		receive_rtcp(media, data, len);
	else
		receive_rtp(media, data, len, now_us);
}

/* ---- sending ---- */

static void send_frame(struct media *media, struct stream *stream, int64_t now_us)
{
	uint8_t data[STREAM_MAX_PACKET + SRTP_MAX_TRAILER_LEN];
	for (unsigned i = 0; i < stream->packets_per_frame; i++) {
		int len = (int)stream_packet(stream, i, now_us, data);
		if (srtp_protect(media->crypt->out, data, &len) == srtp_err_status_ok)
			media->send(media->arg, data, (size_t)len);
	}
	stream_next_frame(stream, now_us);
}

static void report_about(struct media *media, struct check *const *checks, unsigned count,
                         int64_t now_us)
{
	uint8_t data[RTCP_MAX_SIZE + SRTP_MAX_TRAILER_LEN + 4];
	uint64_t remb = count > 0 ? media->remb : 0;
	int len = (int)rtcp_write_report(checks, count, remb, now_us, data);
	if (srtp_protect_rtcp(media->crypt->out, data, &len) == srtp_err_status_ok)
		media->send(media->arg, data, (size_t)len);
}

/* As browsers do also about nothing, which says that we are there. */
static void report(struct media *media, int64_t now_us)
{
	struct check *heard[RTCP_MAX_BLOCKS];
	unsigned count = 0, told = 0;
	for (unsigned i = 0; i < media->checks->len; i++) {
		struct check *check = g_ptr_array_index(media->checks, i);
		if (check->packets == 0)
			continue;
		heard[count++] = check;
		if (count < RTCP_MAX_BLOCKS)
			continue;
		report_about(media, heard, count, now_us);
		told += count;
		count = 0;
	}
	if (count > 0 || told == 0)
		report_about(media, heard, count, now_us);
}

void media_tick(struct media *media, int64_t now_us)
{
	for (unsigned i = 0; i < media->streams->len; i++) {
		struct stream *stream = g_ptr_array_index(media->streams, i);
		while (!stream->paused && stream_due(stream, now_us))
			send_frame(media, stream, now_us);
	}
	if (media->checks->len == 0 || now_us < media->report_us)
		return;
	/* The first one somewhere in the second, so that a meeting's do not come at once. */
	if (media->report_us > 0)
		report(media, now_us);
	media->report_us =
	        now_us + (media->report_us > 0 ? REPORT_US : g_random_int_range(0, REPORT_US));
}
