#include "ice.h"

#include <string.h>
#include <glib.h>
#include <openssl/rand.h>

#define CHECK_MS   50
#define CONSENT_MS 4000
/* Peer reflexive, RFC 8445 5.1.2; with one pair its value decides nothing. */
#define PRIORITY   ((110u << 24) | (65535u << 8) | 255u)

static void random_text(char *text, size_t len)
{
	static const char alphabet[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	RAND_bytes((unsigned char *)text, (int)len);
	for (size_t i = 0; i < len; i++)
		text[i] = alphabet[(unsigned char)text[i] & 63];
	text[len] = '\0';
}

void ice_init(struct ice *ice, bool controlling, ice_send send, void *arg)
{
	*ice = (struct ice){.controlling = controlling, .send = send, .arg = arg};
	random_text(ice->ufrag, sizeof(ice->ufrag) - 1);
	random_text(ice->pwd, sizeof(ice->pwd) - 1);
	RAND_bytes((unsigned char *)&ice->tie_breaker, sizeof(ice->tie_breaker));
}

void ice_set_remote(struct ice *ice, const char *ufrag, const char *pwd,
                    const struct sockaddr_in *candidate)
{
	g_strlcpy(ice->remote_ufrag, ufrag, sizeof(ice->remote_ufrag));
	g_strlcpy(ice->remote_pwd, pwd, sizeof(ice->remote_pwd));
	ice->remote = *candidate;
}

bool ice_connected(const struct ice *ice)
{
	return ice->valid && ice->nominated;
}

static void send_message(struct ice *ice, const struct sockaddr_in *to,
                         const struct stun_message *message, const char *password)
{
	uint8_t data[STUN_MAX_SIZE];
	ice->send(ice->arg, to, data, stun_write(message, password, data));
}

static void check(struct ice *ice, int64_t now_ms)
{
	struct stun_message request = {
	        .type = STUN_REQUEST,
	        .priority = PRIORITY,
	        .role = ice->controlling ? STUN_ROLE_CONTROLLING : STUN_ROLE_CONTROLLED,
	        .tie_breaker = ice->tie_breaker,
	        .use_candidate = ice->controlling && ice->valid,
	};
	ice->nominating = request.use_candidate;
	RAND_bytes(ice->id, sizeof(ice->id));
	memcpy(request.id, ice->id, sizeof(ice->id));
	g_snprintf(request.username, sizeof(request.username), "%s:%s", ice->remote_ufrag, ice->ufrag);
	send_message(ice, &ice->remote, &request, ice->remote_pwd);
	ice->check_ms = now_ms + (ice_connected(ice) ? CONSENT_MS : CHECK_MS);
}

void ice_tick(struct ice *ice, int64_t now_ms)
{
	if (ice->remote.sin_family == AF_INET && now_ms >= ice->check_ms)
		check(ice, now_ms);
}

/* RFC 8445 7.3.1.1: of two with one role the one with the larger tie breaker is controlling. True
 * when the other side has to change. */
static bool settle_conflict(struct ice *ice, const struct stun_message *request)
{
	enum stun_role ours = ice->controlling ? STUN_ROLE_CONTROLLING : STUN_ROLE_CONTROLLED;
	if (request->role != ours)
		return false;
	bool larger = ice->tie_breaker >= request->tie_breaker;
	if (larger == ice->controlling)
		return true;
	ice->controlling = !ice->controlling;
	return false;
}

static void answer(struct ice *ice, const struct sockaddr_in *from,
                   const struct stun_message *request)
{
	struct stun_message response = {.type = STUN_SUCCESS, .mapped = *from};
	memcpy(response.id, request->id, sizeof(response.id));
	if (settle_conflict(ice, request)) {
		response.type = STUN_ERROR;
		response.error = STUN_ERROR_CONFLICT;
	} else if (request->use_candidate && !ice->controlling) {
		ice->nominated = true;
	}
	send_message(ice, from, &response, ice->pwd);
}

static void answered(struct ice *ice, const struct stun_message *response, int64_t now_ms)
{
	bool fresh = !ice_connected(ice);
	if (response->type == STUN_ERROR) {
		if (response->error == STUN_ERROR_CONFLICT)
			ice->controlling = !ice->controlling;
		return;
	}
	ice->answered_ms = now_ms;
	ice->valid = true;
	if (ice->nominating)
		ice->nominated = true;
	else if (fresh && ice->controlling)
		check(ice, now_ms);
}

void ice_receive(struct ice *ice, const struct sockaddr_in *from, const uint8_t *data, size_t len,
                 int64_t now_ms)
{
	struct stun_message message;
	if (stun_type(data) == STUN_REQUEST) {
		if (stun_read(data, len, ice->pwd, &message))
			answer(ice, from, &message);
	} else if (memcmp(stun_id(data), ice->id, STUN_ID_SIZE) == 0 &&
	           stun_read(data, len, ice->remote_pwd, &message)) {
		answered(ice, &message, now_ms);
	}
}
