#include "room.h"

#include "admission.h"
#include "assign.h"
#include "cardea_clock.h"
#include "cardea_error.h"
#include "hands.h"
#include "membership.h"
#include "node.h"
#include "quality.h"
#include "receive.h"
#include "roster.h"
#include "routes.h"
#include "said.h"
#include "speaking.h"
#include "video.h"

#define DEAD_PEER_MS (20 * 1000) /* no RTP and no RTCP on either handle: DESIGN 6 */
#define PRUNE_MS     (60 * 1000)

static void room_destroy(struct cardea_ref *ref)
{
	struct cardea_room *room = (struct cardea_room *)ref;
	g_hash_table_destroy(room->participants);
	g_hash_table_destroy(room->grants);
	g_hash_table_destroy(room->min_gens);
	g_hash_table_destroy(room->tokens);
	g_hash_table_destroy(room->roster_changes);
	g_ptr_array_unref(room->sources);
	cardea_speaking_free(room->speaking);
	cardea_said_clear(room);
	g_strfreev(room->hands);
	json_decref(room->hands_told);
	cardea_outbox_free(room->outbox);
	cardea_queue_unref(room->queue);
	g_mutex_clear(&room->lock);
	g_free(room);
}

static void participant_free(void *participant)
{
	cardea_participant_free(participant);
}

static void grant_free(void *grant)
{
	cardea_grant_free(grant);
}

struct cardea_room *cardea_room_new(struct cardea_node *node, const char *id)
{
	struct cardea_room *room = g_new0(struct cardea_room, 1);
	_Static_assert(offsetof(struct cardea_room, ref) == 0, "room_destroy casts");
	cardea_ref_init(&room->ref, room_destroy);
	room->node = node;
	g_strlcpy(room->id, id, sizeof(room->id));
	room->queue = cardea_queue_new(cardea_node_executor(node), CARDEA_MAX_ROOM_REQUESTS);
	room->outbox = cardea_outbox_new(CARDEA_MAX_ROOM_EVENTS);
	g_mutex_init(&room->lock);
	/* The seat in the key is the participant's own. */
	room->participants = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, participant_free);
	room->grants = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, grant_free);
	room->min_gens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	room->tokens = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	room->roster_changes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	room->sources = g_ptr_array_new();
	room->speaking = cardea_speaking_new();
	room->hands_told = json_array();
	g_queue_init(&room->said);
	return room;
}

struct cardea_room *cardea_room_get(struct cardea_room *room)
{
	cardea_ref_get(&room->ref);
	return room;
}

void cardea_room_put(struct cardea_room *room)
{
	cardea_ref_put(&room->ref);
}

bool cardea_room_lease_expired(const struct cardea_room *room, int64_t now_ms)
{
	int64_t deadline = atomic_load(&room->lease_deadline_ms);
	return deadline != 0 && now_ms > deadline;
}

void cardea_room_renew(struct cardea_room *room, int64_t epoch, int64_t now_ms)
{
	g_mutex_lock(&room->lock);
	if (atomic_load(&room->open) && (epoch == 0 || epoch == atomic_load(&room->epoch)) &&
	    room->lease_ms > 0 && !cardea_room_lease_expired(room, now_ms))
		atomic_store(&room->lease_deadline_ms, now_ms + room->lease_ms);
	g_mutex_unlock(&room->lock);
}

json_t *cardea_room_summary(struct cardea_room *room)
{
	int64_t seq = cardea_outbox_seq(room->outbox);
	int64_t acked = cardea_outbox_acked(room->outbox);
	if (!atomic_load(&room->open) && seq == acked)
		return NULL;
	char tenant[CARDEA_MAX_ID + 1];
	g_mutex_lock(&room->lock);
	g_strlcpy(tenant, room->tenant, sizeof(tenant));
	g_mutex_unlock(&room->lock);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "room", room->id, "tenant", tenant, "epoch",
	                 (json_int_t)atomic_load(&room->epoch), "seq", (json_int_t)seq, "acked",
	                 (json_int_t)acked, "told", (json_int_t)atomic_load(&room->told));
}

