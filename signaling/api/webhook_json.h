/* webhook_json: webhooks as their owner and their receiver see them (spec/meetings 8). Loop thread.
 */
#ifndef CARDEA_API_WEBHOOK_JSON_H
#define CARDEA_API_WEBHOOK_JSON_H

#include <jansson.h>
#include "domain/webhooks.h"

/* Details, a new value; null for NULL. */
json_t *cardea_json_webhook(const struct cardea_webhook *webhook);

/* The type of that name, 0 if there is none. */
unsigned cardea_webhook_type_by_name(const char *name);

/* The body of a request to the receiver; with `seq`, our own addition. New text, freed with free();
 * NULL if it cannot be made. */
char *cardea_webhook_render(const struct cardea_webhook_message *message);

#endif
