/* permalinks_json: permalinks as the meetings dialect shows them (spec/meetings 8). Loop thread. */
#ifndef CARDEA_API_PERMALINKS_JSON_H
#define CARDEA_API_PERMALINKS_JSON_H

#include <jansson.h>
#include "api/meetings_json.h"
#include "domain/permalinks.h"

/* A new value. What is not for who asks is null. */
json_t *cardea_json_permalink(const struct cardea_permalink *permalink,
                              const struct cardea_meeting_urls *urls);

#endif
