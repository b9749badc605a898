#include "commands.h"

#include <arpa/inet.h>
#include <string.h>
#include "output.h"
#include "report.h"
#include "worker.h"

/* Where a peer lives. */
struct place {
	struct worker *worker;
	struct peer *peer;
};

struct commands {
	struct worker **workers;
	unsigned worker_count;
	unsigned next;      /* worker of the next peer */
	GHashTable *places; /* peer id -> struct place */
};

/* A request on its way through a worker's thread. */
struct request {
	struct commands *commands;
	json_t *fields;
	struct peer *peer;
	json_t *answer;
	const char *error; /* a constant */
	struct report_totals totals;
};

/* ---- in the worker's thread ---- */

static void create(struct worker *worker, void *arg)
{
	struct request *request = arg;
	json_int_t id;
	const char *role, *address;
	struct in_addr host;
	if (json_unpack(request->fields, "{s:I, s:s, s:s}", "peer", &id, "role", &role, "address",
	                &address) < 0 ||
	    inet_pton(AF_INET, address, &host) != 1) {
		request->error = "create needs peer, role and address";
		return;
	}
	struct peer *peer = peer_new(id, &host, strcmp(role, "offer") == 0);
	if (!peer || worker_add(worker, peer) < 0) {
		request->error = "no socket";
		if (peer)
			peer_free(peer);
		return;
	}
	request->peer = peer;
	request->answer = json_pack("{s:s, s:s, s:s, s:s, s:i}", "ufrag", peer->ice.ufrag, "pwd",
	                            peer->ice.pwd, "fingerprint", dtls_fingerprint(), "address",
	                            address, "port", ntohs(peer->local.sin_port));
}

static bool set_transport(struct peer *peer, json_t *fields)
{
	struct peer_remote remote = {.candidate.sin_family = AF_INET};
	const char *setup, *address;
	int port;
	if (json_unpack(fields, "{s:s, s:s, s:s, s:s, s:s, s:i}", "ufrag", &remote.ufrag, "pwd",
	                &remote.pwd, "fingerprint", &remote.fingerprint, "setup", &setup, "address",
	                &address, "port", &port) < 0 ||
	    inet_pton(AF_INET, address, &remote.candidate.sin_addr) != 1)
		return false;
	remote.candidate.sin_port = htons((uint16_t)port);
	remote.active = strcmp(setup, "active") == 0;
	peer_set_remote(peer, &remote);
	return true;
}

static void set_remote(struct worker *worker, void *arg)
{
	(void)worker;
	struct request *request = arg;
	struct media *media = &request->peer->media;
	json_t *list = json_object_get(request->fields, "receive"), *line;
	json_int_t sample = media->sample, remb = (json_int_t)media->remb;
	size_t i;
	if (json_object_get(request->fields, "ufrag") &&
	    !set_transport(request->peer, request->fields)) {
		request->error = "transport is not complete";
		return;
	}
	json_unpack(request->fields, "{s?I, s?I}", "sample", &sample, "remb", &remb);
	media->sample = (unsigned)MAX(sample, 1);
	media->remb = (uint64_t)MAX(remb, 0);
	json_array_foreach(list, i, line)
	{
		media_expect(media, (uint32_t)json_integer_value(json_object_get(line, "ssrc")),
		             (uint8_t)json_integer_value(json_object_get(line, "pt")));
	}
}

static bool read_stream(json_t *fields, struct stream *stream)
{
	json_int_t ssrc, sender;
	int pt, kind, video, fps, per_frame, size, mid_id = 0, rid_id = 0, level_id = 0, paused = 0;
	const char *mid = "", *rid = "";
	stream->level = STREAM_NO_LEVEL;
	if (json_unpack(fields,
	                "{s:I, s:i, s:I, s:i, s:b, s:i, s:i, s:i, s?i, s?s, s?i, s?s, s?i, s?i, s?b}",
	                "ssrc", &ssrc, "pt", &pt, "sender", &sender, "kind", &kind, "video", &video,
	                "fps", &fps, "per_frame", &per_frame, "size", &size, "mid_id", &mid_id, "mid",
	                &mid, "rid_id", &rid_id, "rid", &rid, "level_id", &level_id, "level",
	                &stream->level, "paused", &paused) < 0)
		return false;
	stream->ssrc = (uint32_t)ssrc;
	stream->sender = (uint32_t)sender;
	stream->pt = (uint8_t)pt;
	stream->kind = (uint8_t)kind;
	stream->video = video;
	stream->paused = paused;
	stream->frames_per_s = (unsigned)fps;
	stream->packets_per_frame = (unsigned)per_frame;
	stream->size = (unsigned)size;
	stream->mid_id = (uint8_t)mid_id;
	stream->rid_id = (uint8_t)rid_id;
	stream->level_id = (uint8_t)level_id;
	return g_strlcpy(stream->mid, mid, sizeof(stream->mid)) < sizeof(stream->mid) &&
	       g_strlcpy(stream->rid, rid, sizeof(stream->rid)) < sizeof(stream->rid) && fps > 0 &&
	       per_frame > 0 && size >= STREAM_MIN_SIZE && size <= STREAM_MAX_SIZE;
}

static void start_stream(struct worker *worker, void *arg)
{
	(void)worker;
	struct request *request = arg;
	struct stream *stream = g_new0(struct stream, 1);
	if (read_stream(request->fields, stream)) {
		media_add_stream(&request->peer->media, stream, g_get_monotonic_time());
		return;
	}
	request->error = "not a stream";
	g_free(stream);
}

