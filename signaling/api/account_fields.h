/* account_fields: what a new account is made from, in a body (spec/spaces 4). Any thread. */
#ifndef CARDEA_API_ACCOUNT_FIELDS_H
#define CARDEA_API_ACCOUNT_FIELDS_H

#include <jansson.h>
#include "domain/spaces.h"

/* True for something@somewhere, which is all that can be told without writing to it. */
bool cardea_is_email(const char *text);
/* Borrowed from @body. CARDEA_E_VALIDATION with *@bad, the name of the field. */
int cardea_account_read(const json_t *body, struct cardea_account_new *out, const char **bad);

#endif
