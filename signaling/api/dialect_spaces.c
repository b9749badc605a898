/*
 * dialect_spaces: accounts, spaces, invites, roles and access links by spec/spaces 4, 5, 7, 8, 10.
 */
#include "api/dialect.h"

#include <string.h>
#include <glib.h>
#include "api/account_fields.h"
#include "api/reply.h"
#include "api/spaces_calls.h"
#include "api/url.h"
#include "cardea_error.h"
#include "cardea_text.h"
#include "net/ratelimit.h"

#define MAX_TEXT     4096
#define MAX_EXTERNAL 128

/* ---- users ---- */

static const struct cardea_json_field password_fields[] = {
        {"oldPassword", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_PASSWORD},
        {"password", CARDEA_JSON_STRING, true, CARDEA_MIN_PASSWORD, CARDEA_MAX_PASSWORD},
};
static const struct cardea_json_field settings_fields[] = {
        {"spaceId", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"roomId", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
};

static void account_made(int err, const char *id, void *arg)
{
	if (err) {
		cardea_spaces_refuse(arg, err);
	} else {
		cardea_reply_json(arg, 200, json_pack("{s:s}", "id", id));
	}
}

static void post_user(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_spaces_call call;
	struct cardea_account_new command;
	const char *bad;
	int err;

	(void)params;
	if (!cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, NULL, 0)) {
		return;
	}
	if (cardea_account_read(call.body, &command, &bad)) {
		cardea_spaces_refuse_field(&call, bad);
		return;
	}
	err = cardea_domain_account_create(call.api->domain, call.command.token, &command, account_made,
	                                   request);
	if (err) {
		cardea_spaces_refuse(request, err);
	}
	cardea_spaces_close(&call);
}

static json_t *render_account(const struct cardea_space_result *result,
                              const struct cardea_http_request *request,
                              const struct cardea_api *api)
{
	const struct cardea_account_view *account = &result->account;

	(void)request;
	(void)api;
	return json_pack("{s:s, s:s, s:s, s:s?}", "id", account->id, "email", account->email,
	                 "username", account->username, "phone", account->phone);
}

static json_t *render_settings(const struct cardea_space_result *result,
                               const struct cardea_http_request *request,
                               const struct cardea_api *api)
{
	(void)request;
	(void)api;
	return json_pack("{s:s?, s:s?}", "spaceId", result->account.meeting_space, "roomId",
	                 result->account.meeting_room);
}

/* A call without a body of interest. */
static void simple(struct cardea_http_request *request, const struct cardea_route_params *params,
                   const struct cardea_api *api, enum cardea_space_call what,
                   cardea_spaces_render_h render)
{
	struct cardea_spaces_call call;

	if (!cardea_spaces_open(&call, request, api, CARDEA_SPACES_TOKEN, NULL, 0)) {
		return;
	}
	call.command.call = what;
	call.command.space = params->count > 0 ? params->value[0] : NULL;
	call.command.id = params->count > 1 ? params->value[1] : NULL;
	cardea_spaces_run(&call, render);
}

/* The same below a room. */
static void simple_in_room(struct cardea_http_request *request,
                           const struct cardea_route_params *params, const struct cardea_api *api,
                           enum cardea_space_call what, cardea_spaces_render_h render)
{
	struct cardea_spaces_call call;

	if (!cardea_spaces_open(&call, request, api, CARDEA_SPACES_TOKEN, NULL, 0)) {
		return;
	}
	call.command.call = what;
	call.command.space = params->value[0];
	call.command.room = params->value[1];
	call.command.id = params->count > 2 ? params->value[2] : NULL;
	cardea_spaces_run(&call, render);
}

static void get_me(struct cardea_http_request *request, const struct cardea_route_params *params,
                   void *arg)
{
	simple(request, params, arg, CARDEA_SPACE_ACCOUNT_READ, render_account);
}

struct changing {
	struct cardea_http_request *request;
	const struct cardea_api *api;
};

static uint64_t peer_of(const struct cardea_api *api, const struct cardea_http_request *request)
{
	return cardea_ratelimit_peer_key(api->failures, cardea_http_peer(request));
}

static void password_changed(int err, const char *id, void *arg)
{
	struct changing *changing = arg;

	(void)id;
	if (err == CARDEA_E_FORBIDDEN) {
		cardea_ratelimit_charge(changing->api->failures, peer_of(changing->api, changing->request));
	}
	if (err) {
		cardea_spaces_refuse(changing->request, err);
	} else {
		cardea_reply_json(changing->request, 200, json_object());
	}
	g_free(changing);
}

