/* admin_tenants: the operator makes tenants (spec/participants P3). Loop thread only. */
#ifndef CARDEA_API_ADMIN_TENANTS_H
#define CARDEA_API_ADMIN_TENANTS_H

#include "net/router.h"

/* POST /tenants on the admin socket: {name, limits} -> 201 {tenant, api_key}. */
void cardea_admin_post_tenant(struct cardea_http_request *request,
                              const struct cardea_route_params *params, void *api);

#endif