static void set_lease(struct cardea_room *room, int64_t lease_ms)
{
	int64_t now = cardea_clock_mono_ms(&cardea_clock_system);
	g_mutex_lock(&room->lock);
	room->lease_ms = lease_ms;
	atomic_store(&room->lease_deadline_ms, lease_ms > 0 ? now + lease_ms : 0);
	g_mutex_unlock(&room->lock);
}

static void raise_gens(struct cardea_room *room, const json_t *min_gen)
{
	const char *seat;
	json_t *gen;
	/* Jansson iterates over non-const objects only; nothing is changed. */
	json_object_foreach((json_t *)min_gen, seat, gen)
	        cardea_room_raise_gen(room, seat, json_integer_value(gen));
}

int cardea_room_open(struct cardea_room *room, const struct cardea_room_opening *opening)
{
	int64_t epoch = atomic_load(&room->epoch);
	if (opening->epoch < epoch)
		return CARDEA_E_EPOCH_STALE;
	bool same = opening->epoch == epoch && g_str_equal(opening->conf_id, room->conf_id) &&
	            g_str_equal(opening->tenant, room->tenant);
	if (!same) {
		cardea_membership_remove_all(room, "epoch", NULL);
		g_hash_table_remove_all(room->grants);
		g_hash_table_remove_all(room->min_gens);
		room->policy = (struct cardea_policy){0};
		cardea_hands_set(room, NULL);
		cardea_said_clear(room);
		atomic_store(&room->told, opening->told);
	}
	g_mutex_lock(&room->lock);
	g_strlcpy(room->tenant, opening->tenant, sizeof(room->tenant));
	g_mutex_unlock(&room->lock);
	g_strlcpy(room->conf_id, opening->conf_id, sizeof(room->conf_id));
	atomic_store(&room->epoch, opening->epoch);
	set_lease(room, opening->lease_ms);
	atomic_store(&room->open, true);
	raise_gens(room, opening->min_gen);
	cardea_room_set_policy(room, &opening->policy);
	return 0;
}

void cardea_room_close(struct cardea_room *room, const char *reason, const char *text)
{
	if (!atomic_load(&room->open))
		return;
	atomic_store(&room->open, false);
	atomic_store(&room->tokens_kept, true);
	cardea_membership_remove_all(room, reason, text);
	set_lease(room, 0);
	g_hash_table_remove_all(room->grants);
	g_hash_table_remove_all(room->min_gens);
	cardea_hands_set(room, NULL);
	cardea_said_clear(room);
}

void cardea_room_set_policy(struct cardea_room *room, const struct cardea_policy *policy)
{
	if (policy->id < room->policy.id)
		return;
	bool lists_changed = policy->lists_hosts_only != room->policy.lists_hosts_only;
	room->policy = *policy;
	cardea_membership_refresh_all(room);
	if (lists_changed)
		cardea_roster_reveal_all(room);
}

void cardea_room_set_grant(struct cardea_room *room, const char *seat, struct cardea_grant *grant)
{
	const struct cardea_grant *known = g_hash_table_lookup(room->grants, seat);
	struct cardea_participant *participant = g_hash_table_lookup(room->participants, seat);
	/* An older one that was overtaken says nothing any more. */
	if (known && (known->gen > grant->gen || (known->gen == grant->gen && known->id > grant->id))) {
		cardea_grant_free(grant);
		return;
	}
	g_hash_table_insert(room->grants, g_strdup(seat), grant);
	if (participant)
		cardea_membership_refresh(room, participant);
}

void cardea_room_raise_gen(struct cardea_room *room, const char *seat, int64_t gen)
{
	int64_t *known = g_hash_table_lookup(room->min_gens, seat);
	if (!known && gen > 0) {
		known = g_new0(int64_t, 1);
		g_hash_table_insert(room->min_gens, g_strdup(seat), known);
	}
	if (known && gen > *known)
		*known = gen;
	struct cardea_participant *participant = g_hash_table_lookup(room->participants, seat);
	if (participant && participant->claims.gen < gen)
		cardea_membership_remove(room, participant, "revoked", NULL, NULL);
}

