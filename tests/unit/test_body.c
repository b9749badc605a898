/*
 * body: one object out of three encodings, and its typed readers.
 */
#include "unit.h"

#include <stdio.h>
#include "api/body.h"
#include "cardea_error.h"
#include "cardea_json.h"
#include "fake_request.h"

#define JSON      "application/json"
#define FORM      "application/x-www-form-urlencoded"
#define MULTIPART "multipart/form-data; boundary=b"

static int read_bytes(const char *type, const char *body, size_t len, json_t **out)
{
	struct cardea_http_request *request = fake_request(CARDEA_HTTP_POST, "/rooms");

	if (type) {
		fake_request_set_header("Content-Type", type);
	}
	fake_request_set_body(body, len);
	return cardea_body_read(request, out);
}

/* The object as compact JSON, or the error's code. free() */
static char *read_text(const char *type, const char *body, size_t len)
{
	json_t *object = NULL;
	int err = read_bytes(type, body, len, &object);
	char *text = err ? strdup(cardea_error_code(err)) : cardea_json_dump(object);

	assert_true(!err == (object != NULL));
	json_decref(object);
	return text;
}

#define assert_body(type, body, expected)                                                          \
	do {                                                                                           \
		char *actual = read_text(type, body, sizeof(body) - 1);                                    \
		assert_string_equal(actual, expected);                                                     \
		free(actual);                                                                              \
	} while (0)

/* ---- which encoding ---- */

static void empty(void **state)
{
	static const char *const types[] = {NULL, JSON, FORM, MULTIPART, "text/plain"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		assert_body(types[i], "", "{}");
		assert_body(types[i], " \r\n\t", "{}");
	}
	assert_body(MULTIPART, "--b--\r\n", "{}");
}

static void json(void **state)
{
	static const char *const types[] = {NULL, JSON, FORM, MULTIPART, "text/plain"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		assert_body(types[i], "\r\n {\"user\":{\"name\":\"J\"},\"n\":1}",
		            "{\"user\":{\"name\":\"J\"},\"n\":1}");
		assert_body(types[i], "{ name: John, id: johndoe}", "json_syntax");
		assert_body(types[i], "{\"a\":1}x=1", "json_syntax");
		assert_body(types[i], "{", "json_syntax");
		assert_body(types[i], "{\"a\":1,\"a\":2}", "json_duplicate");
	}
	assert_body(JSON, "[]", "json_syntax");
	assert_body(JSON, "\"a\"", "json_syntax");
	assert_body(JSON, "a=1", "json_syntax");
	assert_body("Application/JSON; charset=utf-8", "a=1", "json_syntax");
	assert_body("application/jsonp", "a=1", "{\"a\":\"1\"}");
	assert_body(JSON, "{\"a\":1}\0", "json_syntax");
}

static void forms(void **state)
{
	static const char *const types[] = {NULL, FORM, "text/plain"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		assert_body(types[i], "a=1&b=+", "{\"a\":\"1\",\"b\":\" \"}");
	}
	assert_body(
	        MULTIPART,
	        "--b\r\nContent-Disposition: form-data; name=\"user[name]\"\r\n\r\nJ\r\n"
	        "--b\r\nContent-Disposition: form-data; name=\"user\"; filename=x\r\n\r\nJ\r\n--b--",
	        "{\"user\":{\"name\":\"J\"}}");
	assert_body(MULTIPART, "a=1", "invalid");
	assert_body(FORM, "a=%zz", "invalid");
	assert_body(FORM, "\0a=1", "invalid");
}

/* ---- names ---- */

static void nesting(void **state)
{
	(void)state;
	assert_body(FORM, "user%5Bname%5D=J&user[id]=1&id=r",
	            "{\"user\":{\"name\":\"J\",\"id\":\"1\"},\"id\":\"r\"}");
	assert_body(FORM, "options[custom_fields][locale]=en&options[widescreen]=true",
	            "{\"options\":{\"custom_fields\":{\"locale\":\"en\"},\"widescreen\":\"true\"}}");
	assert_body(FORM, "users[]=a&users[]=&users[]=a", "{\"users\":[\"a\",\"\",\"a\"]}");
	assert_body(FORM, "a[b][]=1&a[b][]=2", "{\"a\":{\"b\":[\"1\",\"2\"]}}");
	assert_body(FORM, "audio_insert_position[x]=1", "{\"audio_insert_position\":{\"x\":\"1\"}}");
	assert_body(FORM, "a[ b ]=1", "{\"a\":{\" b \":\"1\"}}");
	assert_body(FORM, "a[b][c][d][e][f][g][h]=1",
	            "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":\"1\"}}}}}}}}");
}

