/* participants_tenants: a tenant looks after itself (spec/participants 3). */
#include "api/participants_calls.h"

#include <glib.h>
#include "api/reply.h"
#include "api/tenants_json.h"
#include "cardea_error.h"
#include "domain/tenants.h"

#define FAILED "failed to update tenant"

/* Who calls, and the tenant of the path. */
static bool read_call(struct cardea_http_request *request, const char *id,
                      struct cardea_presented *who)
{
	if (!cardea_participants_caller(request, who)) {
		return false;
	}
	if (cardea_id_is_uuid(id)) {
		return true;
	}
	cardea_participants_fail(request, CARDEA_E_TENANT_ID_INVALID, "");
	return false;
}

static void tenant_given(int err, const struct cardea_tenant_view *tenant, void *arg)
{
	if (err || !tenant) {
		cardea_participants_fail(arg, err, FAILED);
		return;
	}
	cardea_reply_json(arg, 200, cardea_json_tenant(tenant));
}

static void get_tenant(struct cardea_http_request *request,
                       const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	int err;

	if (!read_call(request, params->value[0], &who)) {
		return;
	}
	err = cardea_domain_tenant_get(api->domain, &who, params->value[0], tenant_given, request);
	if (err) {
		tenant_given(err, NULL, request);
	}
}

static void update(struct cardea_http_request *request, const struct cardea_api *api,
                   const struct cardea_presented *who, const char *id,
                   const struct cardea_tenant_change *change)
{
	int err = cardea_domain_tenant_update(api->domain, who, id, change, tenant_given, request);

	if (err) {
		tenant_given(err, NULL, request);
	}
}

static void patch_tenant(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	struct cardea_tenant_change change = {.config = cardea_tenant_config_absent};
	struct cardea_presented who;
	const char *bad;
	json_t *body;
	int err;

	if (!read_call(request, params->value[0], &who) ||
	    !(body = cardea_participants_body(request, NULL, 0))) {
		return;
	}
	err = cardea_json_read_tenant(body, &change.name, &change.limits, &bad);
	if (err) {
		cardea_participants_bad_field(request, err, bad);
	} else {
		update(request, arg, &who, params->value[0], &change);
	}
	json_decref(body);
}

static void patch_config(struct cardea_http_request *request,
                         const struct cardea_route_params *params, void *arg)
{
	struct cardea_tenant_change change = {.limits = {-1, -1, -1, -1}};
	struct cardea_presented who;
	char *wrong;
	json_t *body;

	if (!read_call(request, params->value[0], &who) ||
	    !(body = cardea_participants_body(request, NULL, 0))) {
		return;
	}
	wrong = cardea_json_read_config(body, &change.config);
	if (wrong) {
		cardea_reply_error(request, 400, wrong);
	} else {
		update(request, arg, &who, params->value[0], &change);
	}
	cardea_json_clear_config(&change.config);
	g_free(wrong);
	json_decref(body);
}

static void tenant_deleted(int err, const struct cardea_tenant_view *tenant, void *arg)
{
	if (err || !tenant) {
		cardea_participants_fail(arg, err, "failed to delete tenant");
		return;
	}
	cardea_reply_json(arg, 200, json_pack("{s:s, s:b}", "id", tenant->id, "is_active", 0));
}

static void delete_tenant(struct cardea_http_request *request,
                          const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	int err;

	if (!read_call(request, params->value[0], &who)) {
		return;
	}
	err = cardea_domain_tenant_delete(api->domain, &who, params->value[0], tenant_deleted, request);
	if (err) {
		tenant_deleted(err, NULL, request);
	}
}

static void key_rotated(int err, const struct cardea_tenant_view *tenant, const char *api_key,
                        void *arg)
{
	if (err || !tenant) {
		cardea_participants_fail(arg, err, "failed to rotate key");
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(arg, 200, json_pack("{s:s}", "api_key", api_key));
}

static void post_rotate(struct cardea_http_request *request,
                        const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_presented who;
	int err;

	if (!read_call(request, params->value[0], &who)) {
		return;
	}
	err = cardea_domain_tenant_rotate_key(api->domain, &who, params->value[0], key_rotated,
	                                      request);
	if (err) {
		key_rotated(err, NULL, NULL, request);
	}
}

static const struct cardea_route routes[] = {
        {CARDEA_HTTP_GET, "/api/v1/tenants/{id}", get_tenant},
        {CARDEA_HTTP_PATCH, "/api/v1/tenants/{id}", patch_tenant},
        {CARDEA_HTTP_DELETE, "/api/v1/tenants/{id}", delete_tenant},
        {CARDEA_HTTP_PATCH, "/api/v1/tenants/{id}/config", patch_config},
        {CARDEA_HTTP_POST, "/api/v1/tenants/{id}/rotate-key", post_rotate},
};

void cardea_participants_tenants_add(struct cardea_router *router, const struct cardea_api *api)
{
	cardea_router_add(router, routes, G_N_ELEMENTS(routes), (void *)api);
}
