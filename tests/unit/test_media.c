/*
 * media: messages of the control protocol, ICE servers, the pause between connections.
 */
#include "unit.h"

#include <stdlib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "media/control_wire.h"
#include "media/ice.h"
#include "media/janus_client.h"
#include "media/node_event.h"

static json_t *json(const char *text)
{
	json_t *out = NULL;

	assert_int_equal(cardea_json_parse_object(text, strlen(text), &out), 0);
	return out;
}

static void assert_json(json_t *actual, const char *expected)
{
	json_t *wanted = json(expected);
	char *text = cardea_json_dump(actual);

	if (!json_equal(actual, wanted)) {
		fail_msg("%s instead of %s", text, expected);
	}
	free(text);
	json_decref(wanted);
	json_decref(actual);
}

#define POLICY                                                                                     \
	"{\"id\":7,\"max_participants\":10,\"locks\":[\"camera\",\"screen\"],"                         \
	"\"cameras_of_hosts_only\":true,\"lists_hosts_only\":false,\"mute_on_start\":false}"
#define GRANT                                                                                      \
	"\"seat\":\"s1\",\"gen\":2,\"id\":9,\"publish\":[\"microphone\"],\"locks\":[\"camera\"],"      \
	"\"unlocks\":[\"screen\"],\"role\":\"participant\""

static void opens(void **state)
{
	static const struct cardea_min_gen gens[] = {{"s1", 2}};
	static const struct cardea_seat_grant grants[] = {{.seat = "s1",
	                                                   .gen = 2,
	                                                   .id = 9,
	                                                   .publish = CARDEA_KIND_MICROPHONE,
	                                                   .locks = CARDEA_KIND_CAMERA,
	                                                   .unlocks = CARDEA_KIND_SCREEN,
	                                                   .role = CARDEA_ROLE_PARTICIPANT}};
	static const char *const hands[] = {"s2", "s1"};
	const struct cardea_room_at at = {.room = "r", .node = "n", .epoch = 3};
	struct cardea_placement placement = {
	        .room = "r",
	        .tenant = "t",
	        .session = "c",
	        .epoch = 3,
	        .policy = {.id = 7,
	                   .max_participants = 10,
	                   .locks = CARDEA_KIND_CAMERA | CARDEA_KIND_SCREEN,
	                   .cameras_of_hosts_only = true},
	        .grants = grants,
	        .grant_count = 1,
	        .min_gen = gens,
	        .min_gen_count = 1,
	        .told = 41,
	        .hands = {.hands = hands, .hand_count = 2},
	};
	struct cardea_revocation revocation = {
	        .room = "r", .epoch = 3, .seat = "s", .min_gen = 4, .reason = "kicked"};

	(void)state;
	assert_json(
	        cardea_wire_open(&placement),
	        "{\"request\":\"open\",\"room\":\"r\",\"tenant\":\"t\",\"conf_id\":\"c\",\"epoch\":3,"
	        "\"lease_ms\":0,\"policy\":" POLICY
	        ",\"min_gen\":{\"s1\":2},\"hands\":[\"s2\",\"s1\"],\"told\":41,\"grants\":[{" GRANT
	        "}]}");
	assert_json(cardea_wire_policy(&at, &placement.policy),
	            "{\"request\":\"policy\",\"room\":\"r\",\"epoch\":3,\"policy\":" POLICY "}");
	assert_json(cardea_wire_grant(&at, &grants[0]),
	            "{\"request\":\"grant\",\"room\":\"r\",\"epoch\":3," GRANT "}");
	assert_json(cardea_wire_close("r", 3), "{\"request\":\"close\",\"room\":\"r\",\"epoch\":3}");
	assert_json(cardea_wire_revoke(&revocation),
	            "{\"request\":\"revoke\",\"room\":\"r\",\"epoch\":3,\"seat\":\"s\",\"min_gen\":4,"
	            "\"reason\":\"kicked\"}");
}

