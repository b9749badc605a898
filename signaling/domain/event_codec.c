/* event_codec: the text form of an event's data in the log. */
#include "domain/event_codec.h"

#include <string.h>
#include <jansson.h>
#include "cardea_error.h"
#include "cardea_join_token.h"
#include "cardea_json.h"
#include "domain/locks.h"
#include "store/store.h"

static int put_string(json_t *object, const char *name, const char *value)
{
	return value ? json_object_set_new(object, name, json_string(value)) : 0;
}

static int put_integer(json_t *object, const char *name, int64_t value)
{
	return value ? json_object_set_new(object, name, json_integer(value)) : 0;
}

static int put_true(json_t *object, const char *name, bool value)
{
	return value ? json_object_set_new(object, name, json_true()) : 0;
}

static json_t *locks_object(const struct cardea_locks *locks)
{
	json_t *object = json_object();

	for (unsigned lock = 1; lock <= CARDEA_LOCK_ALL; lock <<= 1) {
		if (locks->set & lock) {
			json_object_set_new(object, cardea_lock_name(lock), json_boolean(locks->on & lock));
		}
	}
	return object;
}

char *cardea_event_encode(const struct cardea_event_data *data)
{
	json_t *object = json_object();
	char *text = NULL;
	int failed = 0;

	failed |= put_string(object, "participant", data->participant);
	failed |= put_string(object, "name", data->name);
	failed |= put_string(object, "role", data->role);
	failed |= put_true(object, "guest", data->is_guest);
	failed |= put_true(object, "hidden", data->is_hidden);
	failed |= put_string(object, "connection", data->connection);
	failed |= put_string(object, "reason", data->reason);
	failed |= put_string(object, "kind", data->kind);
	failed |= put_string(object, "state", data->state);
	failed |= put_string(object, "to", data->to);
	failed |= put_string(object, "text", data->text);
	failed |= put_string(object, "by", data->by);
	failed |= put_string(object, "node", data->node);
	failed |= put_integer(object, "epoch", data->epoch);
	failed |= put_integer(object, "gen", data->gen);
	failed |= put_string(object, "block", data->block);
	if (data->locks) {
		failed |= json_object_set_new(object, "locks", locks_object(data->locks));
	}
	if (data->publish) {
		failed |= json_object_set_new(object, "publish", cardea_kinds_to_json(*data->publish));
	}
	if (!failed) {
		text = cardea_json_dump(object);
	}
	json_decref(object);
	return text;
}

int cardea_event_decode(struct cardea_tx *tx, const char *text, struct cardea_event_data *out)
{
	struct {
		const char *name;
		const char **value;
	} const strings[] = {
	        {"participant", &out->participant},
	        {"name", &out->name},
	        {"role", &out->role},
	        {"connection", &out->connection},
	        {"reason", &out->reason},
	        {"kind", &out->kind},
	        {"state", &out->state},
	        {"to", &out->to},
	        {"text", &out->text},
	        {"by", &out->by},
	        {"node", &out->node},
	};
	json_t *object = NULL;

	*out = (struct cardea_event_data){0};
	if (cardea_json_parse_object(text, strlen(text), &object)) {
		return CARDEA_E_STORE;
	}
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		*strings[i].value = cardea_tx_strdup(tx, cardea_json_string(object, strings[i].name, NULL));
	}
	out->is_guest = json_is_true(json_object_get(object, "guest"));
	out->is_hidden = json_is_true(json_object_get(object, "hidden"));
	out->epoch = cardea_json_integer(object, "epoch", 0);
	out->gen = cardea_json_integer(object, "gen", 0);
	json_decref(object);
	return 0;
}

bool cardea_object_is_false(const char *text, const char *name)
{
	json_t *object = NULL;
	bool is_false;

	if (!text || cardea_json_parse_object(text, strlen(text), &object)) {
		return false;
	}
	is_false = json_is_false(json_object_get(object, name));
	json_decref(object);
	return is_false;
}

int cardea_object_merge(struct cardea_tx *tx, const char *text, const char *changes,
                        const char **out)
{
	json_t *object = text ? NULL : json_object(), *over = NULL;
	char *merged = NULL;

	if ((text && cardea_json_parse_object(text, strlen(text), &object)) ||
	    cardea_json_parse_object(changes, strlen(changes), &over)) {
		json_decref(object);
		return CARDEA_E_INVALID;
	}
	if (!json_object_update(object, over)) {
		merged = cardea_json_dump(object);
	}
	json_decref(object);
	json_decref(over);
	*out = cardea_tx_strdup(tx, merged);
	free(merged);
	return *out ? 0 : CARDEA_E_INVALID;
}