static void duplicates(void **state)
{
	(void)state;
	assert_body(FORM, "a=1&a=2", "{\"a\":\"2\"}");
	assert_body(FORM, "a[b]=1&a[b]=", "{\"a\":{\"b\":\"\"}}");
}

static void undefined(void **state)
{
	(void)state;
	assert_body(FORM, "name=J&email=undefined", "{\"name\":\"J\"}");
	assert_body(FORM, "a=1&a=undefined", "{\"a\":\"1\"}");
	assert_body(FORM, "a[]=undefined&b[c]=undefined", "{}");
	assert_body(FORM, "a=Undefined&undefined=1", "{\"a\":\"Undefined\",\"undefined\":\"1\"}");
	assert_body(JSON, "{\"a\":\"undefined\"}", "{\"a\":\"undefined\"}");
}

static void bad_names(void **state)
{
	static const char *const bad[] = {
	        "[a]=1",
	        "[]=1",
	        "a[=1",
	        "a]=1",
	        "a[b=1",
	        "a[b]c=1",
	        "a[b]]=1",
	        "a[[b]]=1",
	        "a[][]=1",
	        "a[][b]=1",
	        "a]b[c]=1",
	        "a[b][=1",
	        "a[b][c=1",
	        "a[b]c[d]=1",
	        "a[b][c][d][e][f][g][h][i]=1",
	        "a[b][c][d][e][f][g][h][]=1",
	};
	static const char *const conflicts[] = {
	        "a=1&a[b]=2",      "a[b]=2&a=1",      "a=1&a[]=2",          "a[]=2&a=1",
	        "a[]=1&a[b]=2",    "a[b]=1&a[]=2",    "a[b]=1&a[b][c]=2",   "a[b][c]=1&a[b]=2",
	        "a[b][]=1&a[b]=2", "a[b]=1&a[b][]=2", "a[b][]=1&a[b][c]=2",
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad) + G_N_ELEMENTS(conflicts); i++) {
		const char *body = i < G_N_ELEMENTS(bad) ? bad[i] : conflicts[i - G_N_ELEMENTS(bad)];
		char *actual = read_text(FORM, body, strlen(body));

		if (strcmp(actual, "invalid") != 0) {
			fail_msg("%s gives %s", body, actual);
		}
		free(actual);
	}
}

/* ---- random objects, as a client encodes them ---- */

static const char *const alphabet[] = {
        "a", "B",   "7",  "_", " ",   "+", "%",        "&",
        "=", "\"",  "\\", ";", "--b", "{", "\xc3\xa9", "\xf0\x9f\x91\x8b",
        "~", "\r\n"};
#define FOR_VALUES G_N_ELEMENTS(alphabet)
#define FOR_KEYS   (FOR_VALUES - 1) /* no line ends, which a part's header cannot hold */

static json_t *random_text(GRand *random, int min, size_t letters)
{
	GString *text = g_string_new(NULL);
	int count = g_rand_int_range(random, min, 8);
	json_t *json;

	for (int i = 0; i < count; i++) {
		g_string_append(text, alphabet[g_rand_int_range(random, 0, (gint32)letters)]);
	}
	json = json_string(text->str);
	g_string_free(text, TRUE);
	return json;
}

/* Only what a form can say: no empty object or array. */
static json_t *random_value(GRand *random, int depth)
{
	int kind = depth == 0 ? 0 : g_rand_int_range(random, 0, 4);
	int count = g_rand_int_range(random, 1, 4);
	json_t *json;

	if (kind < 2) {
		return random_text(random, 0, FOR_VALUES);
	}
	json = kind == 2 ? json_array() : json_object();
	for (int i = 0; i < count; i++) {
		if (kind == 2) {
			json_array_append_new(json, random_text(random, 0, FOR_VALUES));
		} else {
			json_t *key = random_text(random, 1, FOR_KEYS);

			json_object_set_new(json, json_string_value(key), random_value(random, depth - 1));
			json_decref(key);
		}
	}
	return json;
}

