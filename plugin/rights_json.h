/*
 * rights_json: policies and grants as gateways write them (docs/plugin-api.md 5). No state, any
 * thread.
 */
#ifndef CARDEA_PLUGIN_RIGHTS_JSON_H
#define CARDEA_PLUGIN_RIGHTS_JSON_H

#include <jansson.h>
#include "participant.h"
#include "room.h"

/* The default for NULL and null. 0 or the error of what is wrong. */
int cardea_rights_read_policy(const json_t *policy, struct cardea_policy *out);
/* A new grant in *@out (cardea_grant_free), or the error of what is wrong. */
int cardea_rights_read_grant(const json_t *object, struct cardea_grant **out);
/* An array of ids as a new NULL-terminated list; NULL for what is no array. 0, or
 * CARDEA_E_JSON_RANGE, CARDEA_E_INVALID. */
int cardea_rights_read_ids(const json_t *array, char ***out);

#endif
