/*
 * participant: a seat that is online in a room: its claims, its connection of up to two handles and
 * the rights in force. Room thread only.
 */
#ifndef CARDEA_PLUGIN_PARTICIPANT_H
#define CARDEA_PLUGIN_PARTICIPANT_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "cardea_bucket.h"
#include "cardea_join_token.h"
#include "codec.h"
#include "session.h"

#define CARDEA_CONNECTION_SIZE 23 /* 22 characters and NUL */

/* What a gateway has granted a seat beyond its token; NULL lists and false flags leave the token's
 * word in force. */
struct cardea_grant {
	int64_t gen;
	int64_t id; /* of the log event it follows from; the highest is the latest */
	bool has_publish;
	unsigned publish; /* set of enum cardea_kind */
	bool has_subscribe;
	enum cardea_subscribe subscribe;
	char **subscribe_list; /* owned */
	unsigned locks;        /* kinds this seat may not publish */
	unsigned unlocks;      /* kinds that the room's locks leave it */
	bool has_role;
	enum cardea_role role;
};

void cardea_grant_free(struct cardea_grant *grant);

enum cardea_handle_index { CARDEA_PUBLISHER = 0, CARDEA_RECEIVER, CARDEA_HANDLES };

struct cardea_participant {
	struct cardea_join_claims claims; /* owned */
	char connection[CARDEA_CONNECTION_SIZE];
	struct cardea_session *handles[CARDEA_HANDLES]; /* references, or NULL */
	unsigned rights;                                /* kinds in force when they were last told */
	struct cardea_codec_list video_codecs;          /* of the room's policy at the join */
	struct cardea_bucket messages;                  /* over both handles */
	bool started;                                   /* has published once */
	int64_t told_before;                            /* the room's `told` when it joined */
};

/* Takes over what @claims owns. */
struct cardea_participant *cardea_participant_new(struct cardea_join_claims *claims,
                                                  const char *connection);
void cardea_participant_free(struct cardea_participant *participant);

/* Replaces the claims by those of a newer token of the same seat, taking them over. */
void cardea_participant_renew(struct cardea_participant *participant,
                              struct cardea_join_claims *claims);

static inline const char *cardea_participant_id(const struct cardea_participant *participant)
{
	return participant->claims.sub;
}

/* Counts one request that the gateway has to decide on; false if it is one too many. */
bool cardea_participant_may_ask(struct cardea_participant *participant);

/* Kinds that may be published: the grant or else the token, cut by its locks and, except for hosts,
 * by @room_locks. Nothing for hidden ones. @grant may be NULL. */
unsigned cardea_participant_rights(const struct cardea_participant *participant,
                                   const struct cardea_grant *grant, unsigned room_locks);

/* Takes over the role that @grant (may be NULL) gives; true if it is another one. */
bool cardea_participant_take_role(struct cardea_participant *participant,
                                  const struct cardea_grant *grant);

/* Whether it wants @other's sources: by grant or else token; never its own. */
bool cardea_participant_watches(const struct cardea_participant *participant,
                                const struct cardea_grant *grant,
                                const struct cardea_participant *other);

/* What sources are, as everyone is told: an item for each one that is published. New array. */
json_t *cardea_participant_sources(const struct cardea_participant *participant);

/* The participant object of rosters (docs/plugin-api.md 4). New object. */
json_t *cardea_participant_public(const struct cardea_participant *participant);

/* The participant object for itself, in `joined` and `synced`. New object. */
json_t *cardea_participant_own(const struct cardea_participant *participant);

/* Admin's view. New object. */
json_t *cardea_participant_admin(const struct cardea_participant *participant);

#endif
