/*
 * native_moderation: locking, muting, permissions and removal, for a tenant or a host of the room
 * (spec/native 4).
 */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/native_call.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_limits.h"
#include "domain/moderation.h"

#define MAX_REASON 500 /* bytes; a sentence or two */
#define MAX_KINDS  4

struct call {
	struct cardea_http_request *request;
	const struct cardea_api *api;
};

/* ---- answers ---- */

static json_t *locks_object(struct cardea_locks locks)
{
	json_t *object = json_object();

	for (unsigned lock = 1; lock <= CARDEA_LOCK_ALL; lock <<= 1) {
		json_object_set_new(object, cardea_lock_name(lock),
		                    locks.set & lock ? json_boolean(locks.on & lock) : json_null());
	}
	return object;
}

static json_t *participant_object(const struct cardea_moderated *result)
{
	const struct cardea_rights *rights = &result->rights;

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:{s:o, s:o, s:b, s:b, s:b}}", "id",
	                 result->participant, "name", result->display_name, "role",
	                 cardea_role_name(result->role), "publish",
	                 result->has_publish ? cardea_kinds_to_json(result->publish) : json_null(),
	                 "locks", locks_object(result->own), "room_locks", locks_object(result->locks),
	                 "in_force", "publish", cardea_kinds_to_json(rights->publish), "locks",
	                 cardea_native_locks(rights->locks), "chat", (int)rights->chat, "private_chat",
	                 (int)rights->private_chat, "reactions", (int)rights->reactions);
}

/* Answers and frees @call. */
static void refuse(struct call *call, int err)
{
	cardea_native_refuse(call->request, call->api, err);
	g_free(call);
}

static void done(int err, const struct cardea_moderated *result, void *arg)
{
	struct call *call = arg;

	if (err) {
		refuse(call, err);
		return;
	}
	if (result->participant) {
		cardea_reply_json(call->request, 200, participant_object(result));
	} else {
		cardea_reply_json(call->request, 200, json_pack("{s:b}", "locked", (int)result->is_locked));
	}
	g_free(call);
}

static void moderate(struct cardea_http_request *request, const struct cardea_api *api,
                     const struct cardea_presented *who,
                     const struct cardea_moderation_command *command)
{
	const struct cardea_caller caller = {.presented = *who};
	struct call *call = g_new0(struct call, 1);
	int err;

	call->request = request;
	call->api = api;
	err = cardea_domain_moderate(api->domain, &caller, command, done, call);
	if (err) {
		refuse(call, err);
	}
}

/* ---- the room ---- */

static void act_on_room(struct cardea_http_request *request,
                        const struct cardea_route_params *params, const struct cardea_api *api,
                        enum cardea_moderation_type type)
{
	const struct cardea_moderation_command command = {.type = type, .room = params->value[0]};
	struct cardea_presented who;

	if (cardea_native_caller(request, api, &who)) {
		moderate(request, api, &who, &command);
	}
}

static void post_lock(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	act_on_room(request, params, arg, CARDEA_MODERATION_LOCK);
}

static void post_unlock(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	act_on_room(request, params, arg, CARDEA_MODERATION_UNLOCK);
}

/* ---- a participant ---- */

/* Reads the rest of a command from a body of the right types, whose text lives as long. */
typedef int (*read_h)(const json_t *body, struct cardea_moderation_command *command);

struct act {
	enum cardea_moderation_type type;
	const struct cardea_json_field *fields;
	size_t field_count;
	read_h read;
};

static void act_on_participant(struct cardea_http_request *request,
                               const struct cardea_route_params *params,
                               const struct cardea_api *api, const struct act *act)
{
	struct cardea_moderation_command command = {
	        .type = act->type, .room = params->value[0], .participant = params->value[1]};
	g_autofree char *reason = NULL;
	struct cardea_presented who;
	json_t *body;
	int err;

	if (!cardea_native_caller(request, api, &who)) {
		return;
	}
	err = cardea_native_body(request, act->fields, act->field_count, &body);
	if (err) {
		cardea_native_refuse(request, api, err);
		return;
	}
	command.reason = reason = cardea_native_text(body, "reason", MAX_REASON);
	err = act->read(body, &command);
	if (err) {
		cardea_native_refuse(request, api, err);
	} else {
		moderate(request, api, &who, &command);
	}
	json_decref(body);
}

