/*
 * pages: the built pages for people: the join page at `/` and at `/room/{alias}` (spec/spaces,
 * spec/plugnmeet N10), the account pages at `/account`, and the settings that they read. Loop
 * thread.
 */
#ifndef CARDEA_API_PAGES_H
#define CARDEA_API_PAGES_H

#include <stdbool.h>
#include "net/static.h"

struct cardea_http_request;

/* Reads the pages in @folder. CARDEA_E_NOT_FOUND if there is none. */
int cardea_pages_load(const char *folder, const struct cardea_static_policy *policy,
                      struct cardea_static **out);

/* Answers @request if it asks for a page or for a file of one; false, and not answered, if not. */
bool cardea_pages_reply(const struct cardea_static *pages, struct cardea_http_request *request);

#endif
