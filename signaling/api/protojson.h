/*
 * protojson: messages of Protocol Buffers as JSON, by tables (spec/plugnmeet 2). No state, any
 * thread.
 *
 * Decoded, a message is a JSON object of one form: names in snake_case, integers as JSON integers,
 * enums as numbers. What the text did not have, or had as null, is absent: so an explicit false is
 * told from none.
 */
#ifndef CARDEA_API_PROTOJSON_H
#define CARDEA_API_PROTOJSON_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>

enum cardea_proto_kind {
	CARDEA_PROTO_BOOL,
	CARDEA_PROTO_INT32,
	CARDEA_PROTO_UINT32,
	CARDEA_PROTO_INT64,
	CARDEA_PROTO_UINT64, /* up to INT64_MAX: no field of ours comes near */
	CARDEA_PROTO_STRING,
	CARDEA_PROTO_ENUM,
	CARDEA_PROTO_MESSAGE,
	CARDEA_PROTO_MAP, /* of strings */
};

struct cardea_proto_value {
	const char *name;
	int number;
};

enum {
	CARDEA_PROTO_OPTIONAL = 1 << 0, /* a scalar with presence: left out when it is not set */
	CARDEA_PROTO_REPEATED = 1 << 1,
	CARDEA_PROTO_ONEOF = 1 << 2, /* at most one of the message's fields that have this */
	/* Rules, for cardea_proto_validate. */
	CARDEA_PROTO_REQUIRED = 1 << 3, /* there, and not its default */
	CARDEA_PROTO_URI = 1 << 4,
	CARDEA_PROTO_POSITIVE = 1 << 5, /* if it is there */
	CARDEA_PROTO_OWNED = 1 << 6,    /* the server's own: nobody else sets it */
	CARDEA_PROTO_WORD = 1 << 7,     /* ASCII letters, digits, "-" and "_" */
};

struct cardea_proto_message;

struct cardea_proto_field {
	const char *name; /* snake_case */
	enum cardea_proto_kind kind;
	unsigned flags;
	const struct cardea_proto_message *message; /* MESSAGE */
	const struct cardea_proto_value *values;    /* ENUM; ends with a NULL name */
	const char *rule_text; /* what the breach of WORD is called; NULL = a text of our own */
};

struct cardea_proto_message {
	const struct cardea_proto_field *fields;
	size_t count;
};

/*
 * Reads @len bytes as one @message: both spellings of names, unknown ones ignored, the same field
 * twice refused, integers also as decimal strings, enums by name or number. 0 and a new reference,
 * or CARDEA_E_INVALID and a text for the caller, freed with g_free.
 */
int cardea_proto_decode(const struct cardea_proto_message *message, const char *text, size_t len,
                        json_t **out, char **failure);

/* NULL if the decoded @object keeps the rules, else the text that names each breach; g_free. */
char *cardea_proto_validate(const struct cardea_proto_message *message, const json_t *object);

/*
 * The JSON of a decoded @object: every field in the order of the table; what is not set as its
 * default, a message as null, an optional scalar not at all. 64-bit integers become strings. NULL
 * is an empty object. A new reference.
 */
json_t *cardea_proto_encode(const struct cardea_proto_message *message, const json_t *object);

#endif
