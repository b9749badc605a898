/* admin_tenants: the operator makes tenants. */
#include "api/admin_tenants.h"

#include "api/dialect.h"
#include "api/reply.h"
#include "api/tenants_json.h"
#include "cardea_error.h"

static void tenant_made(int err, const struct cardea_tenant_view *tenant, const char *api_key,
                        void *arg)
{
	if (err || !tenant) {
		cardea_reply_native_error(arg, err);
		return;
	}
	cardea_http_add_header(arg, "Cache-Control", "no-store");
	cardea_reply_json(
	        arg, 201,
	        json_pack("{s:o, s:s}", "tenant", cardea_json_tenant(tenant), "api_key", api_key));
}

void cardea_admin_post_tenant(struct cardea_http_request *request,
                              const struct cardea_route_params *params, void *arg)
{
	const struct cardea_api *api = arg;
	struct cardea_tenant_limits limits;
	const char *name = NULL, *bad;
	json_t *body = NULL;
	int err = cardea_read_json(request, &body);

	(void)params;
	if (!err) {
		err = cardea_json_read_tenant(body, &name, &limits, &bad);
	}
	if (!err && !name) {
		err = CARDEA_E_NAME_REQUIRED;
	}
	if (!err) {
		err = cardea_domain_tenant_create(api->domain, name, &limits, tenant_made, request);
	}
	if (err) {
		cardea_reply_native_error(request, err);
	}
	json_decref(body);
}
