/*
 * plugin_stress: the plugin's own sources under ThreadSanitizer, in a core that behaves like Janus
 * (fake_core.h). Eight threads do what clients, gateways and networks do, at random, and everything
 * is taken down in Janus' order. Any report, broken promise (observer.h) or hanging thread fails.
 *
 * usage: plugin_stress [seconds [seed]]
 *
 * The seed gives each thread its random numbers; the order between threads is the machine's, so a
 * seed makes a failure likely again, not certain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "fake_core.h"
#include "harness.h"
#include "packets.h"
#include "requests.h"
#include "world.h"

#define DRIVERS     8
#define PLACES      96  /* handles that are there at once */
#define MAX_BACKLOG 400 /* things that wait, and requests without an answer: then drivers wait */

janus_plugin *create(void); /* of the plugin */

/* Where a handle may be. */
struct place {
	pthread_mutex_t lock;
	struct fake_handle *handle; /* under lock: a reference, or NULL */
};

static struct place places[PLACES];
static atomic_bool time_is_up;

/* ---- what a driver does ---- */

static void admin(void)
{
	static const char *const requests[] = {"list", "inspect", "kick", "stats"};
	json_t *body = json_pack("{s:s}", "request", requests[stress_below(4)]);
	json_object_set_new(body, "room", world_room(stress_below(WORLD_ROOMS)));
	json_object_set_new(body, "participant", world_seat(stress_below(WORLD_SEATS)));
	fake_core_admin(body);
}

/* The connection goes away and comes back, perhaps after a while. */
static void come_and_go(struct fake_handle *handle)
{
	bool away = atomic_load_explicit(&handle->observer.away, memory_order_relaxed);
	atomic_store_explicit(&handle->observer.away, !away, memory_order_relaxed);
	if (away)
		requests_send_named(handle, "sync");
}

static void detach(struct place *place)
{
	struct fake_handle *handle = place->handle;
	place->handle = NULL;
	/* Overtakes these, at times. */
	if (stress_chance(300))
		requests_send(handle);
	fake_core_detach(handle);
	fake_handle_unref(handle);
}

static void act(struct place *place)
{
	struct fake_handle *handle = place->handle;
	uint32_t what = stress_below(1000);
	if (atomic_load_explicit(&handle->observer.removed, memory_order_relaxed) && what < 800)
		detach(place);
	else if (what < 450)
		for (uint32_t i = stress_below(3) + 1; i > 0; i--)
			requests_send(handle);
	else if (what < 850)
		handle->identity->role == ROLE_PUBLISH ? packets_send_rtp(handle)
		                                       : packets_send_rtcp(handle);
	else if (what < 860)
		fake_core_hangup(handle);
	else if (what < 870)
		detach(place);
	else if (what < 930)
		fake_core_query(handle);
	else if (what < 960)
		admin();
	else
		come_and_go(handle);
}

static void *drive(void *arg)
{
	stress_thread_name("driver", (unsigned)(uintptr_t)arg);
	while (!atomic_load(&time_is_up)) {
		struct place *place = &places[stress_below(PLACES)];
		stress_doing("drive");
		pthread_mutex_lock(&place->lock);
		if (place->handle)
			act(place);
		else
			place->handle = fake_core_attach(identity_new());
		pthread_mutex_unlock(&place->lock);
		stress_doing(NULL);
		do
			g_usleep(500 + stress_below(2000));
		while (fake_core_backlog() + observer_unanswered() > MAX_BACKLOG &&
		       !atomic_load(&time_is_up));
	}
	return NULL;
}

/* ---- from beginning to end ---- */

/* A gateway that is there from the start, so that rooms are. */
static void open_rooms(void)
{
	for (unsigned i = 0; i < WORLD_ROOMS; i++) {
		struct identity *identity = identity_new();
		identity->role = ROLE_CONTROL;
		identity->room = i;
		places[i].handle = fake_core_attach(identity);
		while (!atomic_load(&places[i].handle->observer.joined)) {
			requests_send_named(places[i].handle, "hello");
			fake_core_settle();
		}
		requests_send_named(places[i].handle, "keys");
		requests_send_named(places[i].handle, "open");
	}
	fake_core_settle();
}

