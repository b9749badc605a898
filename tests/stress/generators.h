/* generators: the random values of requests. Any thread. */
#ifndef CARDEA_STRESS_GENERATORS_H
#define CARDEA_STRESS_GENERATORS_H

#include <jansson.h>
#include "fake_core.h"

/* The value that "$@name" stands for; a new reference. Fails for an unknown name. */
json_t *generate(const char *name, struct fake_handle *handle);
/* A client's offer, and its answer to the plugin's; some are nonsense. */
json_t *generate_offer(struct fake_handle *handle);
json_t *generate_answer(void);

#endif