static void change_password(struct cardea_spaces_call *call)
{
	const struct cardea_password_change command = {
	        .token = call->command.token,
	        .old_password = cardea_json_string(call->body, "oldPassword", ""),
	        .password = cardea_json_string(call->body, "password", "")};
	struct changing *changing = g_new0(struct changing, 1);
	int err;

	changing->request = call->request;
	changing->api = call->api;
	err = cardea_domain_password_change(call->api->domain, &command, password_changed, changing);
	if (err) {
		password_changed(err, NULL, changing);
	}
}

static void put_password(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	(void)params;
	if (!cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, password_fields,
	                        G_N_ELEMENTS(password_fields))) {
		return;
	}
	if (cardea_ratelimit_wait_s(call.api->failures, peer_of(call.api, request)) > 0) {
		cardea_spaces_refuse(request, CARDEA_E_RATE_LIMITED);
	} else {
		change_password(&call);
	}
	cardea_spaces_close(&call);
}

static void get_settings(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	simple(request, params, arg, CARDEA_SPACE_SETTINGS_READ, render_settings);
}

static void put_settings(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	(void)params;
	if (!cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, settings_fields,
	                        G_N_ELEMENTS(settings_fields))) {
		return;
	}
	call.command.call = CARDEA_SPACE_SETTINGS_WRITE;
	call.command.space = cardea_json_string(call.body, "spaceId", "");
	call.command.room = cardea_json_string(call.body, "roomId", "");
	cardea_spaces_run(&call, render_settings);
}

/* ---- spaces ---- */

static const struct cardea_json_field space_fields[] = {
        {"name", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_NAME},
        {"isPublic", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"description", CARDEA_JSON_STRING, false, 0, MAX_TEXT},
        {"logo", CARDEA_JSON_STRING, false, 0, MAX_TEXT},
};

static json_t *render_spaces(const struct cardea_space_result *result,
                             const struct cardea_http_request *request,
                             const struct cardea_api *api)
{
	json_t *items = json_array();

	(void)request;
	(void)api;
	for (size_t i = 0; i < result->count; i++) {
		const struct cardea_space_view *space = &result->spaces[i];

		json_array_append_new(items,
		                      json_pack("{s:s, s:s, s:b, s:s?, s:s?, s:s?}", "id", space->id,
		                                "name", space->name, "isPublic", space->is_public,
		                                "description", space->description, "logo", space->logo,
		                                "roleInSpace", cardea_spaces_space_role(space->rank)));
	}
	return json_pack("{s:o}", "items", items);
}

static void write_space(struct cardea_spaces_call *call, const char *space)
{
	struct cardea_space_command *command = &call->command;
	const json_t *is_public = json_object_get(call->body, "isPublic");

	command->call = space ? CARDEA_SPACE_UPDATE : CARDEA_SPACE_CREATE;
	command->space = space;
	command->name = cardea_json_string(call->body, "name", "");
	command->description = cardea_json_string(call->body, "description", NULL);
	command->logo = cardea_json_string(call->body, "logo", NULL);
	command->is_public = json_is_true(is_public);
	if (!cardea_text_is_name(command->name, CARDEA_MAX_NAME)) {
		cardea_spaces_refuse_field(call, "name");
	} else if (space && !json_is_boolean(is_public)) {
		cardea_spaces_refuse_field(call, "isPublic");
	} else {
		cardea_spaces_run(call, space ? cardea_spaces_nothing : cardea_spaces_id);
	}
}

static void post_space(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	(void)params;
	if (cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, space_fields,
	                       G_N_ELEMENTS(space_fields))) {
		write_space(&call, NULL);
	}
}

static void put_space(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_spaces_call call;

	if (cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, space_fields,
	                       G_N_ELEMENTS(space_fields))) {
		write_space(&call, params->value[0]);
	}
}

static void get_spaces(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	simple(request, params, arg, CARDEA_SPACE_LIST, render_spaces);
}

static json_t *render_roles(const struct cardea_space_result *result,
                            const char *(*name)(enum cardea_rank rank))
{
	json_t *items = json_array();

	for (size_t i = 0; i < result->count; i++) {
		const struct cardea_role_view *role = &result->roles[i];

		json_array_append_new(items,
		                      json_pack("{s:s, s:s, s:s?}", "userId", role->account, "username",
		                                role->username, "role", name(role->rank)));
	}
	return json_pack("{s:o}", "items", items);
}

static json_t *render_members(const struct cardea_space_result *result,
                              const struct cardea_http_request *request,
                              const struct cardea_api *api)
{
	(void)request;
	(void)api;
	return render_roles(result, cardea_spaces_space_role);
}

static void get_members(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	simple(request, params, arg, CARDEA_SPACE_MEMBER_LIST, render_members);
}

static void delete_member(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	simple(request, params, arg, CARDEA_SPACE_MEMBER_REMOVE, cardea_spaces_nothing);
}

