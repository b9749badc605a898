#include "generators.h"

#include <string.h>
#include <glib.h>
#include "cardea_limits.h"
#include "harness.h"
#include "packets.h"
#include "world.h"

static const char *const kinds[] = {"microphone", "camera", "screen", "screen_audio"};

static json_t *any_seat(void)
{
	return world_seat(stress_below(WORLD_SEATS));
}

/* ---- clients ---- */

static json_t *side(struct fake_handle *handle)
{
	return json_string(handle->identity->role == ROLE_PUBLISH ? "publish" : "receive");
}

static json_t *token(struct fake_handle *handle)
{
	return world_token(handle->identity->room, handle->identity->seat);
}

static json_t *connection(struct fake_handle *handle)
{
	return json_string(handle->identity->connection);
}

static json_t *slots(struct fake_handle *handle)
{
	(void)handle;
	return json_pack("{s:i, s:i}", "audio", (int)stress_below(CARDEA_MAX_AUDIO_SLOTS + 1), "video",
	                 (int)stress_below(6));
}

static json_t *kind(struct fake_handle *handle)
{
	(void)handle;
	return json_string(kinds[stress_below(G_N_ELEMENTS(kinds))]);
}

static json_t *boolean(struct fake_handle *handle)
{
	(void)handle;
	return json_boolean(stress_chance(600));
}

static json_t *offer(struct fake_handle *handle)
{
	return json_integer(
	        atomic_fetch_add_explicit(&handle->identity->offers, 1, memory_order_relaxed) + 1);
}

static json_t *tracks(struct fake_handle *handle)
{
	(void)handle;
	json_t *array = json_array();
	for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
		char mid[8];
		g_snprintf(mid, sizeof(mid), "%u", i);
		if (!stress_chance(100))
			json_array_append_new(array, json_pack("{s:s, s:s, s:b}", "mid", mid, "kind", kinds[i],
			                                       "active", (int)stress_chance(800)));
	}
	return array;
}

/* The last offer that went out, now and then another number. */
static json_t *answered(struct fake_handle *handle)
{
	int64_t last = atomic_load_explicit(&handle->observer.offer, memory_order_relaxed);
	return json_integer(MAX(last, 1) + (stress_chance(50) ? 1 : 0));
}

static json_t *rest(struct fake_handle *handle)
{
	(void)handle;
	return json_string(stress_chance(700) ? "auto" : "empty");
}

static json_t *wishes(struct fake_handle *handle)
{
	json_t *array = json_array();
	for (unsigned i = 0; i < stress_below(5); i++) {
		char mid[8];
		g_snprintf(mid, sizeof(mid), "v%u", i);
		json_t *wish = json_pack("{s:s, s:i, s:b}", "mid", mid, "height",
		                         1 + (int)stress_below(1080), "pinned", (int)stress_chance(300));
		if (stress_chance(500)) {
			json_object_set_new(wish, "participant", any_seat());
			json_object_set_new(wish, "kind", kind(handle));
		} else {
			json_object_set_new(wish, "follow",
			                    json_string(stress_chance(500) ? "speaker" : "screen"));
		}
		json_array_append_new(array, wish);
	}
	return array;
}

static json_t *text(struct fake_handle *handle)
{
	(void)handle;
	return json_string("words for people");
}

/* ---- gateways ---- */

static json_t *secret(struct fake_handle *handle)
{
	(void)handle;
	return json_string(stress_chance(50) ? "a wrong secret" : WORLD_SECRET);
}

static json_t *keys(struct fake_handle *handle)
{
	(void)handle;
	return world_keys();
}

/* A gateway keeps to the room that its handle was made for. */
static json_t *room(struct fake_handle *handle)
{
	return stress_chance(10) ? world_new_room() : world_room(handle->identity->room);
}

static json_t *epoch(struct fake_handle *handle)
{
	unsigned number = handle->identity->room;
	return json_integer(stress_chance(2) ? world_next_epoch(number) : world_epoch(number));
}

static json_t *meeting(struct fake_handle *handle)
{
	return world_meeting(handle->identity->room);
}

static json_t *lease(struct fake_handle *handle)
{
	(void)handle;
	return json_integer(stress_chance(500) ? 0 : 500 + stress_below(3000));
}

/* Rights: the sound of a screen goes with the screen. */
static json_t *some_kinds(unsigned per_mille)
{
	json_t *array = json_array();
	for (unsigned i = 0; i < G_N_ELEMENTS(kinds) - 1; i++) {
		if (stress_chance(per_mille))
			json_array_append_new(array, json_string(kinds[i]));
	}
	return array;
}

