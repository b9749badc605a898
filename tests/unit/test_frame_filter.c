/*
 * frame_filter: what a browser's frame may be, and what Janus gets of it.
 */
#include "unit.h"

#include <stdlib.h>
#include "cardea_json.h"
#include "session/frame_filter.h"

#define SESSION UINT64_C(4503599627370497)

/* The code of the refusal of @text on a socket bound to SESSION; 0 if it passes. */
static int verdict(const char *text)
{
	struct cardea_frame_refusal refusal = {0, NULL};
	struct cardea_frame frame;
	int err = cardea_frame_parse(text, strlen(text), &frame, &refusal);

	if (!err) {
		err = cardea_frame_check_bound(&frame, SESSION, &refusal);
	}
	cardea_frame_clear(&frame);
	assert_true(!err == !refusal.code);
	return refusal.code;
}

static void passes(void **state)
{
	static const char *const good[] = {
	        "{\"janus\":\"attach\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	        "\"plugin\":\"janus.plugin.cardea\"}",
	        "{\"janus\":\"message\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	        "\"handle_id\":1,\"body\":{\"request\":\"join\"}}",
	        "{\"janus\":\"message\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	        "\"handle_id\":1,\"body\":{\"request\":\"sync\"},\"jsep\":{}}",
	        "{\"janus\":\"trickle\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	        "\"handle_id\":1,\"candidate\":{\"completed\":true}}",
	        "{\"janus\":\"hangup\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	        "\"handle_id\":1}",
	        "{\"janus\":\"detach\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	        "\"handle_id\":1}",
	        "{\"janus\":\"keepalive\",\"transaction\":\"t\",\"session_id\":4503599627370497}",
	        "{\"janus\":\"destroy\",\"transaction\":\"t\",\"session_id\":4503599627370497}",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		assert_int_equal(verdict(good[i]), 0);
	}
}

