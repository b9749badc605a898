/* views: rows as the dialects see them. */
#include "domain/views.h"

enum cardea_room_status cardea_view_status(const struct cardea_room_row *row)
{
	switch (row->status) {
	case CARDEA_ROOM_ROW_SCHEDULED:
		return CARDEA_ROOM_SCHEDULED;
	case CARDEA_ROOM_ROW_ACTIVE:
		return CARDEA_ROOM_ACTIVE;
	case CARDEA_ROOM_ROW_ENDED:
	default:
		return CARDEA_ROOM_ENDED;
	}
}

void cardea_view_room(const struct cardea_room_row *row, int64_t participant_count,
                      struct cardea_room_view *out)
{
	*out = (struct cardea_room_view){
	        .id = row->id,
	        .tenant_id = row->tenant,
	        .name = row->name,
	        .config = {.max_participants = row->max_participants,
	                   .recording_enabled = (int)row->recording_enabled,
	                   .chat_enabled = (int)row->chat_enabled,
	                   .extra = row->config_extra},
	        .status = cardea_view_status(row),
	        .scheduled_start_at = row->scheduled_start_at,
	        .scheduled_end_at = row->scheduled_end_at,
	        .allow_early_join_minutes = row->allow_early_join_minutes,
	        .started_at = row->started_at,
	        .ended_at = row->ended_at,
	        .created_at = row->created_at,
	        .updated_at = row->updated_at,
	        .participant_count = participant_count,
	};
}

void cardea_view_participant(const struct cardea_seat_row *row, struct cardea_participant_view *out)
{
	*out = (struct cardea_participant_view){
	        .id = row->id,
	        .room_id = row->room,
	        .display_name = row->display_name,
	        .external_user_id = row->external_user_id,
	        .metadata = row->metadata,
	        .role = row->role,
	        .online = row->is_online,
	        .joined_at = row->joined_at,
	        .left_at = row->left_at,
	        .created_at = row->created_at,
	};
}
