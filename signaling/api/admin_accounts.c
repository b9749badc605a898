/* admin_accounts: the operator's calls about accounts, on the admin unix socket (spec/spaces S6).
 */
#include "api/dialect.h"

#include <glib.h>
#include "api/account_fields.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "domain/spaces.h"

#define AUDIT_LIMIT 1000

static void refuse_field(struct cardea_http_request *request, const char *field)
{
	g_autofree char *text = g_strdup_printf("%s is missing or malformed", field);

	cardea_reply_native_refusal(request, cardea_error_http(CARDEA_E_VALIDATION),
	                            cardea_error_code(CARDEA_E_VALIDATION), text);
}

static void account_done(int err, const char *id, void *arg)
{
	if (err) {
		cardea_reply_native_error(arg, err);
	} else {
		cardea_reply_json(arg, 200, json_pack("{s:s}", "id", id));
	}
}

static void post_user(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_account_new command;
	const char *bad = "body";
	json_t *body = NULL;
	int err = cardea_read_json(request, &body);

	(void)params;
	if (err || cardea_account_read(body, &command, &bad)) {
		refuse_field(request, bad);
	} else {
		err = cardea_domain_account_create(api->domain, NULL, &command, account_done, request);
		if (err) {
			cardea_reply_native_error(request, err);
		}
	}
	json_decref(body);
}

static const struct cardea_json_field password_fields[] = {
        {"email", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_NAME},
        {"password", CARDEA_JSON_STRING, true, CARDEA_MIN_PASSWORD, CARDEA_MAX_PASSWORD},
};

static void put_password(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_password_change command = {0};
	const char *bad = "body";
	json_t *body = NULL;
	int err = cardea_read_json(request, &body);

	(void)params;
	if (err || cardea_json_check(body, password_fields, G_N_ELEMENTS(password_fields), &bad)) {
		refuse_field(request, bad);
	} else {
		command.email = cardea_json_string(body, "email", "");
		command.password = cardea_json_string(body, "password", "");
		err = cardea_domain_password_change(api->domain, &command, account_done, request);
		if (err) {
			cardea_reply_native_error(request, err);
		}
	}
	json_decref(body);
}

static void audit_listed(int err, const struct cardea_audit_view *list, size_t count, void *arg)
{
	json_t *records;

	if (err) {
		cardea_reply_native_error(arg, err);
		return;
	}
	records = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct cardea_audit_view *view = &list[i];
		char at[CARDEA_TIME_SIZE];

		cardea_time_iso_ms(view->at, at);
		json_array_append_new(records, json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:s*, s:s*}", "id",
		                                         view->id, "at", at, "action", view->action,
		                                         "actor", view->actor, "target", view->target,
		                                         "scope", view->scope, "role", view->role));
	}
	cardea_reply_json(arg, 200, json_pack("{s:o}", "records", records));
}

static void get_audit(struct cardea_http_request *request, const struct cardea_route_params *params,
                      void *arg)
{
	const struct cardea_api *api = arg;
	g_autofree char *after = cardea_http_query_value(request, "after");
	int err = cardea_domain_audit(api->domain, after, AUDIT_LIMIT, audit_listed, request);

	(void)params;
	if (err) {
		cardea_reply_native_error(request, err);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_POST, "/users", post_user},
        {CARDEA_HTTP_PUT, "/users/password", put_password},
        {CARDEA_HTTP_GET, "/audit", get_audit},
};

void cardea_admin_accounts_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
