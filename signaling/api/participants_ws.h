/*
 * participants_ws: the sockets /ws and /api/v1/ws of the participants dialect (spec/participants
 * 10): a participant follows its meeting and takes part in it. Loop thread only.
 */
#ifndef CARDEA_API_PARTICIPANTS_WS_H
#define CARDEA_API_PARTICIPANTS_WS_H

#include "api/dialect.h"

struct cardea_feed;
struct cardea_participants_ws;

/* @api and @feed are borrowed. */
struct cardea_participants_ws *cardea_participants_ws_new(const struct cardea_api *api,
                                                          struct cardea_feed *feed);
/* Adds the routes. */
void cardea_participants_ws_add(struct cardea_router *router,
                                struct cardea_participants_ws *server);
/* Clients are told to come back. */
void cardea_participants_ws_stop(struct cardea_participants_ws *server);
/* When the loop runs no more. NULL is fine. */
void cardea_participants_ws_free(struct cardea_participants_ws *server);

#endif
