/* grants: all authorisation. */
#include "domain/grants.h"

#include <string.h>
#include <strings.h>
#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_refusal.h"
#include "domain/locks.h"

#define MINUTE_MS 60000

int cardea_grant_act(const struct cardea_principal *who, enum cardea_act act)
{
	if (who->kind == CARDEA_PRINCIPAL_TENANT) {
		return 0;
	}
	/* Decision P2: a token is refused everywhere outside its row in spec/participants 2.4. */
	CARDEA_REFUSE_IF(AUTH_TOKEN, who->kind == CARDEA_PRINCIPAL_LINK &&
	                                     act != CARDEA_ACT_ROOM_READ &&
	                                     act != CARDEA_ACT_PARTICIPANT_ADD);
	switch (act) {
	case CARDEA_ACT_ROOM_READ:
	case CARDEA_ACT_PARTICIPANT_ADD:
	case CARDEA_ACT_PARTICIPANT_LIST:
	case CARDEA_ACT_PARTICIPANT_UPDATE:
		return 0;
	case CARDEA_ACT_PARTICIPANT_BULK:
	case CARDEA_ACT_PARTICIPANT_REMOVE:
	case CARDEA_ACT_ROOM_CHANGE:
	case CARDEA_ACT_PARTICIPANT_TOKENS:
	case CARDEA_ACT_EVENTS_READ:
	case CARDEA_ACT_ADMISSION:
	case CARDEA_ACT_MODERATE:
		CARDEA_REFUSE_IF(HOST_REQUIRED, who->role != CARDEA_ROLE_HOST);
		return 0;
	case CARDEA_ACT_ROOM_CREATE:
	case CARDEA_ACT_EXPLAIN:
	default:
		return who->role == CARDEA_ROLE_HOST ? CARDEA_E_INSUFFICIENT : CARDEA_E_HOST_REQUIRED;
	}
}

int cardea_grant_room(const struct cardea_principal *who, const char *room)
{
	/* Also a name of its own room: that could lead elsewhere tomorrow (spec/participants 2.4). */
	CARDEA_REFUSE_IF(ROOM_UNKNOWN,
	                 who->kind != CARDEA_PRINCIPAL_TENANT &&
	                         !(cardea_id_is_uuid(room) && strcasecmp(room, who->room) == 0));
	return 0;
}

int cardea_grant_tenant(const struct cardea_principal *who, const char *id)
{
	CARDEA_REFUSE_IF(AUTH_TOKEN, who->kind == CARDEA_PRINCIPAL_LINK);
	CARDEA_REFUSE_IF(INSUFFICIENT, who->kind != CARDEA_PRINCIPAL_TENANT);
	CARDEA_REFUSE_IF(TENANT_OTHER, strcasecmp(id, who->tenant) != 0);
	return 0;
}

int cardea_grant_seat(const struct cardea_principal *who, const struct cardea_room_row *room,
                      const struct cardea_seat_row *seat)
{
	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN, strcmp(seat->room, room->id) != 0);
	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN, seat->is_hidden && who->kind != CARDEA_PRINCIPAL_TENANT &&
	                                              strcmp(seat->id, who->seat) != 0);
	return 0;
}

int cardea_grant_update(const struct cardea_principal *who, const char *target, bool role_too)
{
	if (who->role == CARDEA_ROLE_HOST) {
		return 0;
	}
	CARDEA_REFUSE_IF(FORBIDDEN, strcasecmp(target, who->seat) != 0);
	CARDEA_REFUSE_IF(OWN_ROLE, role_too);
	return 0;
}

int cardea_grant_role(const struct cardea_principal *who, int wanted, bool first_is_host,
                      enum cardea_role *out)
{
	switch (wanted) {
	case -1:
		*out = first_is_host ? CARDEA_ROLE_HOST : CARDEA_ROLE_PARTICIPANT;
		return 0;
	case CARDEA_ROLE_PARTICIPANT:
		*out = CARDEA_ROLE_PARTICIPANT;
		return 0;
	case CARDEA_ROLE_HOST:
		/* Decision P6: a participant never makes a host. */
		CARDEA_REFUSE_IF(HOST_REQUIRED,
		                 who->kind != CARDEA_PRINCIPAL_TENANT && who->role != CARDEA_ROLE_HOST);
		*out = CARDEA_ROLE_HOST;
		return 0;
	default:
		return CARDEA_E_ROLE_INVALID;
	}
}

