/* fake_core_private: what the parts of the fake core share. */
#ifndef CARDEA_STRESS_FAKE_CORE_PRIVATE_H
#define CARDEA_STRESS_FAKE_CORE_PRIVATE_H

#include "fake_core.h"
#include "fake_queue.h"

#define FAKE_LOOPS 3

enum loop_event { LOOP_SETUP, LOOP_HANGUP, LOOP_DETACH, LOOP_RTP, LOOP_RTCP, LOOP_SEND };

/* Something that a loop does for a handle. */
struct loop_item {
	struct fake_handle *handle; /* a reference */
	enum loop_event event;
	unsigned pc; /* setup: of which PeerConnection */
	int mindex, level;
	bool video;
	size_t len;
	char data[];
};

extern janus_plugin *fake_plugin;
extern janus_callbacks fake_callbacks;

static inline void fake_count(atomic_uint *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

struct fake_handle *fake_handle_ref(struct fake_handle *handle);
/* Request thread: create_session, the way to destroy_session, query_session. */
struct fake_handle *fake_handle_attach(struct identity *identity);
void fake_handle_detach(struct fake_handle *handle);
void fake_handle_query(struct fake_handle *handle);

/* Adds to the handle's loop; @first: before all that waits there. */
void fake_loop_post(struct fake_handle *handle, enum loop_event event, unsigned pc, bool first);
void fake_loop_packet(struct fake_handle *handle, enum loop_event event, int mindex, bool video,
                      int level, const void *data, size_t len);
void fake_loops_start(void);
void fake_loops_stop(void);
unsigned fake_loops_backlog(void);
/* Number of the packet that the calling thread has given to the plugin, on the core's clock. */
int64_t fake_loop_packet_at(void);
int64_t fake_clock_tick(void);

/* The PeerConnection of a handle. */

/* An offer of either side begins one or goes on with it: false if the last one is still there after
 * a while. Otherwise its number. */
bool fake_pc_offer(struct fake_handle *handle, unsigned *pc);
/* An answer of either side: media will come up. False if there is none. */
bool fake_pc_answer(struct fake_handle *handle);
void fake_pc_hangup(struct fake_handle *handle);
/* Loop thread, after hangup_media: the rest goes away, perhaps later. */
void fake_pc_free(struct fake_handle *handle);

/* Threads of fake_deferred.c: the watchdog and the transport. */
void fake_deferred_start(void);
void fake_deferred_stop(void);
unsigned fake_deferred_backlog(void);
void fake_deferred_close(janus_plugin_session *app);
void fake_deferred_end(janus_plugin_session *app);
void fake_deferred_read(json_t *event); /* takes over a reference */

#endif
