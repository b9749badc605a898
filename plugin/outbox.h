/*
 * outbox: the numbered upward events of one room, kept until a gateway has acknowledged them
 * (docs/plugin-api.md 5), so that a gateway's restart loses none.
 *
 * Room thread only, except the two numbers, which any thread may read.
 */
#ifndef CARDEA_PLUGIN_OUTBOX_H
#define CARDEA_PLUGIN_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

struct cardea_outbox;

/* Keeps at most @limit events. */
struct cardea_outbox *cardea_outbox_new(unsigned limit);
void cardea_outbox_free(struct cardea_outbox *outbox);

int64_t cardea_outbox_seq(const struct cardea_outbox *outbox);   /* last number given */
int64_t cardea_outbox_acked(const struct cardea_outbox *outbox); /* last number acknowledged */

/* Gives @event the next number (its field `seq`) and keeps a reference. False if the limit was
 * passed: all kept events are dropped, this one included; its number stays used. */
bool cardea_outbox_append(struct cardea_outbox *outbox, json_t *event);

/* Forgets events up to @seq. Numbers from the future and from the past are ignored. */
void cardea_outbox_ack(struct cardea_outbox *outbox, int64_t seq);

/* True if all events from number @from on are still kept (also when there is none yet). */
bool cardea_outbox_has(const struct cardea_outbox *outbox, int64_t from);

/* Calls @each for the kept events from number @from on, in order; events are borrowed. */
typedef void (*cardea_outbox_h)(json_t *event, void *arg);
void cardea_outbox_replay(const struct cardea_outbox *outbox, int64_t from, cardea_outbox_h each,
                          void *arg);

#endif