int cardea_grant_reuse(const struct cardea_principal *who, const struct cardea_seat_row *seat)
{
	CARDEA_REFUSE_IF(HOST_REQUIRED, who->kind != CARDEA_PRINCIPAL_TENANT &&
	                                        who->role != CARDEA_ROLE_HOST &&
	                                        strcmp(who->seat, seat->id) != 0);
	/* Nobody of the room knows of it (spec/model I4), so nobody speaks for it. */
	CARDEA_REFUSE_IF(FORBIDDEN, seat->is_hidden && who->kind != CARDEA_PRINCIPAL_TENANT &&
	                                    strcmp(who->seat, seat->id) != 0);
	return 0;
}

bool cardea_grant_vouches(const struct cardea_principal *who)
{
	return who->kind == CARDEA_PRINCIPAL_TENANT || who->role == CARDEA_ROLE_HOST;
}

bool cardea_grant_list(const struct cardea_principal *who, const struct cardea_session_row *session,
                       const struct cardea_seat_row *seat)
{
	if (cardea_grant_vouches(who) || strcmp(who->seat, seat->id) == 0) {
		return true;
	}
	return seat->admission == CARDEA_SEAT_ADMITTED &&
	       cardea_grant_sees(session, who->role, who->seat, seat);
}

unsigned cardea_grant_publish(const struct cardea_standing *at)
{
	const struct cardea_session_policy *policy = &at->session->policy;
	unsigned kinds = CARDEA_KIND_ALL & ~policy->closed_kinds;

	if (at->seat->is_hidden) {
		return 0;
	}
	if (at->room->chat_enabled == 0) {
		kinds &= ~CARDEA_KIND_DATA;
	}
	if (at->seat->role != CARDEA_ROLE_HOST) {
		kinds &= ~policy->host_kinds;
	}
	return at->seat->has_publish ? kinds & at->seat->publish : kinds;
}

unsigned cardea_grant_locks(const struct cardea_standing *at)
{
	const struct cardea_locks *defaults = &at->session->policy.locks;
	struct cardea_locks locks = cardea_locks_over(at->seat->locks, *defaults);

	if (at->seat->role != CARDEA_ROLE_HOST) {
		return locks.on;
	}
	return strcmp(at->session->presenter, at->seat->id) == 0
	               ? 0
	               : defaults->on & defaults->set & CARDEA_LOCK_WHITEBOARD;
}

bool cardea_grant_sees(const struct cardea_session_row *session, enum cardea_role role,
                       const char *seat, const struct cardea_seat_row *other)
{
	if (strcmp(seat, other->id) == 0) {
		return true;
	}
	return !other->is_hidden && (role == CARDEA_ROLE_HOST || other->role == CARDEA_ROLE_HOST ||
	                             !session->policy.lists_hosts_only);
}

struct cardea_rights cardea_grant_rights(const struct cardea_standing *at)
{
	unsigned locks = cardea_grant_locks(at);
	unsigned publish = cardea_grant_publish(at) & ~cardea_locks_kinds(locks);
	bool can_send = publish & CARDEA_KIND_DATA;
	bool chat = can_send && !at->session->policy.is_chatless &&
	            !(locks & (CARDEA_LOCK_CHAT | CARDEA_LOCK_CHAT_SEND_MESSAGE));

	return (struct cardea_rights){
	        .publish = publish,
	        .locks = locks,
	        .chat = chat,
	        .private_chat = chat && !(locks & CARDEA_LOCK_PRIVATE_CHAT),
	        .reactions = can_send && !(locks & CARDEA_LOCK_REACTIONS),
	};
}

enum cardea_message_kind cardea_message_kind_of(const char *kind, bool is_private)
{
	if (strcmp(kind, "chat") == 0) {
		return is_private ? CARDEA_MESSAGE_PRIVATE_CHAT : CARDEA_MESSAGE_CHAT;
	}
	return strcmp(kind, "reaction") == 0 ? CARDEA_MESSAGE_REACTION : CARDEA_MESSAGE_OTHER;
}

int cardea_grant_send(const struct cardea_standing *at, enum cardea_message_kind kind)
{
	struct cardea_rights rights = cardea_grant_rights(at);

	CARDEA_REFUSE_IF(FORBIDDEN, !(rights.publish & CARDEA_KIND_DATA));
	CARDEA_REFUSE_IF(FORBIDDEN, kind == CARDEA_MESSAGE_CHAT && !rights.chat);
	CARDEA_REFUSE_IF(FORBIDDEN, kind == CARDEA_MESSAGE_PRIVATE_CHAT && !rights.private_chat);
	CARDEA_REFUSE_IF(FORBIDDEN, kind == CARDEA_MESSAGE_REACTION && !rights.reactions);
	return 0;
}

