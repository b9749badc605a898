/*
 * form: urlencoded and multipart bodies, as clients send them and as attackers would.
 */
#include "unit.h"

#include "cardea_error.h"
#include "cardea_limits.h"
#include "net/form.h"

#define MULTIPART "multipart/form-data; boundary=b"

/* Writes each field as "name=value\n", a file as "name:length\n". */
static char *parse_bytes(const char *type, const char *body, size_t len)
{
	/* Of exactly that size, so that a byte read past the end is seen. */
	g_autofree char *copy = g_memdup2(body, len);
	GString *text = g_string_new(NULL);
	struct cardea_form *form = NULL;
	int err = cardea_form_parse(type, copy, len, &form);

	if (err) {
		assert_null(form);
		g_string_append(text, cardea_error_code(err));
		return g_string_free(text, FALSE);
	}
	for (size_t i = 0; i < cardea_form_count(form); i++) {
		const struct cardea_form_field *field = cardea_form_field(form, i);

		if (field->value)
			g_string_append_printf(text, "%s=%s\n", field->name, field->value);
		else
			g_string_append_printf(text, "%s:%zu\n", field->name, field->file_len);
	}
	cardea_form_free(form);
	return g_string_free(text, FALSE);
}

#define assert_form(type, body, expected)                                                          \
	do {                                                                                           \
		g_autofree char *actual = parse_bytes(type, body, sizeof(body) - 1);                       \
		assert_string_equal(actual, expected);                                                     \
	} while (0)

/* ---- urlencoded ---- */

static void pairs(void **state)
{
	(void)state;
	assert_form(NULL, "", "");
	assert_form(NULL, "a=1", "a=1\n");
	assert_form("application/x-www-form-urlencoded", "a=1&b=2&a=3", "a=1\nb=2\na=3\n");
	assert_form("text/plain", "a=1=2", "a=1=2\n");
	assert_form(NULL, "&&a=1&", "a=1\n");
	assert_form(NULL, "a&b=", "a=\nb=\n");
	assert_form(NULL, "user%5Bname%5D=Jane+Doe&n=%2B%25%26%3D", "user[name]=Jane Doe\nn=+%&=\n");
	assert_form(NULL, "a+b=1", "a b=1\n");
	assert_form(NULL, "n=%C3%A9&m=\xc3\xa9", "n=\xc3\xa9\nm=\xc3\xa9\n");
	assert_form(NULL, "n=%2541", "n=%41\n"); /* decoded once */
}

static void bad_pairs(void **state)
{
	(void)state;
	assert_form(NULL, "=1", "invalid");
	assert_form(NULL, "a=%", "invalid");
	assert_form(NULL, "a=%4", "invalid");
	assert_form(NULL, "a=%zz", "invalid");
	assert_form(NULL, "%zz=1", "invalid");
	assert_form(NULL, "a=%4&b=1", "invalid"); /* the digits end with the pair */
	assert_form(NULL, "a=%00", "invalid");
	assert_form(NULL, "a=\0b", "invalid");
	assert_form(NULL, "a=%FF", "invalid");
	assert_form(NULL, "a=%C3&b=%A9", "invalid");
	assert_form(NULL, "a=%ED%A0%80", "invalid");
	assert_form(NULL, "a=%C0%AF", "invalid");
}

static void check_limit(const char *body, int expected)
{
	g_autofree char *actual = parse_bytes(NULL, body, strlen(body));

	if (expected)
		assert_string_equal(actual, cardea_error_code(expected));
	else
		assert_non_null(strchr(actual, '\n'));
}

static void limits(void **state)
{
	g_autofree char *name = g_strnfill(CARDEA_MAX_FORM_NAME, 'n');
	g_autofree char *value = g_strnfill(CARDEA_MAX_FORM_VALUE, 'v');
	g_autofree char *long_value = g_strconcat("a=", value, NULL);
	g_autofree char *longer_value = g_strconcat(long_value, "v", NULL);
	g_autofree char *longer_name = g_strconcat(name, "n", NULL);
	GString *many = g_string_new(NULL);

	(void)state;
	check_limit(name, 0);
	check_limit(longer_name, CARDEA_E_TOO_LONG);
	check_limit(long_value, 0);
	check_limit(longer_value, CARDEA_E_TOO_LONG);
	for (int i = 0; i < CARDEA_MAX_FORM_FIELDS; i++)
		g_string_append(many, "a&");
	check_limit(many->str, 0);
	g_string_append(many, "a");
	check_limit(many->str, CARDEA_E_TOO_LONG);
	g_string_free(many, TRUE);
}