/* ---- invites ---- */

static const struct cardea_json_field role_fields[] = {
        {"role", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
};

static void post_invite(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	struct cardea_spaces_call call;

	if (!cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, role_fields,
	                        G_N_ELEMENTS(role_fields))) {
		return;
	}
	call.command.call = CARDEA_SPACE_INVITE_CREATE;
	call.command.space = params->value[0];
	call.command.rank = cardea_spaces_rank(cardea_json_string(call.body, "role", ""),
	                                       "role_space_user", "role_space_moderator");
	if (call.command.rank == CARDEA_RANK_NONE) {
		cardea_spaces_refuse_field(&call, "role");
	} else {
		cardea_spaces_run(&call, cardea_spaces_id);
	}
}

static json_t *render_invites(const struct cardea_space_result *result,
                              const struct cardea_http_request *request,
                              const struct cardea_api *api)
{
	json_t *items = json_array();

	(void)request;
	(void)api;
	for (size_t i = 0; i < result->count; i++) {
		const struct cardea_invite_view *invite = &result->invites[i];
		char created_at[CARDEA_TIME_SIZE];

		cardea_time_iso_ms(invite->created_at, created_at);
		json_array_append_new(items, json_pack("{s:s, s:s?, s:s, s:s}", "id", invite->id, "role",
		                                       cardea_spaces_space_role(invite->rank), "state",
		                                       invite->is_used ? "activated" : "pending",
		                                       "createdAt", created_at));
	}
	return json_pack("{s:o}", "items", items);
}

static void get_invites(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	simple(request, params, arg, CARDEA_SPACE_INVITE_LIST, render_invites);
}

static void delete_invite(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	simple(request, params, arg, CARDEA_SPACE_INVITE_REVOKE, cardea_spaces_nothing);
}

static void activate_invite(struct cardea_http_request *request,
                            const struct cardea_route_params *params, void *arg)
{
	simple(request, params, arg, CARDEA_SPACE_INVITE_ACTIVATE, cardea_spaces_nothing);
}

/* ---- roles ---- */

static const struct cardea_json_field grant_fields[] = {
        {"role", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"targetUserId", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
        {"userId", CARDEA_JSON_STRING, false, 1, CARDEA_MAX_ID},
};

static void post_role(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_spaces_call call;
	const char *user;

	if (!cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, grant_fields,
	                        G_N_ELEMENTS(grant_fields))) {
		return;
	}
	/* The source's text says userId, its sample targetUserId. */
	user = cardea_json_string(call.body, "userId", NULL);
	call.command.call = CARDEA_SPACE_ROLE_GRANT;
	call.command.space = params->value[0];
	call.command.room = params->value[1];
	call.command.account = cardea_json_string(call.body, "targetUserId", user);
	call.command.rank = cardea_spaces_rank(cardea_json_string(call.body, "role", ""),
	                                       "role_room_user", "role_room_moderator");
	if (!call.command.account) {
		cardea_spaces_refuse_field(&call, "targetUserId");
	} else if (call.command.rank == CARDEA_RANK_NONE) {
		cardea_spaces_refuse_field(&call, "role");
	} else {
		cardea_spaces_run(&call, cardea_spaces_nothing);
	}
}

static json_t *render_room_roles(const struct cardea_space_result *result,
                                 const struct cardea_http_request *request,
                                 const struct cardea_api *api)
{
	(void)request;
	(void)api;
	return render_roles(result, cardea_spaces_room_role);
}

static void get_roles(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	simple_in_room(request, params, arg, CARDEA_SPACE_ROLE_LIST, render_room_roles);
}

static void delete_role(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	simple_in_room(request, params, arg, CARDEA_SPACE_ROLE_REVOKE, cardea_spaces_nothing);
}

/* ---- access links ---- */