void cardea_receivers_init(struct cardea_receivers *receivers, struct cardea_room *room)
{
	g_hash_table_iter_init(&receivers->iter, room->participants);
}

struct cardea_session *cardea_receivers_next(struct cardea_receivers *receivers)
{
	void *value;
	while (g_hash_table_iter_next(&receivers->iter, NULL, &value)) {
		const struct cardea_participant *participant = value;
		if (participant->handles[CARDEA_RECEIVER])
			return participant->handles[CARDEA_RECEIVER];
	}
	return NULL;
}

void cardea_room_settle(struct cardea_room *room)
{
	if (room->assign_needed)
		cardea_assign_run(room);
	room->assign_needed = false;
	cardea_routes_swap(room);
	cardea_roster_tell(room, cardea_clock_mono_ms(&cardea_clock_system));
	cardea_assign_tell(room);
	cardea_hands_tell(room);
	bool paced = cardea_speaking_needed(room) || cardea_quality_needed(room) ||
	             cardea_roster_pending(room);
	if (paced != atomic_exchange(&room->paced, paced))
		cardea_node_paces(room->node, paced);
}

/* Closes PeerConnections of which nothing was heard: Janus 1.1.2 has no consent freshness. What
 * follows is the hangup. */
static void close_dead(struct cardea_participant *participant, int64_t now_ms)
{
	int64_t heard = 0;
	bool up = false;
	for (unsigned i = 0; i < CARDEA_HANDLES; i++) {
		struct cardea_session *session = participant->handles[i];
		if (!session || atomic_load(&session->media) != CARDEA_MEDIA_UP)
			continue;
		up = true;
		heard = MAX(heard, atomic_load(&session->heard_ms));
	}
	if (!up || now_ms - heard < DEAD_PEER_MS)
		return;
	for (unsigned i = 0; i < CARDEA_HANDLES; i++) {
		if (participant->handles[i])
			cardea_session_close(participant->handles[i]);
	}
}

static void tick(void *data)
{
	struct cardea_room *room = data;
	atomic_store(&room->tick_queued, false);
	int64_t now = cardea_clock_mono_ms(&cardea_clock_system);
	if (cardea_room_lease_expired(room, now))
		cardea_membership_remove_all(room, "lease", NULL);
	GHashTableIter iter;
	void *value;
	g_hash_table_iter_init(&iter, room->participants);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct cardea_participant *participant = value;
		close_dead(participant, now);
		if (participant->handles[CARDEA_RECEIVER])
			cardea_receive_tick(participant->handles[CARDEA_RECEIVER]);
	}
	cardea_said_prune(room, now);
	if (now >= room->prune_ms) {
		cardea_admission_prune(room);
		room->prune_ms = now + PRUNE_MS;
		atomic_store(&room->tokens_kept, g_hash_table_size(room->tokens) > 0);
	}
	cardea_room_settle(room);
	cardea_room_put(room);
}

void cardea_room_tick(struct cardea_room *room)
{
	/* Closed rooms cost nothing once their tokens have expired. */
	if (!atomic_load(&room->open) && !atomic_load(&room->tokens_kept))
		return;
	if (atomic_exchange(&room->tick_queued, true))
		return;
	if (cardea_queue_post(room->queue, tick, cardea_room_get(room)) < 0) {
		atomic_store(&room->tick_queued, false);
		cardea_room_put(room);
	}
}

static void pace_job(void *data)
{
	struct cardea_room *room = data;
	atomic_store(&room->pace_queued, false);
	int64_t now = cardea_clock_mono_ms(&cardea_clock_system);
	cardea_speaking_run(room, now);
	cardea_video_catch_up(room, now);
	cardea_quality_run(room, now);
	cardea_assign_catch_up(room);
	cardea_room_settle(room);
	cardea_room_put(room);
}

void cardea_room_pace(struct cardea_room *room)
{
	if (!atomic_load(&room->paced) || atomic_exchange(&room->pace_queued, true))
		return;
	if (cardea_queue_post(room->queue, pace_job, cardea_room_get(room)) < 0) {
		atomic_store(&room->pace_queued, false);
		cardea_room_put(room);
	}
}
