#include "rights_json.h"

#include <string.h>
#include "cardea_error.h"
#include "cardea_id.h"
#include "cardea_json.h"
#include "cardea_limits.h"

int cardea_rights_read_ids(const json_t *array, char ***out)
{
	size_t count = json_array_size(array), i;
	json_t *item;
	*out = NULL;
	if (count > CARDEA_MAX_ROOM_PARTICIPANTS)
		return CARDEA_E_JSON_RANGE;
	if (!json_is_array(array))
		return 0;
	char **ids = g_new0(char *, count + 1);
	json_array_foreach(array, i, item)
	{
		const char *id = json_string_value(item);
		if (!id || !cardea_id_is_plain(id, CARDEA_MAX_ID)) {
			g_strfreev(ids);
			return CARDEA_E_INVALID;
		}
		ids[i] = g_strdup(id);
	}
	*out = ids;
	return 0;
}

/* None if it is absent. */
static int read_kinds(const json_t *object, const char *name, unsigned *out)
{
	const json_t *array = json_object_get(object, name);
	*out = 0;
	if (!array || json_is_null(array))
		return 0;
	return cardea_kinds_from_json(array, out) < 0 ? CARDEA_E_JSON_RANGE : 0;
}

/* ---- policies ---- */

static const struct cardea_json_field policy_content[] = {
        {"id", CARDEA_JSON_INTEGER, false, 0, INT64_MAX},
        {"cameras_of_hosts_only", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"lists_hosts_only", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"mute_on_start", CARDEA_JSON_BOOLEAN, false, 0, 0},
        {"max_participants", CARDEA_JSON_INTEGER, false, 0, CARDEA_MAX_ROOM_PARTICIPANTS},
        {"locks", CARDEA_JSON_ARRAY, false, 0, 4},
        {"max_bitrate", CARDEA_JSON_OBJECT, false, 0, 0},
        {"video_codecs", CARDEA_JSON_ARRAY, false, 1, CARDEA_CODECS - 1},
};

static const struct cardea_json_field limits_content[] = {
        {"microphone", CARDEA_JSON_INTEGER, false, CARDEA_CAP_MIN_BPS, CARDEA_CAP_MAX_BPS},
        {"camera", CARDEA_JSON_INTEGER, false, CARDEA_CAP_MIN_BPS, CARDEA_CAP_MAX_BPS},
        {"screen", CARDEA_JSON_INTEGER, false, CARDEA_CAP_MIN_BPS, CARDEA_CAP_MAX_BPS},
        {"screen_audio", CARDEA_JSON_INTEGER, false, CARDEA_CAP_MIN_BPS, CARDEA_CAP_MAX_BPS},
};

/* In the order of enum cardea_rank. */
static const struct cardea_json_field ranks_content[CARDEA_RANKS] = {
        {"host", CARDEA_JSON_OBJECT, false, 0, 0},
        {"participant", CARDEA_JSON_OBJECT, false, 0, 0},
        {"guest", CARDEA_JSON_OBJECT, false, 0, 0},
};

_Static_assert(G_N_ELEMENTS(limits_content) == CARDEA_SOURCE_KINDS, "a limit for each source");

static int read_max_bitrate(const json_t *policy, struct cardea_policy *out)
{
	const json_t *all = json_object_get(policy, "max_bitrate");
	if (!json_is_object(all))
		return 0;
	int err = cardea_json_check(all, ranks_content, CARDEA_RANKS, NULL);
	for (unsigned rank = 0; rank < CARDEA_RANKS && err == 0; rank++) {
		const json_t *limits = json_object_get(all, ranks_content[rank].name);
		if (!json_is_object(limits))
			continue;
		err = cardea_json_check(limits, limits_content, G_N_ELEMENTS(limits_content), NULL);
		for (unsigned i = 0; i < CARDEA_SOURCE_KINDS; i++)
			out->max_bps[rank][i] =
			        (uint32_t)cardea_json_integer(limits, limits_content[i].name, 0);
	}
	return err;
}