static void encode_field(GString *out, bool multipart, const char *name, const char *value)
{
	if (multipart) {
		GString *quoted = g_string_new(name);

		g_string_replace(quoted, "\\", "\\\\", 0);
		g_string_replace(quoted, "\"", "\\\"", 0);
		g_string_append_printf(out,
		                       "--random-boundary\r\n"
		                       "Content-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n",
		                       quoted->str, value);
		g_string_free(quoted, TRUE);
	} else {
		g_autofree char *plain_name = g_uri_escape_string(name, NULL, FALSE);
		g_autofree char *plain_value = g_uri_escape_string(value, NULL, FALSE);

		g_string_append_printf(out, "%s=%s&", plain_name, plain_value);
	}
}

/* By the browser client's rules: a member of `outer` is outer[key], an item of a list outer[]. */
static void encode(GString *out, bool multipart, const char *name, const json_t *value)
{
	size_t index;
	const char *key;
	json_t *inner;

	if (json_is_string(value)) {
		encode_field(out, multipart, name, json_string_value(value));
	}
	json_array_foreach(value, index, inner)
	{
		g_autofree char *path = g_strconcat(name, "[]", NULL);

		encode(out, multipart, path, inner);
	}
	json_object_foreach((json_t *)value, key, inner)
	{
		g_autofree char *path = *name ? g_strconcat(name, "[", key, "]", NULL) : g_strdup(key);

		encode(out, multipart, path, inner);
	}
}

static json_t *random_object(GRand *random)
{
	json_t *object = json_object();
	int count = g_rand_int_range(random, 1, 5);

	for (int i = 0; i < count; i++) {
		g_autofree char *key = g_strdup_printf("k%d", i);

		json_object_set_new(object, key, random_value(random, 4));
	}
	return object;
}

static void round_trip(json_t *object, bool multipart)
{
	GString *body = g_string_new(NULL);
	json_t *actual = NULL;
	int err;

	encode(body, multipart, "", object);
	if (multipart) {
		g_string_append(body, "--random-boundary--\r\n");
	}
	err = read_bytes(multipart ? "multipart/form-data; boundary=random-boundary" : FORM, body->str,
	                 body->len, &actual);
	if (err || !json_equal(actual, object)) {
		char *text = cardea_json_dump(object);

		fail_msg("%s: %s became %s", cardea_error_code(err), text, body->str);
	}
	json_decref(actual);
	g_string_free(body, TRUE);
}

static void random_objects(void **state)
{
	guint32 seed = g_random_int();
	GRand *random = g_rand_new_with_seed(seed);

	(void)state;
	print_message("seed %u\n", seed);
	for (int i = 0; i < 3000; i++) {
		json_t *object = random_object(random);

		round_trip(object, false);
		round_trip(object, true);
		json_decref(object);
	}
	g_rand_free(random);
}

/* ---- typed readers ---- */

static json_t *object_of(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);

	assert_non_null(object);
	return object;
}

static void texts(void **state)
{
	json_t *object = object_of("{\"s\":\"x\",\"e\":\"\",\"n\":null,\"i\":1,\"b\":true,\"o\":{}}");
	const char *out = "untouched";

	(void)state;
	assert_int_equal(cardea_body_text(object, "i", &out), CARDEA_E_INVALID);
	assert_int_equal(cardea_body_text(object, "b", &out), CARDEA_E_INVALID);
	assert_int_equal(cardea_body_text(object, "o", &out), CARDEA_E_INVALID);
	assert_string_equal(out, "untouched");
	assert_int_equal(cardea_body_text(object, "s", &out), 0);
	assert_string_equal(out, "x");
	assert_int_equal(cardea_body_text(object, "e", &out), 0);
	assert_string_equal(out, "");
	assert_int_equal(cardea_body_text(object, "n", &out), 0);
	assert_null(out);
	assert_int_equal(cardea_body_text(NULL, "s", &out), 0);
	assert_null(out);
	json_decref(object);
}

