/*
 * body: the bodies of the meetings dialect (spec/meetings 4): JSON, urlencoded or multipart become
 * one JSON object. In a form every scalar is a text, so values are read by the typed readers, which
 * take a JSON type and its text alike. Loop thread only.
 */
#ifndef CARDEA_API_BODY_H
#define CARDEA_API_BODY_H

#include <stdint.h>
#include <jansson.h>
#include "net/http.h"

/*
 * Reads the body as one object; an empty one is {}. It is JSON if it begins with "{" or is called
 * application/json, else a form: `a[b][c]=x` nests, `a[]=x` appends to an array, the last of equal
 * names wins, the value `undefined` is absent, files are left out. On success *@out is a new
 * reference. An error of cardea_json_parse_object for JSON (CARDEA_E_JSON_*), of cardea_form_parse
 * for forms; CARDEA_E_INVALID for a malformed name, one that is a value here and an object there,
 * or one deeper than CARDEA_MAX_FORM_DEPTH.
 */
int cardea_body_read(const struct cardea_http_request *request, json_t **out);

/*
 * Typed readers of the member @name of @object (NULL: has no members). Absent and null are the
 * same; the empty text as well, where a text is not what is asked for. CARDEA_E_INVALID if the
 * value is of another kind; *@out is then not written. Results are borrowed from @object.
 */
/* *@out is NULL if absent. */
int cardea_body_text(const json_t *object, const char *name, const char **out);
int cardea_body_object(const json_t *object, const char *name, const json_t **out);
int cardea_body_array(const json_t *object, const char *name, const json_t **out);
/* JSON or one of "true", "1", "false", "0" (PHP writes digits): *@out is 1 or 0, -1 if absent. */
int cardea_body_boolean(const json_t *object, const char *name, int *out);
/* JSON or a decimal text: *@out is @absent if there is none. */
int cardea_body_integer(const json_t *object, const char *name, int64_t absent, int64_t *out);

#endif
