#include "participant.h"

#include <string.h>
#include "cardea_clock.h"

static const struct cardea_rate message_rate = {
        .per_second = CARDEA_MESSAGES_PER_SECOND,
        .burst = CARDEA_MESSAGE_BURST,
};

void cardea_grant_free(struct cardea_grant *grant)
{
	if (!grant)
		return;
	g_strfreev(grant->subscribe_list);
	g_free(grant);
}

struct cardea_participant *cardea_participant_new(struct cardea_join_claims *claims,
                                                  const char *connection)
{
	struct cardea_participant *participant = g_new0(struct cardea_participant, 1);
	participant->claims = *claims;
	*claims = (struct cardea_join_claims){0};
	g_strlcpy(participant->connection, connection, sizeof(participant->connection));
	cardea_bucket_init(&participant->messages, &message_rate,
	                   cardea_clock_mono_ms(&cardea_clock_system));
	return participant;
}

bool cardea_participant_may_ask(struct cardea_participant *participant)
{
	return cardea_bucket_take(&participant->messages, &message_rate,
	                          cardea_clock_mono_ms(&cardea_clock_system));
}

void cardea_participant_free(struct cardea_participant *participant)
{
	for (unsigned i = 0; i < CARDEA_HANDLES; i++) {
		if (participant->handles[i])
			cardea_session_put(participant->handles[i]);
	}
	cardea_join_claims_clear(&participant->claims);
	g_free(participant);
}

void cardea_participant_renew(struct cardea_participant *participant,
                              struct cardea_join_claims *claims)
{
	cardea_join_claims_clear(&participant->claims);
	participant->claims = *claims;
	*claims = (struct cardea_join_claims){0};
}

/* A grant from before a removal and re-admission says nothing about the new admission. */
static bool grant_counts(const struct cardea_participant *participant,
                         const struct cardea_grant *grant)
{
	return grant && grant->gen >= participant->claims.gen;
}

unsigned cardea_participant_rights(const struct cardea_participant *participant,
                                   const struct cardea_grant *grant, unsigned room_locks)
{
	const struct cardea_join_claims *claims = &participant->claims;
	if (claims->hidden)
		return 0;
	unsigned rights = claims->publish;
	if (grant_counts(participant, grant)) {
		if (grant->has_publish)
			rights = grant->publish;
		rights &= ~grant->locks;
		room_locks &= ~grant->unlocks;
	}
	if (claims->role != CARDEA_ROLE_HOST)
		rights &= ~room_locks;
	return rights;
}

bool cardea_participant_take_role(struct cardea_participant *participant,
                                  const struct cardea_grant *grant)
{
	if (!grant_counts(participant, grant) || !grant->has_role ||
	    grant->role == participant->claims.role)
		return false;
	participant->claims.role = grant->role;
	return true;
}

bool cardea_participant_watches(const struct cardea_participant *participant,
                                const struct cardea_grant *grant,
                                const struct cardea_participant *other)
{
	if (participant == other)
		return false;
	enum cardea_subscribe subscribe = participant->claims.subscribe;
	char **list = participant->claims.subscribe_list;
	if (grant_counts(participant, grant) && grant->has_subscribe) {
		subscribe = grant->subscribe;
		list = grant->subscribe_list;
	}
	switch (subscribe) {
	case CARDEA_SUBSCRIBE_ALL:
		return true;
	case CARDEA_SUBSCRIBE_HOSTS:
		return other->claims.role == CARDEA_ROLE_HOST;
	case CARDEA_SUBSCRIBE_LIST:
		return list && g_strv_contains((const char *const *)list, other->claims.sub);
	}
	return false;
}

json_t *cardea_participant_sources(const struct cardea_participant *participant)
{
	json_t *array = json_array();
	struct cardea_session *session = participant->handles[CARDEA_PUBLISHER];
	for (unsigned i = 0; session && i < CARDEA_SOURCE_KINDS; i++) {
		struct cardea_source *source = &session->sources[i];
		if (cardea_source_published(source))
			json_array_append_new(array, json_pack("{s:s, s:b}", "kind",
			                                       cardea_source_kind_name(source->which), "active",
			                                       (int)atomic_load(&source->open)));
	}
	return array;
}

json_t *cardea_participant_public(const struct cardea_participant *participant)
{
	const struct cardea_join_claims *claims = &participant->claims;
	return json_pack("{s:s, s:s, s:s, s:b, s:s*, s:o}", "id", claims->sub, "name", claims->name,
	                 "role", cardea_role_name(claims->role), "guest", (int)claims->guest, "avatar",
	                 claims->avatar[0] ? claims->avatar : NULL, "sources",
	                 cardea_participant_sources(participant));
}

json_t *cardea_participant_own(const struct cardea_participant *participant)
{
	const struct cardea_join_claims *claims = &participant->claims;
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:o}", "id", claims->sub, "client_id",
	                 claims->client_id, "name", claims->name, "role",
	                 cardea_role_name(claims->role), "guest", (int)claims->guest, "hidden",
	                 (int)claims->hidden, "publish", cardea_kinds_to_json(participant->rights));
}

json_t *cardea_participant_admin(const struct cardea_participant *participant)
{
	const struct cardea_join_claims *claims = &participant->claims;
	json_t *handles = json_array();
	if (participant->handles[CARDEA_PUBLISHER])
		json_array_append_new(handles, json_string("publish"));
	if (participant->handles[CARDEA_RECEIVER])
		json_array_append_new(handles, json_string("receive"));
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:o, s:o}", "id", claims->sub,
	                 "client_id", claims->client_id, "name", claims->name, "role",
	                 cardea_role_name(claims->role), "guest", (int)claims->guest, "hidden",
	                 (int)claims->hidden, "connection", participant->connection, "sources",
	                 cardea_participant_sources(participant), "handles", handles);
}
