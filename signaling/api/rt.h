/*
 * rt: the /rt socket of the meetings dialect (spec/meetings 13): users of a meeting, who have an
 * access key, and observers of a room, who have an API key, follow it over ActionCable. Loop thread
 * only.
 */
#ifndef CARDEA_API_RT_H
#define CARDEA_API_RT_H

#include "api/dialect.h"

struct cardea_feed;
struct cardea_loop;
struct cardea_rt;

/* @api and @feed are borrowed. */
struct cardea_rt *cardea_rt_new(const struct cardea_api *api, struct cardea_feed *feed,
                                struct cardea_loop *loop);
/* Adds the route. */
void cardea_rt_add(struct cardea_router *router, struct cardea_rt *rt);
/* Clients are told to come back. */
void cardea_rt_stop(struct cardea_rt *rt);
/* When the loop runs no more. NULL is fine. */
void cardea_rt_free(struct cardea_rt *rt);

/* True while somebody of @session follows it whose socket keeps it from ending
 * (spec/meetings 11.3). */
bool cardea_rt_holds(const struct cardea_rt *rt, const char *session);

#endif
