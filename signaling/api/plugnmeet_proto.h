/*
 * plugnmeet_proto: the messages of the plugNmeet dialect (spec/plugnmeet 3-5, 10) as tables of
 * api/protojson. What is decoded by one of them has its names.
 */
#ifndef CARDEA_API_PLUGNMEET_PROTO_H
#define CARDEA_API_PLUGNMEET_PROTO_H

#include "api/protojson.h"

/* What backends ask. */
extern const struct cardea_proto_message cardea_plugnmeet_create;
extern const struct cardea_proto_message cardea_plugnmeet_join;
extern const struct cardea_proto_message cardea_plugnmeet_of_room; /* room_id alone */
extern const struct cardea_proto_message cardea_plugnmeet_past;
extern const struct cardea_proto_message cardea_plugnmeet_broadcast;
/* What people in the room ask. */
extern const struct cardea_proto_message cardea_plugnmeet_mute;
extern const struct cardea_proto_message cardea_plugnmeet_remove;
extern const struct cardea_proto_message cardea_plugnmeet_present;
extern const struct cardea_proto_message cardea_plugnmeet_lock;
extern const struct cardea_proto_message cardea_plugnmeet_approve;
extern const struct cardea_proto_message cardea_plugnmeet_waiting_text;
extern const struct cardea_proto_message cardea_plugnmeet_visibility;
/* Parts of what is answered. */
extern const struct cardea_proto_message cardea_plugnmeet_room_metadata;
extern const struct cardea_proto_message cardea_plugnmeet_user_metadata;
extern const struct cardea_proto_message cardea_plugnmeet_active_room;
extern const struct cardea_proto_message cardea_plugnmeet_person;
extern const struct cardea_proto_message cardea_plugnmeet_past_rooms;

#endif