/* ---- multipart ---- */

#define PART(header, content) "--b\r\n" header "\r\n\r\n" content "\r\n"
#define FIELD(name, content)  PART("Content-Disposition: form-data; name=\"" name "\"", content)

static void parts(void **state)
{
	(void)state;
	assert_form(MULTIPART, "--b--\r\n", "");
	assert_form(MULTIPART, "--b--", "");
	assert_form(MULTIPART, "--b\t--", "");
	assert_form(MULTIPART, FIELD("a", "1") FIELD("b[]", "x\r\ny") "--b--", "a=1\nb[]=x\r\ny\n");
	assert_form(MULTIPART, FIELD("a", "") "--b--\r\n", "a=\n");
	assert_form(MULTIPART, FIELD("n", "%41+\r\n--\r\n") "--b--", "n=%41+\r\n--\r\n\n");
	assert_form(MULTIPART, "preamble\r\n" FIELD("a", "1") "--b--epilogue --b", "a=1\n");
	assert_form(MULTIPART,
	            "--b \t\r\n"
	            "Content-Disposition: form-data; name=a\r\n\r\n1\r\n--b--",
	            "a=1\n");
	/* A part without content and without the CRLF in front of the delimiter. */
	assert_form(MULTIPART, "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b--", "a=\n");
}

static void part_headers(void **state)
{
	(void)state;
	assert_form(MULTIPART,
	            PART("content-type: text/plain; charset=UTF-8\r\n"
	                 "CONTENT-DISPOSITION:Form-Data;NAME=a\r\n"
	                 "Content-Transfer-Encoding: 8BIT\r\n"
	                 "X-Other: 1",
	                 "1") "--b--",
	            "a=1\n");
	assert_form(MULTIPART, FIELD("a;b=\\\"\\\\\\c", "1") "--b--", "a;b=\"\\\\c=1\n");
	assert_form(MULTIPART, FIELD("\xc3\xa9", "1") "--b--", "\xc3\xa9=1\n");
}

static void files(void **state)
{
	(void)state;
	assert_form(MULTIPART,
	            PART("Content-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
	                 "Content-Type: image/png",
	                 "\0\xff\r\n--") FIELD("a", "1") "--b--",
	            "file:6\na=1\n");
	assert_form(MULTIPART,
	            PART("Content-Disposition: form-data; name=f; filename=\"\"", "") "--b--", "f:0\n");
	assert_form(MULTIPART,
	            PART("Content-Disposition: form-data; name=f; filename*=UTF-8''x", "12") "--b--",
	            "f:2\n");
}

static void boundaries(void **state)
{
	(void)state;
	assert_form("Multipart/Form-Data;boundary=b", FIELD("a", "1") "--b--", "a=1\n");
	assert_form("multipart/form-data; charset=utf-8; Boundary=\"b\"", FIELD("a", "1") "--b--",
	            "a=1\n");
	assert_form("multipart/form-data; boundary=\"b :/=?\"", "--b :/=?--", "");
	assert_form("multipart/form-data; boundary=----W0", "------W0--\r\n", "");
	assert_form("multipart/form-data", "--b--", "invalid");
	assert_form("multipart/form-data; boundary=", "--b--", "invalid");
	assert_form("multipart/form-data; boundary=\"b", "--b--", "invalid");
	assert_form("multipart/form-data; boundary=\"b \"", "--b --", "invalid");
	assert_form("multipart/form-data; boundary=\"b\xc3\xa9\"", "--b\xc3\xa9--", "invalid");
	assert_form("multipart/form-data; boundary=b; boundary=b", "--b--", "invalid");
	assert_form("multipart/form-data; boundary=b x", "--b--", "invalid");
	assert_form("multipart/form-data; boundary=b; ", "--b--", "");
	assert_form("multipart/form-data; boundary=" /* 70, then 71 */
	            "0123456789012345678901234567890123456789012345678901234567890123456789",
	            "--0123456789012345678901234567890123456789012345678901234567890123456789--", "");
	assert_form("multipart/form-data; boundary="
	            "01234567890123456789012345678901234567890123456789012345678901234567890",
	            "--01234567890123456789012345678901234567890123456789012345678901234567890--",
	            "invalid");
	assert_form("multipart/form-datab; boundary=b", "a=1", "a=1\n");
}

