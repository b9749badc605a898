/* event_codec: the text form of an event's data in the log. */
#include "domain/event_codec.h"

#include <string.h>
#include <jansson.h>
#include "cardea_error.h"
#include "cardea_join_token.h"
#include "cardea_json.h"
#include "cardea_json_write.h"
#include "domain/locks.h"
#include "store/store.h"

static void put_string(GString *out, const char *name, const char *value)
{
	if (value) {
		cardea_json_put_text(out, name, value);
	}
}

static void put_integer(GString *out, const char *name, int64_t value)
{
	if (value) {
		cardea_json_put_integer(out, name, value);
	}
}

static void put_true(GString *out, const char *name, bool value)
{
	if (value) {
		cardea_json_put_boolean(out, name, true);
	}
}

static void put_locks(GString *out, const struct cardea_locks *locks)
{
	cardea_json_begin(out, "locks", '{');
	for (unsigned lock = 1; lock <= CARDEA_LOCK_ALL; lock <<= 1) {
		if (locks->set & lock) {
			cardea_json_put_boolean(out, cardea_lock_name(lock), locks->on & lock);
		}
	}
	cardea_json_end(out, '}');
}

static void put_kinds(GString *out, unsigned kinds)
{
	json_t *array = cardea_kinds_to_json(kinds);
	char *text = cardea_json_dump(array);

	cardea_json_put_raw(out, "publish", text);
	free(text);
	json_decref(array);
}

char *cardea_event_encode(const struct cardea_event_data *data)
{
	GString *out = g_string_new(NULL);

	cardea_json_begin(out, NULL, '{');
	put_string(out, "participant", data->participant);
	put_string(out, "name", data->name);
	put_string(out, "role", data->role);
	put_true(out, "guest", data->is_guest);
	put_true(out, "hidden", data->is_hidden);
	put_string(out, "connection", data->connection);
	put_string(out, "reason", data->reason);
	put_string(out, "kind", data->kind);
	put_string(out, "state", data->state);
	put_string(out, "to", data->to);
	put_string(out, "text", data->text);
	put_string(out, "by", data->by);
	put_string(out, "node", data->node);
	put_integer(out, "epoch", data->epoch);
	put_integer(out, "gen", data->gen);
	put_string(out, "block", data->block);
	if (data->locks) {
		put_locks(out, data->locks);
	}
	if (data->publish) {
		put_kinds(out, *data->publish);
	}
	cardea_json_end(out, '}');
	return cardea_json_finish(out);
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
