/* tenants_json: a tenant as the participants dialect and the operator read and write it
 * (spec/participants 3). Pure; any thread. */
#ifndef CARDEA_API_TENANTS_JSON_H
#define CARDEA_API_TENANTS_JSON_H

#include <jansson.h>
#include "domain/tenants.h"

/* A new object; secrets of the webhook are left out. */
json_t *cardea_json_tenant(const struct cardea_tenant_view *tenant);

/* Name and limits of @body. 0, or an error of cardea_json_check with the field in *@bad. The name
 * is borrowed from @body; NULL = there is none. */
int cardea_json_read_tenant(const json_t *body, const char **name, struct cardea_tenant_limits *out,
                            const char **bad);

/* What nothing is changed by. */
extern const struct cardea_tenant_config cardea_tenant_config_absent;
/* The configuration in @body; its texts are new and freed by cardea_json_clear_config. NULL, or
 * what is wrong with it, freed with g_free. */
char *cardea_json_read_config(const json_t *body, struct cardea_tenant_config *out);
void cardea_json_clear_config(struct cardea_tenant_config *config);

#endif
