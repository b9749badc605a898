#include "report.h"

#define INT(value) ((json_int_t)(value))

/* ---- sums ---- */

static void add_stream(struct report_totals *totals, const struct stream *stream)
{
	totals->sent += stream->packets;
	if (stream->video)
		totals->sent_video += stream->packets;
	else
		totals->sent_audio += stream->packets;
	totals->late += stream->late;
	totals->late_max_us = MAX(totals->late_max_us, stream->late_max_us);
}

static void add_check(struct report_totals *totals, const struct check *check)
{
	totals->received += check->packets;
	totals->received_bytes += check->bytes;
	totals->lost += check->lost;
	totals->back += check->back;
	totals->jumps += check->jumps;
	totals->ts_back += check->ts_back;
	totals->wrong_pt += check->wrong_pt;
	totals->hidden += check->hidden;
	totals->stamps += check->stamps;
	totals->delay_sum_us += check->delay_sum_us;
	totals->delay_max_us = MAX(totals->delay_max_us, check->delay_max_us);
}

void report_add(struct report_totals *totals, const struct peer *peer)
{
	const struct media *media = &peer->media;
	totals->peers++;
	totals->up += peer->state == PEER_UP;
	totals->failed += peer->state == PEER_FAILED;
	totals->unsent += peer->unsent;
	totals->unexpected += media->unexpected;
	totals->undecrypted += media->undecrypted;
	totals->key_requests += media->key_requests;
	for (unsigned i = 0; i < media->streams->len; i++)
		add_stream(totals, g_ptr_array_index(media->streams, i));
	for (unsigned i = 0; i < media->checks->len; i++)
		add_check(totals, g_ptr_array_index(media->checks, i));
}

json_t *report_totals_json(const struct report_totals *totals)
{
	const struct {
		const char *name;
		json_int_t value;
	} fields[] = {
	        {"peers", INT(totals->peers)},
	        {"up", INT(totals->up)},
	        {"failed", INT(totals->failed)},
	        {"sent", INT(totals->sent)},
	        {"sent_audio", INT(totals->sent_audio)},
	        {"sent_video", INT(totals->sent_video)},
	        {"late", INT(totals->late)},
	        {"late_max_us", INT(totals->late_max_us)},
	        {"unsent", INT(totals->unsent)},
	        {"received", INT(totals->received)},
	        {"bytes", INT(totals->received_bytes)},
	        {"lost", INT(totals->lost)},
	        {"back", INT(totals->back)},
	        {"jumps", INT(totals->jumps)},
	        {"ts_back", INT(totals->ts_back)},
	        {"wrong_pt", INT(totals->wrong_pt)},
	        {"hidden", INT(totals->hidden)},
	        {"unexpected", INT(totals->unexpected)},
	        {"undecrypted", INT(totals->undecrypted)},
	        {"key_requests", INT(totals->key_requests)},
	        {"stamps", INT(totals->stamps)},
	        {"delay_sum_us", INT(totals->delay_sum_us)},
	        {"delay_max_us", INT(totals->delay_max_us)},
	};
	json_t *json = json_object();
	for (unsigned i = 0; i < G_N_ELEMENTS(fields); i++)
		json_object_set_new(json, fields[i].name, json_integer(fields[i].value));
	return json;
}

/* ---- one peer ---- */

static json_t *stream_json(const struct stream *stream)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "ssrc", INT(stream->ssrc), "packets",
	                 INT(stream->packets), "bytes", INT(stream->bytes), "keyframes",
	                 INT(stream->keyframes), "late", INT(stream->late), "late_max_us",
	                 INT(stream->late_max_us));
}

static json_t *sources_json(const struct check *check)
{
	json_t *list = json_array();
	for (unsigned i = 0; i < check->sources->len; i++) {
		const struct check_source *source = &g_array_index(check->sources, struct check_source, i);
		json_array_append_new(list,
		                      json_pack("{s:I, s:i, s:I}", "sender", INT(source->sender), "kind",
		                                source->kind, "packets", INT(source->packets)));
	}
	return list;
}

static json_t *check_json(const struct check *check)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "ssrc",
	                 INT(check->ssrc), "packets", INT(check->packets), "bytes", INT(check->bytes),
	                 "lost", INT(check->lost), "back", INT(check->back), "jumps", INT(check->jumps),
	                 "ts_back", INT(check->ts_back), "wrong_pt", INT(check->wrong_pt), "hidden",
	                 INT(check->hidden), "switches", INT(check->switches), "first_us",
	                 INT(check->first_us), "last_us", INT(check->last_us), "sources",
	                 sources_json(check));
}

json_t *report_peer_json(const struct peer *peer)
{
	const struct media *media = &peer->media;
	json_t *sent = json_array(), *received = json_array();
	for (unsigned i = 0; i < media->streams->len; i++)
		json_array_append_new(sent, stream_json(g_ptr_array_index(media->streams, i)));
	for (unsigned i = 0; i < media->checks->len; i++)
		json_array_append_new(received, check_json(g_ptr_array_index(media->checks, i)));
	return json_pack("{s:I, s:b, s:I, s:I, s:I, s:o, s:o}", "peer", INT(peer->id), "up",
	                 peer->state == PEER_UP, "unexpected", INT(media->unexpected), "undecrypted",
	                 INT(media->undecrypted), "key_requests", INT(media->key_requests), "sent",
	                 sent, "received", received);
}
