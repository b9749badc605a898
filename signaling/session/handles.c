#include "session/handles.h"

#include <string.h>
#include <jansson.h>
#include "cardea_json.h"

/* Janus' numbers (its apierror.h) that only an attach is refused with. */
#define JANUS_PLUGIN_NOT_FOUND 460
#define JANUS_PLUGIN_ATTACH    461

bool cardea_handles_attach(struct cardea_handles *handles)
{
	if (handles->live_count + handles->asked >= CARDEA_MAX_HANDLES) {
		return false;
	}
	handles->asked++;
	return true;
}

static void answered(struct cardea_handles *handles)
{
	if (handles->asked > 0) {
		handles->asked--;
	}
}

static void attached(struct cardea_handles *handles, uint64_t id)
{
	answered(handles);
	if (handles->live_count < CARDEA_MAX_HANDLES) {
		handles->live[handles->live_count].id = id;
		handles->live[handles->live_count++].no_offer_until_ms = 0;
	}
}

/* Where @id is among the live ones; their number if it is not. */
static unsigned find(const struct cardea_handles *handles, uint64_t id)
{
	unsigned i = 0;

	while (i < handles->live_count && handles->live[i].id != id) {
		i++;
	}
	return i;
}

static void detached(struct cardea_handles *handles, uint64_t id)
{
	unsigned i = find(handles, id);

	if (i < handles->live_count) {
		handles->live[i] = handles->live[--handles->live_count];
	} else {
		answered(handles); /* one whose answer was lost */
	}
}

void cardea_handles_hangup(struct cardea_handles *handles, uint64_t handle, int64_t now_ms)
{
	unsigned i = find(handles, handle);

	if (i < handles->live_count) {
		handles->live[i].no_offer_until_ms = now_ms + CARDEA_HANGUP_MS;
	}
}

bool cardea_handles_may_offer(const struct cardea_handles *handles, uint64_t handle, int64_t now_ms)
{
	unsigned i = find(handles, handle);

	return i == handles->live_count || now_ms >= handles->live[i].no_offer_until_ms;
}

/* Janus' messages begin with their kind, with or without blanks between. */
static bool is_of_interest(const char *text, size_t len)
{
	static const char *const kinds[] = {"\"success\"", "\"detached\"", "\"hangup\"", "\"error\""};
	static const char key[] = "\"janus\"";
	const char *end = text + len;
	const char *at = text + strspn(text, "{ \t\r\n");

	if ((size_t)(end - at) < sizeof(key) || strncmp(at, key, sizeof(key) - 1) != 0) {
		return false;
	}
	at += sizeof(key) - 1;
	at += strspn(at, ": \t\r\n");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strncmp(at, kinds[i], strlen(kinds[i])) == 0) {
			return true;
		}
	}
	return false;
}

static void see(struct cardea_handles *handles, uint64_t session, int64_t now_ms,
                const json_t *message)
{
	const char *kind = cardea_json_string(message, "janus", "");
	const json_t *error = json_object_get(message, "error");
	json_int_t id = cardea_json_integer(json_object_get(message, "data"), "id", 0);
	json_int_t code = cardea_json_integer(error, "code", 0);

	/* Only the answers to create and attach have data.id, and that to create is the session. */
	if (strcmp(kind, "success") == 0 && id > 0 && (uint64_t)id != session) {
		attached(handles, (uint64_t)id);
	} else if (strcmp(kind, "detached") == 0) {
		detached(handles, (uint64_t)cardea_json_integer(message, "sender", 0));
	} else if (strcmp(kind, "hangup") == 0) {
		cardea_handles_hangup(handles, (uint64_t)cardea_json_integer(message, "sender", 0), now_ms);
	} else if (code == JANUS_PLUGIN_NOT_FOUND || code == JANUS_PLUGIN_ATTACH) {
		answered(handles);
	}
}

void cardea_handles_see(struct cardea_handles *handles, uint64_t session, int64_t now_ms,
                        const char *text, size_t len)
{
	json_t *message;

	if (is_of_interest(text, len) && cardea_json_parse_object(text, len, &message) == 0) {
		see(handles, session, now_ms, message);
		json_decref(message);
	}
}
