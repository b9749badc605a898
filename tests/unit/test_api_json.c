/*
 * api: what the dialects write: rooms, participants, errors, addresses.
 */
#include "unit.h"

#include "api/participants_json.h"
#include "api/reply.h"
#include "api/url.h"
#include "cardea_json.h"

static void assert_json(json_t *actual, const char *expected)
{
	char *text = cardea_json_dump(actual);

	assert_string_equal(text, expected);
	free(text);
	json_decref(actual);
}

#define AT INT64_C(1767693600000) /* 2026-01-06T10:00:00Z */

static void room(void **state)
{
	struct cardea_room_view view = {
	        .id = "r",
	        .tenant_id = "t",
	        .name = "CS101 Lecture",
	        .config = {100, 1, -1, "{\"theme\":\"dark\",\"max_participants\":7}"},
	        .status = CARDEA_ROOM_ACTIVE,
	        .started_at = AT,
	        .created_at = AT,
	        .updated_at = AT,
	};

	(void)state;
	assert_json(
	        cardea_json_room(&view),
	        "{\"id\":\"r\",\"tenant_id\":\"t\",\"name\":\"CS101 Lecture\",\"status\":\"active\","
	        "\"config\":{\"max_participants\":100,\"recording_enabled\":true,\"theme\":\"dark\"},"
	        "\"scheduled_start_at\":null,\"scheduled_end_at\":null,\"allow_early_join_minutes\":0,"
	        "\"started_at\":\"2026-01-06T10:00:00Z\",\"ended_at\":null,"
	        "\"created_at\":\"2026-01-06T10:00:00Z\",\"updated_at\":\"2026-01-06T10:00:00Z\"}");
}

static void participant(void **state)
{
	struct cardea_participant_view view = {
	        .id = "p",
	        .room_id = "r",
	        .display_name = "John Doe",
	        .external_user_id = "user_123",
	        .metadata = "{\"a\":[1]}",
	        .role = CARDEA_ROLE_HOST,
	        .joined_at = AT,
	        .left_at = AT,
	        .created_at = AT,
	};

	(void)state;
	assert_json(cardea_json_participant(&view),
	            "{\"id\":\"p\",\"room_id\":\"r\",\"display_name\":\"John Doe\","
	            "\"external_user_id\":\"user_123\",\"role\":\"host\","
	            "\"joined_at\":\"2026-01-06T10:00:00Z\",\"left_at\":\"2026-01-06T10:00:00Z\","
	            "\"created_at\":\"2026-01-06T10:00:00Z\",\"metadata\":{\"a\":[1]}}");
	view.external_user_id = view.metadata = NULL;
	view.left_at = 0;
	view.role = CARDEA_ROLE_PARTICIPANT;
	assert_json(cardea_json_participants(&view, 1),
	            "{\"participants\":[{\"id\":\"p\",\"room_id\":\"r\",\"display_name\":\"John Doe\","
	            "\"role\":\"participant\",\"joined_at\":\"2026-01-06T10:00:00Z\",\"left_at\":null,"
	            "\"created_at\":\"2026-01-06T10:00:00Z\"}]}");
}

static void added(void **state)
{
	struct cardea_participant_added result = {
	        .participant = {.id = "p", .room_id = "r", .display_name = "J", .joined_at = AT},
	        .room_id = "r",
	        .room_name = "",
	        .room_status = CARDEA_ROOM_ACTIVE,
	        .tenant = {.allow_early_join = true},
	        .access_token = "a",
	        .refresh_token = "b",
	        .auth_token = "c",
	        .expires_in_s = 3600,
	};
	json_t *json = cardea_json_participant_added(&result);

	(void)state;
	json_object_del(json, "participant");
	assert_json(
	        json,
	        "{\"room\":{\"id\":\"r\",\"name\":\"\",\"status\":\"active\"},\"room_created\":false,"
	        "\"tenant_config\":{\"transcription_enabled\":false,\"first_participant_is_host\":"
	        "false,"
	        "\"force_recording\":false,\"allow_early_join\":true},\"access_token\":\"a\","
	        "\"refresh_token\":\"b\",\"token_type\":\"Bearer\",\"expires_in\":3600,"
	        "\"auth_token\":\"c\",\"should_start_recording\":false}");
}

static void assert_body(const char *path, const char *expected)
{
	char *body = cardea_reply_error_body(path, 404, "Not Found", NULL);

	assert_string_equal(body, expected);
	g_free(body);
}

static void error_bodies(void **state)
{
	(void)state;
	assert_body(NULL, "{\"error\":\"Not Found\"}");
	assert_body("/api/v1/rooms", "{\"error\":\"Not Found\"}");
	assert_body("/api/v1/enter", "{\"error\":\"Not Found\",\"code\":\"not_found\"}");
}

static void assert_base(const char *public_url, const char *host, const char *proto,
                        const char *expected)
{
	char *base = cardea_url_ws_base(public_url, host, proto);

	assert_string_equal(base ? base : "-", expected);
	g_free(base);
}

static void addresses(void **state)
{
	(void)state;
	assert_base("https://meet.example", "x", NULL, "wss://meet.example");
	assert_base("http://h:1", NULL, "https", "ws://h:1");
	assert_base(NULL, "h:8188", NULL, "ws://h:8188");
	assert_base(NULL, "h", "https", "wss://h");
	assert_base(NULL, "h", "http", "ws://h");
	assert_base(NULL, NULL, NULL, "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("a room with its configuration", room),
	        TEST("a participant, without keys that are absent", participant),
	        TEST("the answer to an added participant", added),
	        TEST("errors in the shape of the path's dialect", error_bodies),
	        TEST("the address for WebSockets", addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
