/*
 * membership: who is in a room: joining, leaving, removal, rights. Room thread only.
 *
 * Callers end their job with cardea_room_settle.
 */
#ifndef CARDEA_PLUGIN_MEMBERSHIP_H
#define CARDEA_PLUGIN_MEMBERSHIP_H

#include "participant.h"
#include "room.h"

/* A join that passed verification. */
struct cardea_joining {
	enum cardea_handle_kind kind;
	const char *connection;
	unsigned audio_slots, video_slots; /* receive only */
	bool data;                         /* receive only: with a line for data channels */
};

/*
 * Admits @session into @room by @claims (taken over on success) or refuses with the error of the
 * first check that fails; a refusal changes nothing.
 */
int cardea_membership_join(struct cardea_room *room, struct cardea_session *session,
                           const struct cardea_joining *joining, struct cardea_join_claims *claims);

/* The handle is gone (hangup, detach); with the last one the participant goes offline. Nothing for
 * a handle that is not joined. */
void cardea_membership_handle_gone(struct cardea_room *room, struct cardea_session *session);

/* Ends the whole connection. Every handle but @silent is told `removed`; @text may be NULL. */
void cardea_membership_remove(struct cardea_room *room, struct cardea_participant *participant,
                              const char *reason, const char *text,
                              const struct cardea_session *silent);
void cardea_membership_remove_all(struct cardea_room *room, const char *reason, const char *text);

/* Takes a participant out of the room, with what they publish and show, but leaves their handles as
 * they are: the caller owns @participant now. @reason is for the gateways. */
void cardea_membership_take(struct cardea_room *room, struct cardea_participant *participant,
                            const char *reason);
/* Puts @participant, who is in no room, into this one and takes them over: rights, gateways,
 * roster, and what their handles publish. The caller has found that the room admits them. */
void cardea_membership_put(struct cardea_room *room, struct cardea_participant *participant);

/* Recomputes rights after a grant, a policy or a new token, and tells the participant. */
void cardea_membership_refresh(struct cardea_room *room, struct cardea_participant *participant);
void cardea_membership_refresh_all(struct cardea_room *room);

/* A source's m-line, activity or rights changed: opens or closes it and reports. */
void cardea_membership_refresh_source(struct cardea_room *room,
                                      struct cardea_participant *participant,
                                      struct cardea_source *source);

/* A moderator switches the source of @kind off, if it is on: it is inactive with the next packet,
 * and its client is told. Or on, with @muted false. */
void cardea_membership_mute(struct cardea_room *room, struct cardea_participant *participant,
                            enum cardea_kind kind, bool muted);

/* The upward snapshot's participants. New array. */
json_t *cardea_membership_snapshot(struct cardea_room *room);

#endif
