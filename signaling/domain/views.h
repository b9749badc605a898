/* views: rows as the dialects see them. Pure; the strings stay the row's. */
#ifndef CARDEA_DOMAIN_VIEWS_H
#define CARDEA_DOMAIN_VIEWS_H

#include "domain/domain.h"
#include "store/participants.h"
#include "store/rooms.h"

void cardea_view_room(const struct cardea_room_row *row, int64_t participant_count,
                      struct cardea_room_view *out);
void cardea_view_participant(const struct cardea_seat_row *row,
                             struct cardea_participant_view *out);
enum cardea_room_status cardea_view_status(const struct cardea_room_row *row);

#endif
