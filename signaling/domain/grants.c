/* grants: all authorisation. */
#include "domain/grants.h"

#include <string.h>
#include <strings.h>
#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_refusal.h"

#define MINUTE_MS 60000

int cardea_grant_act(const struct cardea_principal *who, enum cardea_act act)
{
	if (who->kind == CARDEA_PRINCIPAL_TENANT) {
		return 0;
	}
	switch (act) {
	case CARDEA_ACT_ROOM_READ:
	case CARDEA_ACT_PARTICIPANT_ADD:
	case CARDEA_ACT_PARTICIPANT_LIST:
		return 0;
	case CARDEA_ACT_ROOM_CREATE:
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
	return 0;
}

unsigned cardea_grant_publish(const struct cardea_room_row *room,
                              const struct cardea_seat_row *seat)
{
	if (seat->is_hidden) {
		return 0;
	}
	return room->chat_enabled == 0 ? CARDEA_KIND_ALL & ~CARDEA_KIND_DATA : CARDEA_KIND_ALL;
}

int cardea_grant_send(const struct cardea_room_row *room, const struct cardea_seat_row *seat)
{
	CARDEA_REFUSE_IF(FORBIDDEN, !(cardea_grant_publish(room, seat) & CARDEA_KIND_DATA));
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

static int refuse_by_seat(const struct cardea_room_row *room, const struct cardea_entrant *who)
{
	bool is_inside = who->seat && !who->seat->left_at;

	CARDEA_REFUSE_IF(REMOVED, who->seat && who->seat->is_removed);
	CARDEA_REFUSE_IF(ROOM_LOCKED, room->is_locked && !is_inside && who->role != CARDEA_ROLE_HOST);
	CARDEA_REFUSE_IF(IN_USE, who->seat && who->seat->is_online && !who->replaces);
	/* A hidden seat takes no place (spec/model I4), one that is inside has its own. */
	CARDEA_REFUSE_IF(CAPACITY,
	                 !is_inside && !who->is_hidden && who->limit > 0 && who->active >= who->limit);
	return 0;
}

struct cardea_admission cardea_admit(const struct cardea_room_row *room,
                                     const struct cardea_session_row *session,
                                     const struct cardea_entrant *who, int64_t now_ms)
{
	int reason = refuse_by_room(room, session, who, now_ms);

	if (!reason) {
		reason = refuse_by_seat(room, who);
	}
	if (reason) {
		return (struct cardea_admission){.verdict = CARDEA_REFUSE, .reason = reason};
	}
	return (struct cardea_admission){.verdict = CARDEA_ADMIT};
}
