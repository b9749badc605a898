#include "api/account_fields.h"

#include <string.h>
#include <glib.h>
#include "cardea_error.h"
#include "cardea_json.h"
#include "cardea_text.h"

#define MAX_EMAIL 254 /* RFC 5321 4.5.3.1.3, without the brackets */
#define MAX_PHONE 32

static const struct cardea_json_field fields[] = {
        {"email", CARDEA_JSON_STRING, true, 3, MAX_EMAIL},
        {"username", CARDEA_JSON_STRING, true, 1, CARDEA_MAX_NAME},
        {"password", CARDEA_JSON_STRING, true, CARDEA_MIN_PASSWORD, CARDEA_MAX_PASSWORD},
        {"phone", CARDEA_JSON_STRING, false, 0, MAX_PHONE},
};

bool cardea_is_email(const char *text)
{
	const char *at = strchr(text, '@');

	if (!at || at == text || strchr(at + 1, '@') || strpbrk(text, " \t<>(),;:\\\"[]") ||
	    !cardea_text_is_name(text, MAX_EMAIL)) {
		return false;
	}
	return at[1] && at[1] != '.' && at[1] != '-' && !strstr(at, "..") && !g_str_has_suffix(at, ".");
}

int cardea_account_read(const json_t *body, struct cardea_account_new *out, const char **bad)
{
	int err = cardea_json_check(body, fields, G_N_ELEMENTS(fields), bad);

	if (err) {
		return CARDEA_E_VALIDATION;
	}
	*out = (struct cardea_account_new){.email = cardea_json_string(body, "email", ""),
	                                   .username = cardea_json_string(body, "username", ""),
	                                   .password = cardea_json_string(body, "password", ""),
	                                   .phone = cardea_json_string(body, "phone", NULL)};
	*bad = !cardea_is_email(out->email)                                                 ? "email"
	       : !cardea_text_is_name(out->username, CARDEA_MAX_NAME)                       ? "username"
	       : out->phone && out->phone[0] && !cardea_text_is_name(out->phone, MAX_PHONE) ? "phone"
	                                                                                    : NULL;
	return *bad ? CARDEA_E_VALIDATION : 0;
}
