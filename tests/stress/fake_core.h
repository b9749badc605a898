/*
 * fake_core: a Janus core without network, for one plugin. It has the threads and the order, and
 * the lack of order, of Janus 1.1.2:
 *
 * - one request thread: create_session, query_session (with the handle's mutex held), detach,
 * hangup
 * - pool threads: handle_message, handle_admin_message; two messages of one handle in any order,
 * and overtaken by a detach
 * - loop threads, to one of which each handle is pinned: setup_media, incoming_*, hangup_media
 *   (without setup_media, twice) and destroy_session
 * - a watchdog thread, which does what close_pc and end_session only ask for
 * - a transport thread, which reads some events after push_event has returned
 *
 * The mutex of a handle is taken by push_event with a JSEP and by everything about RTCP. A
 * janus_plugin_session is freed when its count says so.
 */
#ifndef CARDEA_STRESS_FAKE_CORE_H
#define CARDEA_STRESS_FAKE_CORE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include <janus/plugins/plugin.h>
#include "observer.h"

struct fake_handle {
	janus_refcount ref;
	_Atomic(janus_plugin_session *) app; /* NULL after destroy_session */
	unsigned loop;
	atomic_bool destroyed; /* a detach was asked for */
	atomic_bool stop, alert, cleaning, ready;
	atomic_bool close_asked;
	_Atomic int64_t gone_at; /* when destroy_session had returned, on the core's own clock; 0 */
	pthread_mutex_t mutex;
	/* Under mutex. */
	bool agent;             /* there is a PeerConnection, or what is left of one */
	int64_t agent_until_ms; /* it goes away then; 0: it stays */
	unsigned pc;            /* number of the PeerConnection */
	/* For the driver: who this is and what it saw. */
	struct observer observer;
	struct identity *identity; /* owned */
};

/* What the core did, for the report. Relaxed. */
struct fake_counts {
	atomic_uint messages, refused, offers_failed, setups, hangups, packets, relayed, delivered,
	        rtcp;
	atomic_uint keyframes, events_away, attached, closes;
	atomic_int apps; /* janus_plugin_session that live */
};
extern struct fake_counts fake_counts;

/* Before the start: a value of the plugin's configuration; both strings stay the caller's. */
void fake_core_configure(const char *name, const char *value);
/* Calls init and starts all threads. */
void fake_core_start(janus_plugin *plugin);

/* All of these: any thread. Handles are referenced by the caller. */

/* A new handle, when the request thread has made it; the reference is the caller's. Takes over
 * @identity. */
struct fake_handle *fake_core_attach(struct identity *identity);
void fake_handle_unref(struct fake_handle *handle);
/* Takes over @body and @jsep. @serial names the transaction. */
void fake_core_message(struct fake_handle *handle, unsigned serial, json_t *body, json_t *jsep);
void fake_core_admin(json_t *body); /* takes it over */
void fake_core_query(struct fake_handle *handle);
void fake_core_hangup(struct fake_handle *handle);
void fake_core_detach(struct fake_handle *handle);
/* A packet from the network; copied. */
void fake_core_packet(struct fake_handle *handle, bool rtcp, int mindex, bool video, int level,
                      const void *data, size_t len);

/* How much waits to be done. */
unsigned fake_core_backlog(void);
/* Waits until nothing waits; fails past STRESS_HANG_MS. */
void fake_core_settle(void);
/* Calls the plugin's destroy while everything else still runs, as Janus does. */
void fake_core_destroy_plugin(void);
/* Ends all threads when their queues are empty. */
void fake_core_stop(void);

#endif
