/*
 * admission: what a room knows of tokens: who may come in, and to which connection a token belongs.
 * Room thread only.
 */
#ifndef CARDEA_PLUGIN_ADMISSION_H
#define CARDEA_PLUGIN_ADMISSION_H

#include "room.h"

/* 0, or the error of the first check of cardea_admit that fails; changes nothing. */
int cardea_admission_check(struct cardea_room *room, const struct cardea_join_claims *claims,
                           const char *connection);

/* From now on the token of @claims is of use to @connection only. */
void cardea_admission_bind(struct cardea_room *room, const struct cardea_join_claims *claims,
                           const char *connection);

/* The connection that the token @jti is bound to, or NULL. */
const char *cardea_admission_connection(struct cardea_room *room, const char *jti);

/* Forgets the bindings of tokens that have expired. */
void cardea_admission_prune(struct cardea_room *room);

#endif