static void change(struct stream *stream, json_t *fields)
{
	int paused = stream->paused;
	json_unpack(fields, "{s?i, s?b}", "level", &stream->level, "paused", &paused);
	if (stream->paused && !paused)
		stream_resume(stream, g_get_monotonic_time());
	stream->paused = paused;
}

static void set_stream(struct worker *worker, void *arg)
{
	(void)worker;
	struct request *request = arg;
	json_t *ssrc = json_object_get(request->fields, "ssrc");
	struct stream *stream = media_stream(&request->peer->media, (uint32_t)json_integer_value(ssrc));
	if (stream)
		change(stream, request->fields);
	else
		request->error = "no such stream";
}

static void set_all(struct worker *worker, void *arg)
{
	struct request *request = arg;
	GPtrArray *peers = worker_peers(worker);
	for (unsigned i = 0; i < peers->len; i++) {
		struct peer *peer = g_ptr_array_index(peers, i);
		for (unsigned j = 0; j < peer->media.streams->len; j++)
			change(g_ptr_array_index(peer->media.streams, j), request->fields);
	}
}

static void report_peer(struct worker *worker, void *arg)
{
	(void)worker;
	struct request *request = arg;
	request->answer = json_pack("{s:o}", "report", report_peer_json(request->peer));
}

static void report_worker(struct worker *worker, void *arg)
{
	struct request *request = arg;
	GPtrArray *peers = worker_peers(worker);
	for (unsigned i = 0; i < peers->len; i++)
		report_add(&request->totals, g_ptr_array_index(peers, i));
}

static void close_peer(struct worker *worker, void *arg)
{
	struct request *request = arg;
	worker_remove(worker, request->peer);
}

/* ---- in the main thread ---- */

static const struct {
	const char *name;
	worker_job job;
} on_peer[] = {
        {"remote", set_remote},  {"stream", start_stream}, {"set", set_stream},
        {"report", report_peer}, {"close", close_peer},
};

static void run_on_peer(struct request *request, const char *command, gint64 id)
{
	struct place *place = g_hash_table_lookup(request->commands->places, &id);
	request->error = "no such command";
	for (unsigned i = 0; place && i < G_N_ELEMENTS(on_peer); i++) {
		if (strcmp(on_peer[i].name, command) != 0)
			continue;
		request->error = NULL;
		request->peer = place->peer;
		worker_call(place->worker, on_peer[i].job, request);
		if (on_peer[i].job == close_peer)
			g_hash_table_remove(request->commands->places, &id);
		return;
	}
	if (!place)
		request->error = "no such peer";
}

static void run_create(struct request *request, gint64 id)
{
	struct commands *commands = request->commands;
	struct worker *worker = commands->workers[commands->next++ % commands->worker_count];
	if (g_hash_table_contains(commands->places, &id)) {
		request->error = "there is such a peer";
		return;
	}
	worker_call(worker, create, request);
	if (request->error)
		return;
	struct place *place = g_new(struct place, 1);
	*place = (struct place){.worker = worker, .peer = request->peer};
	g_hash_table_insert(commands->places, g_memdup2(&id, sizeof(id)), place);
}

static void run_everywhere(struct request *request, worker_job job)
{
	for (unsigned i = 0; i < request->commands->worker_count; i++)
		worker_call(request->commands->workers[i], job, request);
}

static void run_totals(struct request *request)
{
	run_everywhere(request, report_worker);
	request->answer = json_pack("{s:o}", "report", report_totals_json(&request->totals));
}

static void answer(struct request *request)
{
	json_t *answer = request->answer ? request->answer : json_object();
	json_object_set(answer, "id", json_object_get(request->fields, "id"));
	json_object_set_new(answer, "ok", json_boolean(request->error == NULL));
	if (request->error)
		json_object_set_new(answer, "error", json_string(request->error));
	output_line(answer);
}

bool commands_run(struct commands *commands, const char *line)
{
	struct request request = {.commands = commands, .fields = json_loads(line, 0, NULL)};
	const char *command = json_string_value(json_object_get(request.fields, "command"));
	json_t *peer = json_object_get(request.fields, "peer");
	bool quit = command && strcmp(command, "quit") == 0;
	if (!command)
		request.error = "not a command";
	else if (strcmp(command, "create") == 0)
		run_create(&request, json_integer_value(peer));
	else if (strcmp(command, "report") == 0 && !peer)
		run_totals(&request);
	else if (strcmp(command, "set") == 0 && !peer)
		run_everywhere(&request, set_all);
	else if (!quit)
		run_on_peer(&request, command, json_integer_value(peer));
	answer(&request);
	json_decref(request.fields);
	return !quit;
}

struct commands *commands_new(unsigned workers)
{
	struct commands *commands = g_new0(struct commands, 1);
	commands->places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	commands->worker_count = workers;
	commands->workers = g_new(struct worker *, workers);
	for (unsigned i = 0; i < workers; i++)
		commands->workers[i] = worker_new();
	return commands;
}

void commands_free(struct commands *commands)
{
	for (unsigned i = 0; i < commands->worker_count; i++)
		worker_free(commands->workers[i]);
	g_free(commands->workers);
	g_hash_table_unref(commands->places);
	g_free(commands);
}