static const struct cardea_json_field link_fields[] = {
        {"username", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_NAME},
        {"role", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"ttl", CARDEA_JSON_INTEGER, false, 1, CARDEA_LINK_MAX_TTL},
        {"isPermanent", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"externalUserId", CARDEA_JSON_STRING, false, 1, MAX_EXTERNAL},
        {"email", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
        {"phone", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
        {"externalMeetingId", CARDEA_JSON_STRING, false, 0, CARDEA_MAX_NAME},
};

static bool is_external_id(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.@") ==
	       strlen(text);
}

static json_t *render_link(const struct cardea_space_result *result,
                           const struct cardea_http_request *request, const struct cardea_api *api)
{
	g_autofree char *base = cardea_url_base(api->pages_url ? api->pages_url : api->public_url,
	                                        cardea_http_header(request, "Host"),
	                                        cardea_http_header(request, "X-Forwarded-Proto"));
	g_autofree char *name = g_uri_escape_string(result->room.name, NULL, FALSE);
	g_autofree char *token = g_uri_escape_string(result->link_token, NULL, FALSE);
	g_autofree char *url = g_strdup_printf("%s/room/%s?participantName=%s&accessToken=%s",
	                                       base ? base : "", result->room.alias, name, token);

	return json_pack("{s:s}", "url", url);
}

/* NULL, or the field that is wrong. */
static const char *read_link(struct cardea_spaces_call *call)
{
	struct cardea_space_command *command = &call->command;
	const json_t *body = call->body;

	command->call = CARDEA_SPACE_LINK_CREATE;
	command->name = cardea_json_string(body, "username", "");
	command->rank = cardea_spaces_rank(cardea_json_string(body, "role", ""), "user", "moderator");
	command->ttl_s = cardea_json_integer(body, "ttl", CARDEA_LINK_TTL_S);
	command->is_permanent = cardea_json_boolean(body, "isPermanent", false);
	command->external_user_id = cardea_json_string(body, "externalUserId", NULL);
	command->email = cardea_json_string(body, "email", NULL);
	command->phone = cardea_json_string(body, "phone", NULL);
	command->external_meeting_id = cardea_json_string(body, "externalMeetingId", NULL);
	return !cardea_text_is_name(command->name, CARDEA_MAX_NAME) ? "username"
	       : command->rank == CARDEA_RANK_NONE                  ? "role"
	       : command->external_user_id && !is_external_id(command->external_user_id)
	               ? "externalUserId"
	               : NULL;
}

static void post_link(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	struct cardea_spaces_call call;
	const char *bad;

	if (!cardea_spaces_open(&call, request, arg, CARDEA_SPACES_TOKEN, link_fields,
	                        G_N_ELEMENTS(link_fields))) {
		return;
	}
	bad = read_link(&call);
	call.command.space = params->value[0];
	call.command.room = params->value[1];
	if (bad) {
		cardea_spaces_refuse_field(&call, bad);
	} else {
		cardea_spaces_run(&call, render_link);
	}
}

static json_t *render_links(const struct cardea_space_result *result,
                            const struct cardea_http_request *request, const struct cardea_api *api)
{
	json_t *items = json_array();

	(void)request;
	(void)api;
	for (size_t i = 0; i < result->count; i++) {
		const struct cardea_link_view *link = &result->links[i];
		char exp[CARDEA_TIME_SIZE];

		cardea_time_iso_ms(link->expires_at, exp);
		json_array_append_new(
		        items, json_pack("{s:s, s:s, s:s, s:s?, s:b, s:s, s:s}", "id", link->id, "username",
		                         link->name, "role", link->is_moderator ? "moderator" : "user",
		                         "externalUserId", link->external_user_id, "isPermanent",
		                         link->is_permanent, "state", link->state, "exp", exp));
	}
	return json_pack("{s:o}", "items", items);
}

static void get_links(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	simple_in_room(request, params, arg, CARDEA_SPACE_LINK_LIST, render_links);
}

static void delete_link(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	simple_in_room(request, params, arg, CARDEA_SPACE_LINK_REVOKE, cardea_spaces_nothing);
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/v1/users", post_user},
        {CARDEA_HTTP_GET, "/v1/users/me", get_me},
        {CARDEA_HTTP_PUT, "/v1/users/me/password", put_password},
        {CARDEA_HTTP_GET, "/v1/users/me/settings/meetings", get_settings},
        {CARDEA_HTTP_PUT, "/v1/users/me/settings/meetings", put_settings},
        {CARDEA_HTTP_POST, "/v1/spaces", post_space},
        {CARDEA_HTTP_GET, "/v1/spaces", get_spaces},
        {CARDEA_HTTP_PUT, "/v1/spaces/{space}", put_space},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/members", get_members},
        {CARDEA_HTTP_DELETE, "/v1/spaces/{space}/members/{user}", delete_member},
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/invites", post_invite},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/invites", get_invites},
        {CARDEA_HTTP_DELETE, "/v1/spaces/{space}/invites/{invite}", delete_invite},
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/invites/{invite}/activate", activate_invite},
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/rooms/{room}/roles", post_role},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/rooms/{room}/roles", get_roles},
        {CARDEA_HTTP_DELETE, "/v1/spaces/{space}/rooms/{room}/roles/{user}", delete_role},
        {CARDEA_HTTP_POST, "/v1/spaces/{space}/rooms/{room}/generate-access", post_link},
        {CARDEA_HTTP_GET, "/v1/spaces/{space}/rooms/{room}/access-links", get_links},
        {CARDEA_HTTP_DELETE, "/v1/spaces/{space}/rooms/{room}/access-links/{link}", delete_link},
};

void cardea_spaces_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