static json_t *permitted(struct fake_handle *handle)
{
	(void)handle;
	return some_kinds(800);
}

static json_t *locked(struct fake_handle *handle)
{
	(void)handle;
	return some_kinds(100);
}

static json_t *policy(struct fake_handle *handle)
{
	json_t *made = json_pack("{s:i, s:o}", "max_participants", stress_chance(900) ? 0 : 5, "locks",
	                         locked(handle));
	if (stress_chance(300))
		json_object_set_new(made, "video_codecs", json_pack("[s, s]", "h264", "vp8"));
	if (stress_chance(500))
		json_object_set_new(made, "max_bitrate",
		                    json_pack("{s:{s:i}}", "participant", "camera", 30000));
	return made;
}

static json_t *gen(struct fake_handle *handle)
{
	(void)handle;
	return json_integer(world_gen() + (stress_chance(30) ? 1 : 0));
}

static json_t *gens(struct fake_handle *handle)
{
	json_t *object = json_object();
	if (stress_chance(100))
		json_object_set_new(object, "seat-1", gen(handle));
	return object;
}

static json_t *seat(struct fake_handle *handle)
{
	(void)handle;
	return any_seat();
}

static json_t *some_seats(struct fake_handle *handle)
{
	json_t *array = json_array();
	for (unsigned i = 0; i < WORLD_SEATS; i++) {
		if (stress_chance(300))
			json_array_append_new(array, world_seat(i));
	}
	(void)handle;
	return array;
}

static json_t *to(struct fake_handle *handle)
{
	return stress_chance(500) ? json_null() : some_seats(handle);
}

static json_t *subscribe(struct fake_handle *handle)
{
	return stress_chance(600)   ? json_string("all")
	       : stress_chance(500) ? json_string("hosts")
	                            : some_seats(handle);
}

static json_t *moving(struct fake_handle *handle)
{
	unsigned other = (handle->identity->room + 1) % WORLD_ROOMS;
	return world_token(other, stress_below(WORLD_SEATS));
}

static json_t *from(struct fake_handle *handle)
{
	int64_t last = atomic_load_explicit(&handle->observer.rooms[handle->identity->room],
	                                    memory_order_relaxed);
	return json_integer(MAX(last - (int64_t)stress_below(50), 0));
}

static json_t *leases(struct fake_handle *handle)
{
	if (stress_chance(500))
		return json_null();
	return json_pack("[{s:o, s:o}]", "room", room(handle), "epoch", epoch(handle));
}

/* ---- by name ---- */

static const struct {
	const char *name;
	json_t *(*make)(struct fake_handle *handle);
} generators[] = {
        {"side", side},        {"token", token},     {"connection", connection},
        {"slots", slots},      {"kind", kind},       {"bool", boolean},
        {"offer", offer},      {"tracks", tracks},   {"answered", answered},
        {"rest", rest},        {"wishes", wishes},   {"text", text},
        {"secret", secret},    {"keys", keys},       {"room", room},
        {"epoch", epoch},      {"meeting", meeting}, {"lease", lease},
        {"kinds", permitted},  {"locks", locked},    {"policy", policy},
        {"gens", gens},        {"gen", gen},         {"seat", seat},
        {"seats", some_seats}, {"to", to},           {"subscribe", subscribe},
        {"moving", moving},    {"from", from},       {"leases", leases},
};

json_t *generate(const char *name, struct fake_handle *handle)
{
	for (size_t i = 0; i < G_N_ELEMENTS(generators); i++) {
		if (strcmp(generators[i].name, name) == 0)
			return generators[i].make(handle);
	}
	stress_fail("no generator \"%s\"", name);
}

/* ---- descriptions, in the words of fake_sdp.c ---- */

static json_t *jsep(const char *type, const char *sdp)
{
	return json_pack("{s:s, s:s}", "type", type, "sdp", stress_chance(30) ? "nonsense" : sdp);
}

/* Janus tells of encodings beside the SDP, from which it takes them away. */
json_t *generate_offer(struct fake_handle *handle)
{
	json_t *offered = jsep("offer", "lines a:0 v:1 v:2 a:3");
	if (handle->identity->simulcast)
		json_object_set_new(offered, "simulcast",
		                    json_pack("[{s:i, s:s, s:[s, s, s], s:i}]", "mindex", 1, "mid", "1",
		                              "rids", "h", "m", "l", "rid-ext", PACKETS_RID_EXTENSION));
	return offered;
}

json_t *generate_answer(void)
{
	return jsep("answer", stress_chance(900) ? "lines a:a0 a:a1 a:a2 v:v0 v:v1 v:v2 v:v3 v:v4"
	                                         : "lines a:a0 x x v:v0 x v:v1");
}
