/* event_codec: the text form of an event's data in the log. */
#include "domain/event_codec.h"

#include <jansson.h>
#include "cardea_json.h"

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
	failed |= put_string(object, "node", data->node);
	failed |= put_integer(object, "epoch", data->epoch);
	failed |= put_integer(object, "gen", data->gen);
	if (!failed) {
		text = cardea_json_dump(object);
	}
	json_decref(object);
	return text;
}
