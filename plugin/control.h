/*
 * control: the control handles that gateways have attached, and what goes up to them.
 *
 * Any thread; one leaf mutex over the list, never held while something is pushed.
 */
#ifndef CARDEA_PLUGIN_CONTROL_H
#define CARDEA_PLUGIN_CONTROL_H

#include <jansson.h>

struct cardea_control;
struct cardea_node;
struct cardea_room;
struct cardea_session;

struct cardea_control *cardea_control_new(struct cardea_node *node);
void cardea_control_free(struct cardea_control *control);

/* Adds a handle that has said hello; twice is once. */
void cardea_control_add(struct cardea_control *control, struct cardea_session *session);
void cardea_control_remove(struct cardea_control *control, struct cardea_session *session);

/* Numbers, keeps and sends an upward event of @room to every gateway; takes over @fields (an
 * object). Room thread. */
void cardea_control_report(struct cardea_room *room, const char *event, json_t *fields);

/* A new event that is not kept, with the number of the room's last one: `snapshot`, `resync`. */
json_t *cardea_control_unkept(struct cardea_room *room, const char *event, json_t *fields);

#endif
