/*
 * cardea_error: look-ups in the one error table. Each is a switch made from cardea_error.def, so
 * that a number used twice does not compile.
 */
#include "cardea_error.h"

const char *cardea_error_code(int err)
{
	switch (err) {
#define CARDEA_ERROR(name, value, code, status, text)                                              \
	case CARDEA_E_##name:                                                                          \
		return code;
#include "cardea_error.def"
#undef CARDEA_ERROR
	default:
		return "internal";
	}
}

const char *cardea_error_text(int err)
{
	switch (err) {
#define CARDEA_ERROR(name, value, code, status, text)                                              \
	case CARDEA_E_##name:                                                                          \
		return text;
#include "cardea_error.def"
#undef CARDEA_ERROR
	default:
		return "internal error";
	}
}

int cardea_error_http(int err)
{
	switch (err) {
#define CARDEA_ERROR(name, value, code, status, text)                                              \
	case CARDEA_E_##name:                                                                          \
		return status;
#include "cardea_error.def"
#undef CARDEA_ERROR
	default:
		return 500;
	}
}

int cardea_error_number(int err)
{
	switch (err) {
#define CARDEA_ERROR(name, value, code, status, text)                                              \
	case CARDEA_E_##name:                                                                          \
		return value;
#include "cardea_error.def"
#undef CARDEA_ERROR
	default:
		return -CARDEA_E_INTERNAL;
	}
}