static const struct cardea_json_field mute_fields[] = {
        {"kind", CARDEA_JSON_STRING, true, 1, 16},
        {"muted", CARDEA_JSON_BOOLEAN, true, 0, 0},
};

static int read_mute(const json_t *body, struct cardea_moderation_command *command)
{
	enum cardea_kind kind = CARDEA_KIND_DATA;
	int err = cardea_kind_parse(cardea_json_string(body, "kind", ""), &kind);

	command->kind = cardea_kind_name(kind);
	command->muted = cardea_json_boolean(body, "muted", true);
	return err || kind == CARDEA_KIND_DATA ? CARDEA_E_JSON_RANGE : 0;
}

static const struct cardea_json_field remove_fields[] = {
        {"reason", CARDEA_JSON_STRING, false, 0, MAX_REASON},
        {"block", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"scope", CARDEA_JSON_STRING, false, 1, 16},
};

static int read_remove(const json_t *body, struct cardea_moderation_command *command)
{
	const char *scope = cardea_json_string(body, "scope", "meeting");
	bool is_room = strcmp(scope, "room") == 0;

	if (!is_room && strcmp(scope, "meeting") != 0) {
		return CARDEA_E_JSON_RANGE;
	}
	if (cardea_json_boolean(body, "block", false)) {
		command->block = is_room ? CARDEA_BLOCK_ROOM : CARDEA_BLOCK_MEETING;
	}
	return 0;
}

static const struct cardea_json_field permission_fields[] = {
        {"publish", CARDEA_JSON_ARRAY, false, 0, MAX_KINDS},
        {"locks", CARDEA_JSON_OBJECT, false, 0, 0},
        {"role", CARDEA_JSON_STRING, false, 1, 16},
};

static unsigned lock_named(const char *name)
{
	for (unsigned lock = 1; lock <= CARDEA_LOCK_ALL; lock <<= 1) {
		if (strcmp(name, cardea_lock_name(lock)) == 0) {
			return lock;
		}
	}
	return 0;
}

/* true and false set it, null makes it absent: then the meeting's default counts. */
static int read_locks(const json_t *object, struct cardea_lock_changes *out)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value)
	{
		unsigned lock = lock_named(name);

		if (!lock) {
			return CARDEA_E_JSON_RANGE;
		}
		if (!json_is_boolean(value) && !json_is_null(value)) {
			return CARDEA_E_JSON_TYPE;
		}
		*(json_is_null(value) ? &out->absent : &out->set) |= lock;
		out->on |= json_is_true(value) ? lock : 0;
	}
	return 0;
}

static int read_permissions(const json_t *body, struct cardea_moderation_command *command)
{
	struct cardea_permissions *to = &command->permissions;
	const json_t *publish = json_object_get(body, "publish");
	const char *role = cardea_json_string(body, "role", NULL);

	to->has_publish = json_is_array(publish);
	to->clears_publish = json_is_null(publish);
	if (to->has_publish && cardea_kinds_from_json(publish, &to->publish)) {
		return CARDEA_E_JSON_RANGE;
	}
	to->has_role = role != NULL;
	if (role && cardea_role_parse(role, &to->role)) {
		return CARDEA_E_ROLE_INVALID;
	}
	return read_locks(json_object_get(body, "locks"), &to->locks);
}

static void post_mute(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	static const struct act act = {CARDEA_MODERATION_MUTE, mute_fields, G_N_ELEMENTS(mute_fields),
	                               read_mute};

	act_on_participant(request, params, arg, &act);
}

static void post_remove(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	static const struct act act = {CARDEA_MODERATION_REMOVE, remove_fields,
	                               G_N_ELEMENTS(remove_fields), read_remove};

	act_on_participant(request, params, arg, &act);
}

static void patch_permissions(struct cardea_http_request *request,
                              const struct cardea_route_params *params, void *arg)
{
	static const struct act act = {CARDEA_MODERATION_PERMIT, permission_fields,
	                               G_N_ELEMENTS(permission_fields), read_permissions};

	act_on_participant(request, params, arg, &act);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/lock", post_lock},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/unlock", post_unlock},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants/{participant}/mute", post_mute},
        {CARDEA_HTTP_PATCH, "/api/v1/rooms/{id}/participants/{participant}/permissions",
         patch_permissions},
        {CARDEA_HTTP_POST, "/api/v1/rooms/{id}/participants/{participant}/remove", post_remove},
};

void cardea_native_moderation_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