int cardea_grant_moderate(const struct cardea_seat_row *who, const struct cardea_seat_row *target,
                          enum cardea_moderation action)
{
	CARDEA_REFUSE_IF(HOST_REQUIRED, who->role != CARDEA_ROLE_HOST);
	CARDEA_REFUSE_IF(FORBIDDEN,
	                 action == CARDEA_MODERATE_REMOVE && strcmp(who->id, target->id) == 0);
	return 0;
}

int cardea_grant_target(const struct cardea_principal *who, const struct cardea_room_row *room,
                        const struct cardea_seat_row *seat)
{
	/* spec/model I16: also of its meeting that runs. */
	CARDEA_REFUSE_IF(PARTICIPANT_UNKNOWN, strcmp(seat->session, room->session) != 0);
	return cardea_grant_seat(who, room, seat);
}

static bool is_filled_and_equal(const char *one, const char *other)
{
	return one && *one && other && strcmp(one, other) == 0;
}

int cardea_grant_move_into(const struct cardea_seat_row *own, const struct cardea_seat_row *there)
{
	bool is_same = there && (is_filled_and_equal(own->client_key, there->client_key) ||
	                         (own->is_invited && there->is_invited &&
	                          is_filled_and_equal(own->external_user_id, there->external_user_id)));

	CARDEA_REFUSE_IF(ROOM_UNKNOWN, !is_same || there->role != CARDEA_ROLE_HOST ||
	                                       there->is_removed ||
	                                       there->admission != CARDEA_SEAT_ADMITTED);
	return 0;
}

int cardea_grant_remove(const struct cardea_principal *who,
                        const struct cardea_session_row *session,
                        const struct cardea_seat_row *seat)
{
	bool is_seat = who->kind == CARDEA_PRINCIPAL_SEAT;

	CARDEA_REFUSE_IF(SELF, is_seat && strcmp(who->seat, seat->id) == 0);
	CARDEA_REFUSE_IF(FORBIDDEN, is_seat && !session->kick_available);
	return 0;
}

int cardea_grant_put_back(const struct cardea_seat_row *target)
{
	CARDEA_REFUSE_IF(FORBIDDEN, target->role == CARDEA_ROLE_HOST);
	return 0;
}

int cardea_grant_meeting(const struct cardea_session_row *session,
                         const struct cardea_seat_row *seat, enum cardea_meeting_act act)
{
	/* Who waits learns nothing and does nothing (spec/meetings 12.2). */
	CARDEA_REFUSE_IF(WAITING, seat->admission != CARDEA_SEAT_ADMITTED);
	/* The key of a removed user is good for coming back, and for nothing until then. */
	CARDEA_REFUSE_IF(FORBIDDEN, seat->is_removed && act != CARDEA_MEETING_READ_USER);
	switch (act) {
	case CARDEA_MEETING_READ_USER:
	case CARDEA_MEETING_SPEAK:
		return 0;
	case CARDEA_MEETING_LOCK:
		CARDEA_REFUSE_IF(FORBIDDEN, seat->role != CARDEA_ROLE_HOST || !session->lock_available);
		return 0;
	case CARDEA_MEETING_KICK:
	case CARDEA_MEETING_ADMIT:
	case CARDEA_MEETING_END:
	default:
		CARDEA_REFUSE_IF(FORBIDDEN, seat->role != CARDEA_ROLE_HOST);
		return 0;
	}
}

int cardea_grant_locks_for(enum cardea_role role, unsigned locks)
{
	CARDEA_REFUSE_IF(HOST_LOCK, role == CARDEA_ROLE_HOST && locks);
	return 0;
}

int64_t cardea_capacity_of(const struct cardea_room_row *room,
                           const struct cardea_session_row *session,
                           const struct cardea_tenant_row *tenant)
{
	int64_t limit = cardea_capacity(room->max_participants, tenant->max_participants_per_room);

	return cardea_capacity(limit, session->policy.max_participants);
}

int64_t cardea_capacity(int64_t room_limit, int64_t tenant_limit)
{
	if (room_limit <= 0 || tenant_limit <= 0) {
		return room_limit > 0 ? room_limit : tenant_limit > 0 ? tenant_limit : 0;
	}
	return room_limit < tenant_limit ? room_limit : tenant_limit;
}

