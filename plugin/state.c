#include "state.h"

#include "assign.h"
#include "hands.h"
#include "roster.h"
#include "speaking.h"

void cardea_state_add(struct cardea_room *room, struct cardea_session *session, json_t *object)
{
	const struct cardea_participant *participant = session->participant;
	json_object_set_new(object, "room",
	                    json_pack("{s:s, s:I}", "id", room->id, "epoch",
	                              (json_int_t)atomic_load(&room->epoch)));
	json_object_set_new(object, "participant", cardea_participant_own(participant));
	if (atomic_load(&session->kind) != CARDEA_HANDLE_RECEIVE)
		return;
	json_object_set_new(object, "roster", cardea_roster_for(room, participant));
	json_object_set_new(object, "map", cardea_assign_map(session));
	json_object_set_new(object, "speaking", cardea_speaking_told(room));
	json_object_set_new(object, "hands", cardea_hands_told(room));
}