static void drive_for(unsigned seconds)
{
	pthread_t drivers[DRIVERS];
	for (uintptr_t i = 0; i < DRIVERS; i++)
		pthread_create(&drivers[i], NULL, drive, (void *)i);
	sleep(seconds);
	atomic_store(&time_is_up, true);
	for (unsigned i = 0; i < DRIVERS; i++)
		pthread_join(drivers[i], NULL);
}

/* Ends every second handle: those whose sessions end before Janus does. */
static int detach_half(void)
{
	int left = 0;
	for (unsigned i = 0; i < PLACES; i++) {
		if (places[i].handle && i % 2 == 0)
			detach(&places[i]);
		left += places[i].handle != NULL;
	}
	return left;
}

/* All that ended is given back. Then the plugin ends while its callbacks are called for the handles
 * that Janus did not end; it leaves those as they are, as Janus does. */
static void take_down(void)
{
	int left = detach_half();
	fake_core_settle();
	if (fake_counts.apps != left)
		stress_fail("%d handles were not given back", fake_counts.apps - left);
	for (unsigned i = 0; i < PLACES; i++) {
		if (places[i].handle) {
			act(&places[i]);
			if (places[i].handle)
				fake_core_query(places[i].handle);
		}
	}
	fake_core_destroy_plugin();
	fake_core_settle();
	fake_core_stop();
}

static void print_counts(void)
{
	printf("%-10s %8s %8s\n", "request", "asked", "done");
	for (unsigned i = 0; i < requests_count(); i++) {
		const struct observer_row *row = observer_row(i);
		printf("%-10s %8u %8u%s\n", request_rows[i].name, row->asked, row->succeeded,
		       row->unknown > 0 ? "  unknown to the plugin" : "");
	}
	printf("handles=%u messages=%u not_passed=%u pushed=%u lost=%u jsep_failed=%u\n",
	       fake_counts.attached, fake_counts.messages, fake_counts.refused, observer_events(),
	       fake_counts.events_away, fake_counts.offers_failed);
	printf("setups=%u hangups=%u closes=%u rtp=%u relayed=%u delivered=%u rtcp=%u keyframes=%u\n",
	       fake_counts.setups, fake_counts.hangups, fake_counts.closes, fake_counts.packets,
	       fake_counts.relayed, fake_counts.delivered, fake_counts.rtcp, fake_counts.keyframes);
}

/* What never worked was not tested. */
static void check_coverage(void)
{
	for (unsigned i = 0; i < requests_count(); i++) {
		const struct observer_row *row = observer_row(i);
		if (row->succeeded == 0 && row->unknown == 0)
			stress_fail("no \"%s\" succeeded", request_rows[i].name);
	}
	if (fake_counts.delivered == 0 || fake_counts.keyframes == 0 || fake_counts.offers_failed == 0)
		stress_fail("no packets, key frame requests or failed offers");
}

/* GLib's own allocator hides from ThreadSanitizer when memory changes hands; it is chosen by the
 * environment of the process. */
static void need_malloc(char **argv)
{
	if (g_strcmp0(getenv("G_SLICE"), "always-malloc") == 0)
		return;
	setenv("G_SLICE", "always-malloc", 1);
	execv("/proc/self/exe", argv);
	perror("plugin_stress");
	exit(2);
}

int main(int argc, char **argv)
{
	need_malloc(argv);
	unsigned seconds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("plugin_stress: %u s, seed=%llu\n", seconds, (unsigned long long)seed);
	stress_begin(seed);
	world_begin();
	for (unsigned i = 0; i < PLACES; i++)
		pthread_mutex_init(&places[i].lock, NULL);
	fake_core_start(create());
	open_rooms();
	drive_for(seconds);
	take_down();
	world_end();
	print_counts();
	check_coverage();
	if (observer_unanswered() != 0)
		stress_fail("%u requests have no answer", observer_unanswered());
	puts("everything was given back and answered");
	return 0;
}
