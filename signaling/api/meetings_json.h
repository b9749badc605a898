/*
 * meetings_json: meetings as the meetings dialect and its observers see them (spec/meetings 6 and
 * 13.4). Loop thread.
 */
#ifndef CARDEA_API_MEETINGS_JSON_H
#define CARDEA_API_MEETINGS_JSON_H

#include <jansson.h>
#include "domain/meetings.h"
#include "media/ice.h"

/* Start of every link; without a slash behind. */
struct cardea_meeting_urls {
	const char *base;  /* of the API, "https://host" */
	const char *pages; /* of the join pages */
	const char *call;  /* "wss://host/call" */
};

struct cardea_meeting_look {
	struct cardea_meeting_urls urls;
	const struct cardea_ice_options *ice;
	int64_t turn_life_s;
	int64_t now_s;
};

/* The meeting (6.1) as JSON; a new string, g_free. NULL if some of its text is not UTF-8. */
char *cardea_meeting_text(const struct cardea_meeting *meeting,
                          const struct cardea_meeting_look *look);

/* Each returns a new value. */
/* The short form of a room (6.3). */
json_t *cardea_json_meeting_room(const struct cardea_meeting_room *room);
/* Null for 0, which is no time at all. */
json_t *cardea_json_time(int64_t ms);
/* The texts behind one another: of an address. */
json_t *cardea_json_joined(const char *a, const char *b, const char *c);
/* UserInfo. */
json_t *cardea_json_meeting_user(const struct cardea_meeting_user *user);
/* Participant. */
json_t *cardea_json_meeting_participant(const struct cardea_meeting_user *user, const char *room,
                                        bool is_online);
json_t *cardea_json_waiting_list(const struct cardea_meeting_user *list, size_t count);
/* null, or who presents where. */
json_t *cardea_json_presentation(const struct cardea_meeting_room *room);
/* `content` of room_update. */
json_t *cardea_json_meeting_report(const struct cardea_meeting_report *report);

#endif