static void tells(void **state)
{
	static const char *const hands[] = {"s2", "s1"};
	struct cardea_telling telling = {.type = CARDEA_TELL_MESSAGE,
	                                 .room = "r",
	                                 .epoch = 3,
	                                 .id = 42,
	                                 .seat = "s1",
	                                 .kind = "chat",
	                                 .at_ms = 5,
	                                 .name = "Ann",
	                                 .text = "hello"};

	(void)state;
	assert_json(cardea_wire_telling(&telling),
	            "{\"request\":\"say\",\"room\":\"r\",\"epoch\":3,\"id\":42,\"data\":{"
	            "\"type\":\"chat\",\"id\":42,\"at\":5,\"from\":\"s1\",\"name\":\"Ann\","
	            "\"to\":null,\"text\":\"hello\"}}");
	telling.to = "s2";
	assert_json(cardea_wire_telling(&telling),
	            "{\"request\":\"say\",\"room\":\"r\",\"epoch\":3,\"id\":42,\"data\":{"
	            "\"type\":\"chat\",\"id\":42,\"at\":5,\"from\":\"s1\",\"name\":\"Ann\","
	            "\"to\":\"s2\",\"text\":\"hello\"},\"to\":[\"s1\",\"s2\"]}");
	telling.type = CARDEA_TELL_MUTE;
	telling.kind = "camera";
	assert_json(cardea_wire_telling(&telling),
	            "{\"request\":\"mute\",\"room\":\"r\",\"epoch\":3,\"seat\":\"s1\","
	            "\"kind\":\"camera\",\"id\":42,\"muted\":true}");
	telling.type = CARDEA_TELL_UNMUTE;
	assert_json(cardea_wire_telling(&telling),
	            "{\"request\":\"mute\",\"room\":\"r\",\"epoch\":3,\"seat\":\"s1\","
	            "\"kind\":\"camera\",\"id\":42,\"muted\":false}");
	telling.type = CARDEA_TELL_HANDS;
	telling.hands = hands;
	telling.hand_count = 2;
	assert_json(cardea_wire_telling(&telling), "{\"request\":\"hands\",\"room\":\"r\",\"epoch\":3,"
	                                           "\"hands\":[\"s2\",\"s1\"]}");
}

static int plugin_data(const char *text, const char *expected)
{
	json_t *message = json(text);
	const json_t *data = NULL;
	int err = cardea_wire_plugin_data(message, &data);

	if (expected) {
		assert_string_equal(cardea_json_string(data, "cardea", ""), expected);
	}
	json_decref(message);
	return err;
}

static void reads_plugin_data(void **state)
{
	(void)state;
	assert_int_equal(plugin_data("{\"plugindata\":{\"plugin\":\"janus.plugin.cardea\","
	                             "\"data\":{\"cardea\":\"ok\"}}}",
	                             "ok"),
	                 0);
	assert_int_equal(plugin_data("{\"plugindata\":{\"plugin\":\"janus.plugin.cardea\",\"data\":{"
	                             "\"cardea\":\"error\",\"code\":\"epoch_stale\","
	                             "\"error_code\":1302}}}",
	                             NULL),
	                 CARDEA_E_EPOCH_STALE);
	assert_int_equal(plugin_data("{\"plugindata\":{\"plugin\":\"janus.plugin.cardea\",\"data\":{"
	                             "\"cardea\":\"error\",\"code\":\"of_tomorrow\","
	                             "\"error_code\":1302}}}",
	                             NULL),
	                 CARDEA_E_INTERNAL);
	assert_int_equal(plugin_data("{\"plugindata\":{\"plugin\":\"janus.plugin.echotest\","
	                             "\"data\":{\"cardea\":\"ok\"}}}",
	                             NULL),
	                 CARDEA_E_INVALID);
	assert_int_equal(plugin_data("{\"janus\":\"success\"}", NULL), CARDEA_E_INVALID);
}

#define HEAD "\"node\":\"n1\",\"boot\":\"b\",\"room\":\"r\",\"epoch\":1,\"seq\":7,\"at\":5"

static int parsed(const char *text, struct cardea_node_event *out, size_t *seats)
{
	struct cardea_parsed_event event;
	json_t *data = json(text);
	int err = cardea_node_event_parse(data, &event);

	if (!err && out) {
		out->type = event.event.type;
		out->seq = event.event.seq;
		*seats = event.event.seat_count;
	}
	cardea_node_event_clear(&event);
	json_decref(data);
	return err;
}

static void reads_requests(void **state)
{
	struct cardea_parsed_event event;
	json_t *message = json("{\"event\":\"message\"," HEAD ",\"seat\":\"s\",\"type\":\"chat\","
	                       "\"text\":\"hello\",\"to\":null}");
	json_t *hand = json("{\"event\":\"hand\"," HEAD ",\"seat\":\"s\",\"raised\":true}");
	json_t *moderate =
	        json("{\"event\":\"moderate\"," HEAD ",\"seat\":\"s\",\"action\":\"lower_hand\","
	             "\"participant\":\"p\",\"kind\":null}");

	(void)state;
	assert_int_equal(cardea_node_event_parse(message, &event), 0);
	assert_int_equal(event.event.type, CARDEA_NODE_MESSAGE);
	assert_string_equal(event.event.kind, "chat");
	assert_string_equal(event.event.text, "hello");
	assert_null(event.event.to);
	assert_int_equal(cardea_node_event_parse(hand, &event), 0);
	assert_int_equal(event.event.type, CARDEA_NODE_HAND);
	assert_true(event.event.is_raised);
	assert_int_equal(cardea_node_event_parse(moderate, &event), 0);
	assert_int_equal(event.event.type, CARDEA_NODE_MODERATE);
	assert_int_equal(event.event.action, CARDEA_MODERATE_LOWER_HAND);
	assert_string_equal(event.event.target, "p");
	json_object_set_new(moderate, "action", json_string("ban"));
	assert_int_equal(cardea_node_event_parse(moderate, &event), CARDEA_E_UNSUPPORTED);
	json_object_del(message, "text");
	assert_int_equal(cardea_node_event_parse(message, &event), CARDEA_E_JSON_MISSING);
	json_object_del(hand, "raised");
	assert_int_equal(cardea_node_event_parse(hand, &event), CARDEA_E_JSON_MISSING);
	json_decref(message);
	json_decref(hand);
	json_decref(moderate);
}