/* VP8, which every browser has, by default. */
static int read_video_codecs(const json_t *array, struct cardea_codec_list *out)
{
	unsigned seen = 1u << CARDEA_CODEC_OPUS;
	size_t i;
	json_t *name;
	*out = (struct cardea_codec_list){.count = 1, .codecs = {CARDEA_CODEC_VP8}};
	json_array_foreach(array, i, name)
	{
		enum cardea_codec codec;
		if (!json_is_string(name))
			return CARDEA_E_JSON_TYPE;
		if (cardea_codec_parse(json_string_value(name), &codec) < 0 || (seen & 1u << codec))
			return CARDEA_E_JSON_RANGE;
		seen |= 1u << codec;
		out->codecs[i] = codec;
		out->count = (unsigned)i + 1;
	}
	return 0;
}

int cardea_rights_read_policy(const json_t *policy, struct cardea_policy *out)
{
	*out = (struct cardea_policy){0};
	if (!policy || json_is_null(policy))
		return read_video_codecs(NULL, &out->video_codecs);
	int err = cardea_json_check(policy, policy_content, G_N_ELEMENTS(policy_content), NULL);
	if (err == 0)
		err = read_video_codecs(json_object_get(policy, "video_codecs"), &out->video_codecs);
	if (err < 0)
		return err;
	out->max_participants = (unsigned)cardea_json_integer(policy, "max_participants", 0);
	out->id = cardea_json_integer(policy, "id", 0);
	out->cameras_of_hosts_only = cardea_json_boolean(policy, "cameras_of_hosts_only", false);
	out->lists_hosts_only = cardea_json_boolean(policy, "lists_hosts_only", false);
	out->mute_on_start = cardea_json_boolean(policy, "mute_on_start", false);
	err = read_kinds(policy, "locks", &out->locks);
	return err < 0 ? err : read_max_bitrate(policy, out);
}

/* ---- grants ---- */

static const struct cardea_json_field grant_content[] = {
        {"seat", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_ID},
        {"gen", CARDEA_JSON_INTEGER, true, 0, INT64_MAX},
        {"id", CARDEA_JSON_INTEGER, false, 0, INT64_MAX},
        {"publish", CARDEA_JSON_ARRAY, false, 0, 4},
        {"locks", CARDEA_JSON_ARRAY, false, 0, 4},
        {"unlocks", CARDEA_JSON_ARRAY, false, 0, 4},
        {"role", CARDEA_JSON_STRING, false, 1, 16},
};

static int read_subscribe(const json_t *value, struct cardea_grant *grant)
{
	if (!value || json_is_null(value))
		return 0;
	grant->has_subscribe = true;
	if (json_is_array(value)) {
		grant->subscribe = CARDEA_SUBSCRIBE_LIST;
		return cardea_rights_read_ids(value, &grant->subscribe_list);
	}
	const char *name = json_string_value(value);
	if (!name)
		return CARDEA_E_JSON_TYPE;
	if (strcmp(name, "hosts") == 0)
		grant->subscribe = CARDEA_SUBSCRIBE_HOSTS;
	else if (strcmp(name, "all") != 0)
		return CARDEA_E_JSON_RANGE;
	return 0;
}

static int read_role(const char *name, struct cardea_grant *grant)
{
	grant->has_role = name != NULL;
	return name && cardea_role_parse(name, &grant->role) < 0 ? CARDEA_E_JSON_RANGE : 0;
}

static int read_grant(const json_t *object, struct cardea_grant *grant)
{
	int err = cardea_json_check(object, grant_content, G_N_ELEMENTS(grant_content), NULL);
	if (err < 0)
		return err;
	grant->gen = cardea_json_integer(object, "gen", 0);
	grant->id = cardea_json_integer(object, "id", 0);
	grant->has_publish = json_is_array(json_object_get(object, "publish"));
	err = read_kinds(object, "publish", &grant->publish);
	if (err == 0)
		err = read_kinds(object, "locks", &grant->locks);
	if (err == 0)
		err = read_kinds(object, "unlocks", &grant->unlocks);
	if (err == 0)
		err = read_role(cardea_json_string(object, "role", NULL), grant);
	return err < 0 ? err : read_subscribe(json_object_get(object, "subscribe"), grant);
}

int cardea_rights_read_grant(const json_t *object, struct cardea_grant **out)
{
	struct cardea_grant *grant = g_new0(struct cardea_grant, 1);
	int err = read_grant(object, grant);
	if (err < 0)
		cardea_grant_free(grant);
	else
		*out = grant;
	return err;
}