static void bad_parts(void **state)
{
	(void)state;
	assert_form(MULTIPART, "", "invalid");
	assert_form(MULTIPART, "a=1", "invalid");
	assert_form(MULTIPART, "--b", "invalid");
	assert_form(MULTIPART, "--b-", "invalid");
	assert_form(MULTIPART, "x--b--", "invalid");
	assert_form(MULTIPART, "--b\r\n", "invalid");
	assert_form(MULTIPART, "--b\n--b--", "invalid");
	assert_form(MULTIPART, "--bb--", "invalid");
	assert_form(MULTIPART, "--b\r\n\r\n1\r\n--b--", "invalid"); /* no header */
	assert_form(MULTIPART, FIELD("a", "1"), "invalid");         /* cut off */
	assert_form(MULTIPART, FIELD("a", "1") "--b", "invalid");
	assert_form(MULTIPART, FIELD("a", "1\r\n--bb") "--b--", "invalid");
	assert_form(MULTIPART, FIELD("a", "1\0") "--b--", "invalid");
	assert_form(MULTIPART, FIELD("a", "\xff") "--b--", "invalid");
}

static void bad_part_headers(void **state)
{
	(void)state;
	assert_form(MULTIPART, FIELD("", "1") "--b--", "invalid");
	assert_form(MULTIPART, FIELD("a\0b", "1") "--b--", "invalid");
	assert_form(MULTIPART, FIELD("a\nb", "1") "--b--", "invalid");
	assert_form(MULTIPART, FIELD("a\xff", "1") "--b--", "invalid");
	assert_form(MULTIPART, FIELD("a\"; name=\"b", "1") "--b--", "invalid");
	assert_form(MULTIPART, PART("Content-Disposition: form-data; name=\"a", "1") "--b--",
	            "invalid");
	assert_form(MULTIPART, PART("Content-Disposition: form-data", "1") "--b--", "invalid");
	assert_form(MULTIPART, PART("Content-Disposition: attachment; name=a", "1") "--b--", "invalid");
	assert_form(MULTIPART, PART("Content-Disposition: form-data; name=a; x", "1") "--b--",
	            "invalid");
	assert_form(MULTIPART,
	            PART("Content-Disposition: form-data; name=a\r\n"
	                 "Content-Disposition: form-data; name=b",
	                 "1") "--b--",
	            "invalid");
	assert_form(MULTIPART, PART("Content-Type: text/plain", "1") "--b--", "invalid");
	assert_form(MULTIPART, PART("no colon", "1") "--b--", "invalid");
	assert_form(MULTIPART, PART("Content-Disposition: form-data;\r\n name=a", "1") "--b--",
	            "invalid");
	assert_form(MULTIPART,
	            PART("Content-Disposition: form-data; name=a\r\n"
	                 "Content-Transfer-Encoding: base64",
	                 "MQ==") "--b--",
	            "unsupported");
}

static void long_part_header(void **state)
{
	g_autofree char *fill = g_strnfill(4096, 'x');
	g_autofree char *body =
	        g_strdup_printf("--b\r\nX-Long: %s\r\nContent-Disposition: form-data; name=a\r\n\r\n1"
	                        "\r\n--b--",
	                        fill);
	g_autofree char *actual = parse_bytes(MULTIPART, body, strlen(body));

	(void)state;
	assert_string_equal(actual, "too_long");
}

/* Wherever a body is cut off, it is refused, but for what comes behind the last delimiter. */
static void cut_off(void **state)
{
	static const char body[] = FIELD("a", "1")
	        PART("Content-Disposition: form-data; name=f; filename=x\r\nContent-Type: a/b",
	             "\0") "--b--";

	(void)state;
	for (size_t len = 0; len < sizeof(body) - 1; len++) {
		g_autofree char *actual = parse_bytes(MULTIPART, body, len);

		assert_string_equal(actual, "invalid");
	}
	assert_form(MULTIPART, body, "a=1\nf:1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        TEST("urlencoded pairs", pairs),
	        TEST("badly encoded pairs are refused", bad_pairs),
	        TEST("number, names and values are bounded", limits),
	        TEST("parts of a multipart body", parts),
	        TEST("headers of a part", part_headers),
	        TEST("a file is told by name and length", files),
	        TEST("boundaries", boundaries),
	        TEST("malformed multipart bodies are refused", bad_parts),
	        TEST("malformed headers of a part are refused", bad_part_headers),
	        TEST("a line of a part's header is bounded", long_part_header),
	        TEST("a multipart body that is cut off is refused", cut_off),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
