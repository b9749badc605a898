/* permalinks_json: permalinks as the meetings dialect shows them. */
#include "api/permalinks_json.h"

#include "api/meeting_options.h"

static json_t *links_object(const struct cardea_permalink *permalink,
                            const struct cardea_meeting_urls *urls)
{
	const char *user = permalink->user_token, *guest = permalink->guest_token;

	return json_pack("{s:o, s:o, s:o}", "self",
	                 cardea_json_joined(urls->base, "/permalink/", permalink->id), "gui",
	                 user ? cardea_json_joined(urls->pages, "/permalink?", user) : json_null(),
	                 "guest_join",
	                 guest[0] ? cardea_json_joined(urls->pages, "/permalink?guest=", guest)
	                          : json_string(""));
}

json_t *cardea_json_permalink(const struct cardea_permalink *permalink,
                              const struct cardea_meeting_urls *urls)
{
	return json_pack("{s:{s:s, s:o, s:s?, s:s, s:o}, s:{s:s, s:s, s:o}, s:{s:s}, s:o, s:o, s:o}",
	                 "permalink", "id", permalink->id, "created_at",
	                 cardea_json_time(permalink->created_at), "user_token", permalink->user_token,
	                 "guest_token", permalink->guest_token, "expires_at",
	                 cardea_json_time(permalink->expires_at), "room", "id", permalink->id, "name",
	                 permalink->name, "started_at", cardea_json_time(permalink->started_at), "team",
	                 "name", permalink->team, "user",
	                 permalink->user ? cardea_json_meeting_user(permalink->user) : json_null(),
	                 "options", cardea_meeting_options_show(permalink->options, permalink->locale),
	                 "links", links_object(permalink, urls));
}
