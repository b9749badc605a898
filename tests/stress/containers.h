/* containers: see containers.c for what is made visible and why. */
#ifndef CARDEA_STRESS_CONTAINERS_H
#define CARDEA_STRESS_CONTAINERS_H

#include <jansson.h>

/* Reads all of @json, as a transport does that writes it out. */
void containers_read(json_t *json);

#endif
