#include "requests.h"

#include <string.h>
#include <glib.h>
#include "generators.h"
#include "harness.h"
#include "world.h"

#define CLIENTS (ROLE_PUBLISH | ROLE_RECEIVE)

/* docs/plugin-api.md sections 2 and 5. A new request is one line. */
const struct request_row request_rows[] = {
        {"join", CLIENTS, 10, true, JSEP_NONE,
         "'handle':'$side','token':'$token','connection':'$connection','slots':'$slots','data':'$"
         "bool'"},
        {"publish", ROLE_PUBLISH, 20, false, JSEP_OFFER, "'offer':'$offer','tracks':'$tracks'"},
        {"source", ROLE_PUBLISH, 20, false, JSEP_NONE, "'kind':'$kind','active':'$bool'"},
        {"answer", ROLE_RECEIVE, 30, false, JSEP_ANSWER, "'offer':'$answered'"},
        {"wish", ROLE_RECEIVE, 20, false, JSEP_NONE, "'rest':'$rest','video':'$wishes'"},
        {"ice", CLIENTS, 3, false, JSEP_NONE, "'restart':'$bool'"},
        {"sync", CLIENTS, 5, false, JSEP_NONE, ""},
        {"send", CLIENTS, 4, false, JSEP_NONE, "'type':'chat','text':'$text'"},
        {"hand", CLIENTS, 3, false, JSEP_NONE, "'raised':'$bool'"},
        {"moderate", CLIENTS, 3, false, JSEP_NONE,
         "'action':'mute','participant':'$seat','kind':'microphone'"},
        {"leave", CLIENTS, 1, false, JSEP_NONE, ""},
        {"hello", ROLE_CONTROL, 5, true, JSEP_NONE,
         "'secret':'$secret','gateway':'g','api':1,'min':1"},
        {"keys", ROLE_CONTROL, 2, false, JSEP_NONE, "'issuer':'stress','keys':'$keys'"},
        {"turn", ROLE_CONTROL, 2, false, JSEP_NONE,
         "'stun':['stun:s'],'urls':['turn:t'],'secrets':['one','two'],'ttl_s':60"},
        {"open", ROLE_CONTROL, 20, false, JSEP_NONE,
         "'room':'$room','tenant':'tenant','conf_id':'$meeting','epoch':'$epoch',"
         "'lease_ms':'$lease','policy':'$policy','min_gen':'$gens'"},
        {"close", ROLE_CONTROL, 1, false, JSEP_NONE,
         "'room':'$room','epoch':'$epoch','reason':'$text'"},
        {"policy", ROLE_CONTROL, 5, false, JSEP_NONE,
         "'room':'$room','epoch':'$epoch','policy':'$policy'"},
        {"grant", ROLE_CONTROL, 15, false, JSEP_NONE,
         "'room':'$room','epoch':'$epoch','seat':'$seat','gen':'$gen','publish':'$kinds',"
         "'subscribe':'$subscribe','locks':'$locks'"},
        {"revoke", ROLE_CONTROL, 3, false, JSEP_NONE,
         "'room':'$room','epoch':'$epoch','seat':'$seat','min_gen':'$gen','text':'$text'"},
        {"mute", ROLE_CONTROL, 10, false, JSEP_NONE,
         "'room':'$room','epoch':'$epoch','seat':'$seat','kind':'$kind'"},
        {"move", ROLE_CONTROL, 10, false, JSEP_NONE,
         "'room':'$room','epoch':'$epoch','seat':'$seat','token':'$moving'"},
        {"hands", ROLE_CONTROL, 5, false, JSEP_NONE,
         "'room':'$room','epoch':'$epoch','hands':'$seats'"},
        {"say", ROLE_CONTROL, 10, false, JSEP_NONE,
         "'room':'$room','epoch':'$epoch','to':'$to','data':{'words':['a','b'],'text':'$text'}"},
        {"sync", ROLE_CONTROL, 10, false, JSEP_NONE, "'room':'$room','from':'$from'"},
        {"ack", ROLE_CONTROL, 5, false, JSEP_NONE, "'room':'$room','seq':'$from'"},
        {"rooms", ROLE_CONTROL, 5, false, JSEP_NONE, ""},
        {"heartbeat", ROLE_CONTROL, 20, false, JSEP_NONE, "'clock':1,'rooms':'$leases'"},
};

unsigned requests_count(void)
{
	return G_N_ELEMENTS(request_rows);
}

/* Values in the place of "$name", in objects and arrays. */
static void fill(json_t *json, struct fake_handle *handle)
{
	const char *key;
	json_t *value;
	void *next;
	json_object_foreach_safe(json, next, key, value)
	{
		const char *text = json_string_value(value);
		if (text && text[0] == '$')
			json_object_set_new(json, key, generate(text + 1, handle));
		else
			fill(value, handle);
	}
}

static json_t *make_body(const struct request_row *row, struct fake_handle *handle)
{
	char *text = g_strdup_printf("{'request':'%s'%s%s}", row->name, row->members[0] ? "," : "",
	                             row->members);
	g_strdelimit(text, "'", '"');
	json_t *body = json_loads(text, 0, NULL);
	if (!body)
		stress_fail("row \"%s\" is no JSON: %s", row->name, text);
	g_free(text);
	fill(body, handle);
	return body;
}

static void send_row(struct fake_handle *handle, const struct request_row *row)
{
	json_t *jsep = NULL;
	if (row->jsep == JSEP_OFFER)
		jsep = generate_offer(handle);
	else if (row->jsep == JSEP_ANSWER)
		jsep = generate_answer();
	fake_core_message(handle, observer_serial((unsigned)(row - request_rows)),
	                  make_body(row, handle), jsep);
}

static const struct request_row *choose(enum role role, bool first)
{
	unsigned total = 0, i;
	for (i = 0; i < requests_count(); i++)
		total += request_rows[i].roles & role && request_rows[i].first == first
		                 ? request_rows[i].weight
		                 : 0;
	unsigned chosen = stress_below(total);
	for (i = 0; i < requests_count(); i++) {
		const struct request_row *row = &request_rows[i];
		if (!(row->roles & role) || row->first != first)
			continue;
		if (chosen < row->weight)
			break;
		chosen -= row->weight;
	}
	return &request_rows[i];
}

void requests_send(struct fake_handle *handle)
{
	bool joined = atomic_load_explicit(&handle->observer.joined, memory_order_relaxed);
	if (stress_chance(20))
		send_row(handle, &request_rows[stress_below(requests_count())]);
	else
		send_row(handle, choose(handle->identity->role, stress_chance(joined ? 10 : 700)));
}

void requests_send_named(struct fake_handle *handle, const char *name)
{
	for (unsigned i = 0; i < requests_count(); i++) {
		if (request_rows[i].roles & handle->identity->role &&
		    strcmp(request_rows[i].name, name) == 0)
			send_row(handle, &request_rows[i]);
	}
}
