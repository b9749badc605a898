/*
 * media: the RTP of one peer: what it sends, what it expects to receive, and the RTCP that goes
 * with both. Owned by its peer's worker. Times are microseconds of the monotonic clock.
 */
#ifndef PEERS_MEDIA_H
#define PEERS_MEDIA_H

#include <glib.h>
#include "check.h"
#include "crypt.h"
#include "stream.h"

/* A protected packet on its way out. */
typedef void (*media_send)(void *arg, const uint8_t *data, size_t len);

struct media {
	struct crypt *crypt; /* the peer's; keyed before any packet */
	GPtrArray *streams;  /* of struct stream */
	GPtrArray *checks;   /* of struct check */
	GHashTable *by_ssrc; /* the same */
	unsigned sample;     /* every which packet of a stream is decrypted */
	uint64_t remb;       /* bit/s; 0: not sent */
	int64_t report_us;   /* when the next receiver report is due */
	uint64_t unexpected; /* packets of an SSRC that nobody announced */
	uint64_t undecrypted;
	uint64_t key_requests;
	int64_t first_us; /* first packet of all; 0: none yet */
	media_send send;
	void *arg;
};

void media_init(struct media *media, struct crypt *crypt, media_send send, void *arg);
void media_clear(struct media *media);

/* A stream to be received; one that is known stays as it is. */
void media_expect(struct media *media, uint32_t ssrc, uint8_t pt);

/* Begins to send it; takes it over. */
void media_add_stream(struct media *media, struct stream *stream, int64_t now_us);

/* NULL when it is not sent. */
struct stream *media_stream(const struct media *media, uint32_t ssrc);

/* A protected RTP or RTCP packet, which is changed in place. */
void media_receive(struct media *media, uint8_t *data, size_t len, int64_t now_us);

/* Sends what is due. */
void media_tick(struct media *media, int64_t now_us);

#endif