static void containers(void **state)
{
	json_t *object =
	        object_of("{\"o\":{\"x\":1},\"a\":[],\"e\":\"\",\"n\":null,\"s\":\"x\",\"i\":1}");
	const json_t *out = object;

	(void)state;
	assert_int_equal(cardea_body_object(object, "a", &out), CARDEA_E_INVALID);
	assert_int_equal(cardea_body_object(object, "s", &out), CARDEA_E_INVALID);
	assert_int_equal(cardea_body_array(object, "o", &out), CARDEA_E_INVALID);
	assert_int_equal(cardea_body_array(object, "i", &out), CARDEA_E_INVALID);
	assert_ptr_equal(out, object);
	assert_int_equal(cardea_body_object(object, "o", &out), 0);
	assert_ptr_equal(out, json_object_get(object, "o"));
	assert_int_equal(cardea_body_array(object, "a", &out), 0);
	assert_ptr_equal(out, json_object_get(object, "a"));
	assert_int_equal(cardea_body_array(object, "e", &out), 0);
	assert_null(out);
	out = object;
	assert_int_equal(cardea_body_object(object, "n", &out), 0);
	assert_null(out);
	out = object;
	assert_int_equal(cardea_body_object(object, "absent", &out), 0);
	assert_null(out);
	json_decref(object);
}

static void booleans(void **state)
{
	static const struct {
		const char *value;
		int expected; /* 7: refused */
	} cases[] = {
	        {"true", 1},      {"false", 0},    {"\"true\"", 1}, {"\"false\"", 0}, {"\"1\"", 1},
	        {"\"0\"", 0},     {"null", -1},    {"\"\"", -1},    {"\"TRUE\"", 7},  {"\"yes\"", 7},
	        {"\"true \"", 7}, {"\"2\"", 7},    {"1", 7},        {"0", 7},         {"{}", 7},
	        {"[]", 7},        {"\"null\"", 7},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("{\"b\":%s}", cases[i].value);
		json_t *object = object_of(text);
		int out = 7;
		int err = cardea_body_boolean(object, "b", &out);

		assert_int_equal(err, cases[i].expected == 7 ? CARDEA_E_INVALID : 0);
		assert_int_equal(out, cases[i].expected);
		json_decref(object);
	}
}

static void integers(void **state)
{
	static const struct {
		const char *value;
		int64_t expected; /* 77: refused */
	} cases[] = {
	        {"5", 5},
	        {"-5", -5},
	        {"\"5\"", 5},
	        {"\"-5\"", -5},
	        {"\"007\"", 7},
	        {"\"9223372036854775807\"", INT64_MAX},
	        {"\"-9223372036854775808\"", INT64_MIN},
	        {"null", -3},
	        {"\"\"", -3},
	        {"\"9223372036854775808\"", 77},
	        {"\"-9223372036854775809\"", 77},
	        {"\" 5\"", 77},
	        {"\"5 \"", 77},
	        {"\"0x5\"", 77},
	        {"\"5.0\"", 77},
	        {"\"-\"", 77},
	        {"\"x\"", 77},
	        {"5.0", 77},
	        {"true", 77},
	        {"{}", 77},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("{\"i\":%s}", cases[i].value);
		json_t *object = object_of(text);
		int64_t out = 77;
		int err = cardea_body_integer(object, "i", -3, &out);

		assert_int_equal(err, cases[i].expected == 77 ? CARDEA_E_INVALID : 0);
		assert_int_equal(out, cases[i].expected);
		json_decref(object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("an empty or blank body is an empty object", empty),
	        TEST("what begins with a brace or is called JSON is JSON", json),
	        TEST("everything else is a form; files are left out", forms),
	        TEST("names in brackets nest", nesting),
	        TEST("the last of equal names wins", duplicates),
	        TEST("the value `undefined` is absent in a form", undefined),
	        TEST("malformed and conflicting names are refused", bad_names),
	        TEST("random objects come back as they were", random_objects),
	        TEST("texts", texts),
	        TEST("objects and arrays", containers),
	        TEST("booleans, also as text", booleans),
	        TEST("integers, also as text", integers),
	};

	return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
