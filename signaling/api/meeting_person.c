/* meeting_person: names and people in the bodies of the meetings dialect. */
#include "api/meeting_person.h"

#include <string.h>
#include <glib.h>
#include "api/body.h"
#include "api/meeting_options.h"
#include "cardea_limits.h"
#include "cardea_text.h"

#define MAX_AVATAR  2048
#define MAX_USER_ID 255

bool cardea_meeting_name_read(struct cardea_meeting_call *call, const json_t *object,
                              const char *name, size_t max, const char **out)
{
	if (cardea_body_text(object, name, out)) {
		cardea_meeting_call_refuse_field(call, name, "not a text");
		return false;
	}
	if (*out && (*out)[0] && !cardea_text_is_name(*out, max)) {
		cardea_meeting_call_refuse_field(call, name, "not valid");
		return false;
	}
	return true;
}

static bool is_avatar(const char *url)
{
	return strlen(url) <= MAX_AVATAR && cardea_text_is_name(url, MAX_AVATAR) &&
	       (g_ascii_strncasecmp(url, "http://", 7) == 0 ||
	        g_ascii_strncasecmp(url, "https://", 8) == 0);
}

static bool read_avatar(struct cardea_meeting_call *call, const json_t *object, const char **out)
{
	if (cardea_body_text(object, "avatar", out) || (*out && (*out)[0] && !is_avatar(*out))) {
		cardea_meeting_call_refuse_field(call, "avatar", "not an http or https address");
		return false;
	}
	return true;
}

bool cardea_meeting_person_read(struct cardea_meeting_call *call, const json_t *object,
                                struct cardea_meeting_person *out, char **name)
{
	const json_t *fields = NULL;
	const char *given = NULL;

	*name = NULL;
	if (cardea_body_text(object, "name", &given) ||
	    !(*name = given ? cardea_text_clean_name(given, CARDEA_MAX_NAME) : NULL)) {
		cardea_meeting_call_refuse_field(call, "name", "required");
		return false;
	}
	if (!cardea_meeting_name_read(call, object, "id", MAX_USER_ID, &out->id) ||
	    !read_avatar(call, object, &out->avatar)) {
		g_clear_pointer(name, g_free);
		return false;
	}
	if (!cardea_body_object(object, "custom_fields", &fields)) {
		out->locale = cardea_meeting_locale(fields);
	}
	out->name = *name;
	return true;
}