/* Each is one change to a frame that passes. */
static void refuses(void **state)
{
	static const struct {
		int code;
		const char *text;
	} bad[] = {
	        {454, "{\"janus\":\"keepalive\""},
	        {454, "[]"},
	        {454, "{\"janus\":\"keepalive\",\"janus\":\"destroy\",\"transaction\":\"t\","
	              "\"session_id\":4503599627370497}"},
	        {456, "{\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {456, "{\"janus\":\"keepalive\",\"session_id\":4503599627370497}"},
	        {467, "{\"janus\":1,\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {467, "{\"janus\":\"keepalive\",\"transaction\":\"\",\"session_id\":4503599627370497}"},
	        {467, "{\"janus\":\"keepalive\",\"transaction\":\"t\","
	              "\"session_id\":\"4503599627370497\"}"},
	        {467, "{\"janus\":\"keepalive\",\"transaction\":\"t\",\"session_id\":-1}"},
	        {458, "{\"janus\":\"keepalive\",\"transaction\":\"t\"}"},
	        {458,
	         "{\"janus\":\"keepalive\",\"transaction\":\"t\",\"session_id\":4503599627370496}"},
	        {403, "{\"janus\":\"create\",\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {403, "{\"janus\":\"claim\",\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {453, "{\"janus\":\"info\",\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {453, "{\"janus\":\"ping\",\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {453,
	         "{\"janus\":\"Keepalive\",\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {453, "{\"janus\":\"message_plugin\",\"transaction\":\"t\","
	              "\"session_id\":4503599627370497}"},
	        {403, "{\"janus\":\"attach\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	              "\"plugin\":\"janus.plugin.videoroom\"}"},
	        {403, "{\"janus\":\"attach\",\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {456, "{\"janus\":\"hangup\",\"transaction\":\"t\",\"session_id\":4503599627370497}"},
	        {467, "{\"janus\":\"message\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	              "\"handle_id\":1}"},
	        {467, "{\"janus\":\"message\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	              "\"handle_id\":1,\"body\":\"{\\\"request\\\":\\\"hello\\\"}\"}"},
	        {467, "{\"janus\":\"message\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
	              "\"handle_id\":1,\"body\":{\"request\":\"join\"},\"jsep\":\"x\"}"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		if (verdict(bad[i].text) != bad[i].code) {
			fail_msg("%d instead of %d: %s", verdict(bad[i].text), bad[i].code, bad[i].text);
		}
	}
}

static void refuses_control(void **state)
{
	static const char *const names[] = {"hello",  "keys",   "turn",  "open",   "close",     "grant",
	                                    "revoke", "policy", "say",   "ack",    "heartbeat", "rooms",
	                                    "mute",   "move",   "hands", "inspect"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *text = g_strdup_printf(
		        "{\"janus\":\"message\",\"transaction\":\"t\",\"session_id\":4503599627370497,"
		        "\"handle_id\":1,\"body\":{\"a\":1,\"request\":\"%s\"}}",
		        names[i]);

		assert_int_equal(verdict(text), 403);
	}
}

static char *forwarded_to(const char *text, int loop)
{
	const struct cardea_frame_addition addition = {
	        .session = SESSION, .api_secret = "the-secret", .loop = loop};
	struct cardea_frame_refusal refusal;
	struct cardea_frame frame;
	char *out;

	assert_int_equal(cardea_frame_parse(text, strlen(text), &frame, &refusal), 0);
	out = cardea_frame_forward(&frame, &addition);
	cardea_frame_clear(&frame);
	return out;
}

static char *forwarded(const char *text)
{
	return forwarded_to(text, -1);
}

static void forwards_what_belongs(void **state)
{
	char *text =
	        forwarded("{\"janus\":\"message\",\"transaction\":\"t\",\"session_id\":1,"
	                  "\"handle_id\":7,\"body\":{\"request\":\"join\"},\"jsep\":{\"type\":\"x\"},"
	                  "\"apisecret\":\"mine\",\"token\":\"jwt\",\"admin_secret\":\"a\",\"id\":5,"
	                  "\"opaque_id\":\"o\",\"loop_index\":3,\"plugin\":\"p\",\"candidate\":{}}");

	(void)state;
	assert_string_equal(text, "{\"janus\":\"message\",\"transaction\":\"t\","
	                          "\"session_id\":4503599627370497,\"handle_id\":7,"
	                          "\"body\":{\"request\":\"join\"},\"jsep\":{\"type\":\"x\"},"
	                          "\"apisecret\":\"the-secret\"}");
	free(text);
}

static void create_gets_our_id(void **state)
{
	char *text =
	        forwarded("{\"janus\":\"create\",\"transaction\":\"t\",\"token\":\"jwt\",\"id\":5}");

	(void)state;
	assert_string_equal(text, "{\"janus\":\"create\",\"transaction\":\"t\","
	                          "\"id\":4503599627370497,\"apisecret\":\"the-secret\"}");
	free(text);
	text = forwarded(
	        "{\"janus\":\"claim\",\"transaction\":\"t\",\"token\":\"r\",\"session_id\":9}");
	assert_string_equal(text, "{\"janus\":\"claim\",\"transaction\":\"t\","
	                          "\"session_id\":4503599627370497,\"apisecret\":\"the-secret\"}");
	free(text);
}

static void attach_gets_our_loop(void **state)
{
	static const char attach[] =
	        "{\"janus\":\"attach\",\"transaction\":\"t\",\"plugin\":\"p\",\"loop_index\":7}";
	char *text = forwarded_to(attach, 1);

	(void)state;
	assert_string_equal(text, "{\"janus\":\"attach\",\"transaction\":\"t\","
	                          "\"session_id\":4503599627370497,\"plugin\":\"p\","
	                          "\"loop_index\":1,\"apisecret\":\"the-secret\"}");
	free(text);
	text = forwarded(attach);
	assert_null(strstr(text, "loop_index"));
	free(text);
}

static bool is_offer(const char *text)
{
	struct cardea_frame_refusal refusal;
	struct cardea_frame frame;

	assert_int_equal(cardea_frame_parse(text, strlen(text), &frame, &refusal), 0);
	bool offer = cardea_frame_is_offer(&frame);
	assert_int_equal(cardea_frame_handle(&frame), 7);
	cardea_frame_clear(&frame);
	return offer;
}

#define MESSAGE "{\"janus\":\"message\",\"transaction\":\"t\",\"handle_id\":7,\"body\":{}"

static void tells_offers(void **state)
{
	(void)state;
	assert_true(is_offer(MESSAGE ",\"jsep\":{\"type\":\"offer\",\"sdp\":\"\"}}"));
	assert_true(is_offer(MESSAGE ",\"jsep\":{\"type\":\"OFFER\"}}"));
	assert_false(is_offer(MESSAGE ",\"jsep\":{\"type\":\"answer\"}}"));
	assert_false(is_offer(MESSAGE ",\"jsep\":{\"type\":1}}"));
	assert_false(is_offer(MESSAGE "}"));
}

static void refusal_in_janus_shape(void **state)
{
	static const char text[] = "{\"janus\":\"info\",\"transaction\":\"t1\"}";
	struct cardea_frame_refusal refusal;
	struct cardea_frame frame;
	char *out;

	(void)state;
	assert_int_not_equal(cardea_frame_parse(text, strlen(text), &frame, &refusal), 0);
	out = cardea_frame_error(&frame, SESSION, &refusal);
	assert_string_equal(out, "{\"janus\":\"error\",\"session_id\":4503599627370497,"
	                         "\"transaction\":\"t1\",\"error\":{\"code\":453,"
	                         "\"reason\":\"Unknown or forbidden request\"}}");
	free(out);
	cardea_frame_clear(&frame);
	out = cardea_frame_error(NULL, 0, &refusal);
	assert_string_equal(out, "{\"janus\":\"error\",\"error\":{\"code\":453,"
	                         "\"reason\":\"Unknown or forbidden request\"}}");
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("what clients need passes", passes),
	        TEST("anything else is refused with Janus' code", refuses),
	        TEST("the control family is refused", refuses_control),
	        TEST("only the verb's own fields are forwarded", forwards_what_belongs),
	        TEST("create and claim name the gateway's session", create_gets_our_id),
	        TEST("attach names our event loop, not the client's", attach_gets_our_loop),
	        TEST("offers are told from answers", tells_offers),
	        TEST("a refusal has Janus' shape", refusal_in_janus_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
