/* origins: the pages that may call for a tenant (spec/participants 3.3, spec/native 12). Pure; any
 * thread. */
#ifndef CARDEA_DOMAIN_ORIGINS_H
#define CARDEA_DOMAIN_ORIGINS_H

#include <stdbool.h>

#define CARDEA_MAX_ORIGINS 20

/* 0 or what is wrong with @text: CARDEA_E_ORIGIN_URL, _ORIGIN_SCHEME, _ORIGIN_HOST,
 * _ORIGIN_WILDCARD, _ORIGIN_PATH. On this machine (localhost, 127.0.0.1, [::1]) nothing is. */
int cardea_origin_check(const char *text);

/* Is @origin one of @list, which has blanks between them? An empty or missing list allows any. */
bool cardea_origin_is_allowed(const char *list, const char *origin);

#endif
