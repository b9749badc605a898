#include "api/native_call.h"

#include "api/presented.h"
#include "api/reply.h"
#include "cardea_error.h"
#include "cardea_text.h"
#include "domain/locks.h"
#include "net/ratelimit.h"

static uint64_t peer_key(const struct cardea_http_request *request, const struct cardea_api *api)
{
	return cardea_ratelimit_peer_key(api->failures, cardea_http_peer(request));
}

void cardea_native_refuse(struct cardea_http_request *request, const struct cardea_api *api,
                          int err)
{
	if (cardea_error_http(err) == 401) {
		cardea_ratelimit_charge(api->failures, peer_key(request, api));
	}
	cardea_reply_native_error(request, err);
}

bool cardea_native_caller(struct cardea_http_request *request, const struct cardea_api *api,
                          struct cardea_presented *who)
{
	int64_t wait = cardea_ratelimit_wait_s(api->failures, peer_key(request, api));
	int err;

	if (wait > 0) {
		cardea_reply_native_limited(request, wait);
		return false;
	}
	err = cardea_presented_read(request, who);
	if (err) {
		cardea_native_refuse(request, api, err);
	}
	return !err;
}

int cardea_native_body(const struct cardea_http_request *request,
                       const struct cardea_json_field *fields, size_t count, json_t **out)
{
	json_t *body = NULL;
	size_t len = 0;
	int err = 0;

	if (!cardea_http_body(request, &len) || len == 0) {
		body = json_object();
	} else {
		err = cardea_read_json(request, &body);
	}
	if (!err) {
		err = cardea_json_check(body, fields, count, NULL);
	}
	if (err) {
		json_decref(body);
		return err;
	}
	*out = body;
	return 0;
}

char *cardea_native_text(const json_t *body, const char *name, size_t max)
{
	const char *text = cardea_json_string(body, name, NULL);

	return text ? cardea_text_clean_name(text, max) : NULL;
}

json_t *cardea_native_locks(unsigned locks)
{
	json_t *object = json_object();

	for (unsigned lock = 1; lock <= CARDEA_LOCK_ALL; lock <<= 1) {
		if (locks & lock) {
			json_object_set_new(object, cardea_lock_name(lock), json_true());
		}
	}
	return object;
}