static void reads_events(void **state)
{
	struct cardea_node_event event;
	size_t seats;

	(void)state;
	assert_int_equal(parsed("{\"event\":\"online\"," HEAD ",\"seat\":\"s\",\"connection\":\"c\"}",
	                        &event, &seats),
	                 0);
	assert_int_equal(event.type, CARDEA_NODE_ONLINE);
	assert_int_equal(event.seq, 7);
	assert_int_equal(parsed("{\"event\":\"snapshot\"," HEAD
	                        ",\"participants\":[{\"seat\":\"a\",\"connection\":\"c\"},"
	                        "{\"seat\":\"b\",\"connection\":\"d\"}]}",
	                        &event, &seats),
	                 0);
	assert_int_equal(event.type, CARDEA_NODE_SNAPSHOT);
	assert_int_equal(seats, 2);
}

static void refuses_events(void **state)
{
	(void)state;
	assert_int_equal(parsed("{\"event\":\"online\"," HEAD ",\"seat\":\"s\"}", NULL, NULL),
	                 CARDEA_E_JSON_MISSING);
	assert_int_equal(parsed("{\"event\":\"source\"," HEAD
	                        ",\"seat\":1,\"kind\":\"camera\",\"state\":\"x\"}",
	                        NULL, NULL),
	                 CARDEA_E_JSON_TYPE);
	assert_int_equal(parsed("{\"event\":\"snapshot\"," HEAD ",\"participants\":[1]}", NULL, NULL),
	                 CARDEA_E_JSON_TYPE);
	assert_int_equal(parsed("{\"event\":\"dance\"," HEAD "}", NULL, NULL), CARDEA_E_UNSUPPORTED);
	assert_int_equal(parsed("{\"event\":\"online\"}", NULL, NULL), CARDEA_E_JSON_MISSING);
}

static void ice_servers(void **state)
{
	static const char *const stun[] = {"stun:h:1", NULL}, *const turn[] = {"turn:h:1", NULL};
	static const char *const secrets[] = {"new", "old", NULL};
	struct cardea_ice_options ice = {
	        .stun_urls = stun, .turn_urls = turn, .turn_secrets = secrets, .turn_ttl_s = 60};
	struct cardea_ice_options none = {0};
	json_t *list = cardea_ice_turn(&ice, "client", 1000);
	const json_t *server = json_array_get(list, 0);

	(void)state;
	assert_string_equal(cardea_json_string(server, "username", ""), "1060:client");
	assert_int_equal(cardea_json_integer(server, "expires_in", 0), 60);
	json_decref(list);
	assert_json(cardea_ice_control(&ice),
	            "{\"request\":\"turn\",\"stun\":[\"stun:h:1\"],\"urls\":[\"turn:h:1\"],"
	            "\"secrets\":[\"new\",\"old\"],\"ttl_s\":60}");
	list = cardea_ice_turn(&none, "client", 1000);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

static void backoff(void **state)
{
	(void)state;
	assert_int_equal(cardea_janus_backoff_ms(0, 0), 25);
	for (unsigned attempt = 0; attempt < 100; attempt++) {
		for (uint32_t random = 0; random < 100000; random += 997) {
			int64_t ms = cardea_janus_backoff_ms(attempt, random);

			assert_in_range(ms, 25, 2000);
			assert_true(attempt < 8 || ms >= 1000);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("requests of the control protocol", opens),
	        TEST("what a node has to tell", tells),
	        TEST("what participants ask for", reads_requests),
	        TEST("answers of the plugin, and its errors by name", reads_plugin_data),
	        TEST("upward events", reads_events),
	        TEST("upward events that are not well-formed", refuses_events),
	        TEST("ICE servers with a credential for one client", ice_servers),
	        TEST("connections come back after 25 ms to 2 s", backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