static int refuse_by_room(const struct cardea_room_row *room,
                          const struct cardea_session_row *session,
                          const struct cardea_entrant *who, int64_t now_ms)
{
	int64_t opens_at = room->scheduled_start_at - room->allow_early_join_minutes * MINUTE_MS;

	switch (room->status) {
	case CARDEA_ROOM_ROW_ACTIVE:
		/* A credential dies with its session, even if the room is open again (spec/model I2). */
		CARDEA_REFUSE_IF(SESSION_OVER,
		                 !session || session->ended_at || strcmp(session->id, room->session) != 0);
		return 0;
	case CARDEA_ROOM_ROW_SCHEDULED:
		CARDEA_REFUSE_IF(ROOM_INACTIVE, !who->opens || now_ms < opens_at);
		return 0;
	case CARDEA_ROOM_ROW_ENDED:
	default:
		if (!who->opens) {
			return CARDEA_E_SESSION_OVER;
		}
		CARDEA_REFUSE_IF(ROOM_INACTIVE, !who->early_join);
		return 0;
	}
}

/* An access key outlives a removal (spec/meetings 11.6). */
static bool has_key(const struct cardea_seat_row *seat)
{
	return seat && seat->access_key.data;
}

static bool is_inside(const struct cardea_entrant *who)
{
	return who->seat && !who->seat->left_at;
}

bool cardea_grant_lock_needs_presence(const struct cardea_seat_row *seat)
{
	return seat->access_key.data || seat->is_guest;
}

static int refuse_by_lock(const struct cardea_room_row *room, const struct cardea_entrant *who)
{
	bool may_pass = who->seat && cardea_grant_lock_needs_presence(who->seat)
	                        ? who->seat->is_present
	                        : is_inside(who) || who->role == CARDEA_ROLE_HOST;

	CARDEA_REFUSE_IF(ROOM_LOCKED, room->is_locked && !may_pass);
	return 0;
}

static int refuse_by_removal(const struct cardea_entrant *who)
{
	CARDEA_REFUSE_IF(BLOCKED, who->is_blocked);
	CARDEA_REFUSE_IF(DENIED, who->seat && who->seat->admission == CARDEA_SEAT_DENIED);
	CARDEA_REFUSE_IF(REMOVED, who->is_outdated);
	CARDEA_REFUSE_IF(REMOVED, who->seat && who->seat->is_removed && !has_key(who->seat));
	return 0;
}

/* Guests wait until they are let in (spec/meetings 12.1). */
static bool must_wait(const struct cardea_session_row *session, const struct cardea_entrant *who)
{
	if (who->seat) {
		return who->seat->admission == CARDEA_SEAT_WAITING ||
		       who->seat->admission == CARDEA_SEAT_EXPECTED;
	}
	return who->is_guest && session && (!session->begun_at || session->waiting_room);
}

bool cardea_grant_waits_in_place(const struct cardea_seat_row *seat)
{
	return seat->is_invited;
}

bool cardea_grant_has_place(const struct cardea_seat_row *seat, int64_t now_ms)
{
	return !seat->left_at || seat->leaves_at > now_ms;
}

/* A hidden seat takes no place (spec/model I4). */
static int refuse_by_capacity(const struct cardea_entrant *who, int64_t now_ms)
{
	bool has_place = who->is_hidden || (who->seat && cardea_grant_has_place(who->seat, now_ms));

	CARDEA_REFUSE_IF(CAPACITY, !has_place && who->limit > 0 && who->active >= who->limit);
	return 0;
}

static int refuse_by_place(const struct cardea_entrant *who, bool waits, int64_t now_ms)
{
	if (waits && !(who->seat && cardea_grant_waits_in_place(who->seat))) {
		return 0;
	}
	CARDEA_REFUSE_IF(IN_USE, who->seat && who->seat->is_online && !who->replaces);
	return refuse_by_capacity(who, now_ms);
}

struct cardea_admission cardea_admit(const struct cardea_room_row *room,
                                     const struct cardea_session_row *session,
                                     const struct cardea_entrant *who, int64_t now_ms)
{
	int reason = refuse_by_room(room, session, who, now_ms);
	bool waits;

	if (!reason) {
		reason = refuse_by_removal(who);
	}
	if (!reason) {
		reason = refuse_by_lock(room, who);
	}
	waits = must_wait(session, who);
	if (!reason) {
		reason = refuse_by_place(who, waits, now_ms);
	}
	if (reason) {
		return (struct cardea_admission){.verdict = CARDEA_REFUSE, .reason = reason};
	}
	return (struct cardea_admission){.verdict = waits ? CARDEA_WAIT : CARDEA_ADMIT};
}
