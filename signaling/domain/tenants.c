/* tenants: a tenant looks after itself, and the operator makes tenants. */
#include "domain/tenants.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/api_keys.h"
#include "domain/credentials.h"
#include "domain/domain_private.h"
#include "domain/effects.h"
#include "domain/event_codec.h"
#include "domain/grants.h"
#include "domain/journal.h"
#include "domain/room_life.h"
#include "domain/secrets.h"
#include "store/tenant_details.h"

/* Meetings that one command ends, so that others are not held up. */
#define ENDED_AT_ONCE      32
#define EMPTY_ROOM_MINUTES 30 /* spec/participants 3.3 */

struct tenant_op {
	struct cardea_op base;
	struct cardea_presented who;
	const char *id;
	struct cardea_tenant_change change;
	cardea_tenant_h done;
	cardea_tenant_key_h key_done;
	void *arg;
	/* result */
	struct cardea_tenant_row tenant;
	struct cardea_tenant_details_row details;
	const char *webhook; /* opened */
	const char *api_key;
	struct cardea_effects effects;
	bool has_more; /* meetings to end */
};

static struct cardea_secret_place webhook_place(const struct tenant_op *op)
{
	return (struct cardea_secret_place){"tenant_config", op->tenant.id, "webhook"};
}

static const struct cardea_seal *seal_of(const struct tenant_op *op)
{
	return op->base.domain->options.keys.seal;
}

/* ---- reading ---- */

static int read_details(struct cardea_tx *tx, struct tenant_op *op)
{
	const struct cardea_secret_place place = webhook_place(op);
	int err = cardea_store_tenant_details_get(tx, op->tenant.id, &op->details);

	op->webhook = NULL;
	if (err || !op->details.webhook.data) {
		return err;
	}
	return cardea_secret_open(seal_of(op), tx, &place, &op->details.webhook, &op->webhook);
}

static int find(struct cardea_tx *tx, struct tenant_op *op, struct cardea_principal *principal)
{
	int err = cardea_authenticate(op->base.domain, tx, &op->who, principal, &op->tenant);

	cardea_effects_begin(&op->effects, tx);
	op->has_more = false;
	if (!err) {
		err = cardea_grant_tenant(principal, op->id);
	}
	return err ? err : read_details(tx, op);
}

static void show(const struct tenant_op *op, struct cardea_tenant_view *out)
{
	const struct cardea_tenant_row *row = &op->tenant;
	const struct cardea_tenant_details_row *details = &op->details;

	*out = (struct cardea_tenant_view){
	        .id = row->id,
	        .name = row->name,
	        .is_active = row->is_active,
	        .is_internal = details->is_internal,
	        .limits = {.max_concurrent_rooms = row->max_concurrent_rooms,
	                   .max_participants_per_room = row->max_participants_per_room,
	                   .max_total_minutes = details->max_total_minutes,
	                   .max_recording_duration_minutes = details->max_recording_duration_minutes},
	        .config = {.allow_early_join = row->allow_early_join,
	                   .first_participant_is_host = row->first_participant_is_host,
	                   .force_recording = row->force_recording,
	                   .transcription_enabled = row->transcription_enabled,
	                   .single_use_tokens = details->single_use_tokens,
	                   .duplicates = (int)row->duplicate_policy,
	                   .empty_room_timeout_minutes = row->empty_room_timeout_minutes,
	                   .allowed_origins = details->allowed_origins,
	                   .extra = details->extra,
	                   .post_meeting_webhook = op->webhook},
	        .created_at = row->created_at,
	        .updated_at = row->updated_at,
	};
}

static int get(struct cardea_tx *tx, void *arg)
{
	struct cardea_principal principal;

	return find(tx, arg, &principal);
}

static void answer(int err, void *arg)
{
	struct tenant_op *op = arg;
	struct cardea_tenant_view view;

	if (!err) {
		show(op, &view);
	}
	if (op->key_done) {
		op->key_done(err, err ? NULL : &view, err ? NULL : op->api_key, op->arg);
	} else {
		op->done(err, err ? NULL : &view, op->arg);
	}
	cardea_op_free(&op->base);
}

static struct tenant_op *new_op(struct cardea_domain *domain, const struct cardea_presented *who,
                                const char *id, cardea_tenant_h done, void *arg)
{
	struct tenant_op *op = cardea_op_new(domain, sizeof(*op));

	op->who = cardea_op_presented(&op->base, who);
	op->id = cardea_op_strdup(&op->base, id);
	op->done = done;
	op->arg = arg;
	return op;
}

int cardea_domain_tenant_get(struct cardea_domain *domain, const struct cardea_presented *who,
                             const char *id, cardea_tenant_h done, void *arg)
{
	return cardea_op_run(&new_op(domain, who, id, done, arg)->base, get, answer);
}

/* ---- changing ---- */

static void set_integer(int64_t *value, int64_t change)
{
	if (change >= 0) {
		*value = change;
	}
}

static void set_flag(bool *value, int change)
{
	if (change >= 0) {
		*value = change;
	}
}

static void set_limits(struct tenant_op *op)
{
	const struct cardea_tenant_limits *limits = &op->change.limits;

	set_integer(&op->tenant.max_concurrent_rooms, limits->max_concurrent_rooms);
	set_integer(&op->tenant.max_participants_per_room, limits->max_participants_per_room);
	set_integer(&op->details.max_total_minutes, limits->max_total_minutes);
	set_integer(&op->details.max_recording_duration_minutes,
	            limits->max_recording_duration_minutes);
}

static void set_config(struct tenant_op *op)
{
	const struct cardea_tenant_config *config = &op->change.config;
	struct cardea_tenant_row *row = &op->tenant;

	set_flag(&row->allow_early_join, config->allow_early_join);
	set_flag(&row->first_participant_is_host, config->first_participant_is_host);
	set_flag(&row->force_recording, config->force_recording);
	set_flag(&row->transcription_enabled, config->transcription_enabled);
	set_flag(&op->details.single_use_tokens, config->single_use_tokens);
	set_integer(&row->empty_room_timeout_minutes, config->empty_room_timeout_minutes);
	if (config->duplicates >= 0) {
		row->duplicate_policy = (enum cardea_duplicate_policy)config->duplicates;
	}
	if (config->allowed_origins) {
		op->details.allowed_origins = config->allowed_origins;
	}
}

/* What is kept as text. */
static int set_texts(struct cardea_tx *tx, struct tenant_op *op)
{
	const struct cardea_tenant_config *config = &op->change.config;
	const struct cardea_secret_place place = webhook_place(op);
	int err = 0;

	if (config->extra) {
		err = cardea_object_merge(tx, op->details.extra, config->extra, &op->details.extra);
	}
	if (err || !config->post_meeting_webhook) {
		return err;
	}
	err = cardea_object_merge(tx, op->webhook, config->post_meeting_webhook, &op->webhook);
	return err ? err
	           : cardea_secret_close(seal_of(op), tx, &place, op->webhook, &op->details.webhook);
}

static int write_tenant(struct cardea_tx *tx, struct tenant_op *op, const char *event)
{
	const struct cardea_event_data data = {.name = op->tenant.name};
	int err;

	op->tenant.updated_at = cardea_tx_now_ms(tx);
	err = cardea_store_tenant_update(tx, &op->tenant);
	if (!err) {
		err = cardea_store_tenant_details_update(tx, op->tenant.id, &op->details);
	}
	return err ? err : cardea_journal_tenant(tx, op->tenant.id, event, &data);
}

static int update(struct cardea_tx *tx, void *arg)
{
	struct tenant_op *op = arg;
	struct cardea_principal principal;
	int err = find(tx, op, &principal);

	if (err) {
		return err;
	}
	if (op->change.name) {
		op->tenant.name = op->change.name;
	}
	set_limits(op);
	set_config(op);
	err = set_texts(tx, op);
	return err ? err : write_tenant(tx, op, CARDEA_EVENT_TENANT_UPDATED);
}

int cardea_domain_tenant_update(struct cardea_domain *domain, const struct cardea_presented *who,
                                const char *id, const struct cardea_tenant_change *change,
                                cardea_tenant_h done, void *arg)
{
	struct tenant_op *op = new_op(domain, who, id, done, arg);
	struct cardea_tenant_config *config = &op->change.config;

	op->change = *change;
	op->change.name = cardea_op_strdup(&op->base, change->name);
	config->allowed_origins = cardea_op_strdup(&op->base, config->allowed_origins);
	config->extra = cardea_op_strdup(&op->base, config->extra);
	config->post_meeting_webhook = cardea_op_strdup(&op->base, config->post_meeting_webhook);
	return cardea_op_run(&op->base, update, answer);
}

/* ---- the key ---- */

static int rotate(struct cardea_tx *tx, void *arg)
{
	struct tenant_op *op = arg;
	struct cardea_principal principal;
	int err = find(tx, op, &principal);

	if (!err) {
		err = cardea_api_key_rotate(tx, seal_of(op), op->tenant.id, op->who.value, &op->api_key);
	}
	op->tenant.key_gen++;
	return err ? err : write_tenant(tx, op, CARDEA_EVENT_TENANT_KEY_ROTATED);
}

int cardea_domain_tenant_rotate_key(struct cardea_domain *domain,
                                    const struct cardea_presented *who, const char *id,
                                    cardea_tenant_key_h done, void *arg)
{
	struct tenant_op *op = new_op(domain, who, id, NULL, arg);

	op->key_done = done;
	return cardea_op_run(&op->base, rotate, answer);
}

/* ---- the end ---- */

static int end_some(struct cardea_tx *tx, void *arg)
{
	struct tenant_op *op = arg;
	const struct cardea_room_row *rooms = NULL;
	size_t count = 0;
	int err = cardea_store_room_list_active(tx, op->id, ENDED_AT_ONCE, &rooms, &count);

	cardea_effects_begin(&op->effects, tx);
	op->has_more = count == ENDED_AT_ONCE;
	for (size_t i = 0; i < count && !err; i++) {
		struct cardea_room_row room = rooms[i];

		cardea_effect_close(&op->effects, &room);
		err = cardea_room_end(tx, &room, "tenant");
	}
	return err;
}

static int deactivate(struct cardea_tx *tx, void *arg)
{
	struct tenant_op *op = arg;
	struct cardea_principal principal;
	int err = find(tx, op, &principal);

	op->tenant.is_active = false;
	return err ? err : write_tenant(tx, op, CARDEA_EVENT_TENANT_DELETED);
}

static void give_deleted(int err, struct tenant_op *op)
{
	const struct cardea_tenant_view gone = {.id = op->id};

	op->done(err, err ? NULL : &gone, op->arg);
	cardea_op_free(&op->base);
}

/* Until no meeting is left; the tenant itself is out since the first command. */
static void go_on(int err, void *arg)
{
	struct tenant_op *op = arg;

	if (!err) {
		cardea_effects_carry_out(&op->effects, op->base.domain);
	}
	if (!err && op->has_more) {
		err = cardea_store_run(op->base.domain->options.store, end_some, go_on, op);
		if (!err) {
			return;
		}
	}
	give_deleted(err, op);
}

static void deactivated(int err, void *arg)
{
	struct tenant_op *op = arg;

	op->has_more = !err;
	go_on(err, op);
}

int cardea_domain_tenant_delete(struct cardea_domain *domain, const struct cardea_presented *who,
                                const char *id, cardea_tenant_h done, void *arg)
{
	return cardea_op_run(&new_op(domain, who, id, done, arg)->base, deactivate, deactivated);
}

/* ---- a new one ---- */

int cardea_tenant_make(struct cardea_tx *tx, const struct cardea_seal *seal, const char *name,
                       struct cardea_tenant_row *out, struct cardea_api_key *key)
{
	int64_t now = cardea_tx_now_ms(tx);
	int err;

	*out = (struct cardea_tenant_row){.name = name,
	                                  .is_active = true,
	                                  .allow_early_join = true,
	                                  .empty_room_timeout_minutes = EMPTY_ROOM_MINUTES,
	                                  .created_at = now,
	                                  .updated_at = now};
	err = cardea_id_uuid(cardea_tx_random(tx), out->id);
	if (!err) {
		err = cardea_store_tenant_insert(tx, out);
	}
	return err ? err : cardea_api_key_make(tx, seal, out->id, NULL, NULL, key);
}

static int create(struct cardea_tx *tx, void *arg)
{
	struct tenant_op *op = arg;
	struct cardea_api_key key;
	int err = cardea_tenant_make(tx, seal_of(op), op->change.name, &op->tenant, &key);

	op->api_key = err ? NULL : key.key;
	if (!err) {
		err = read_details(tx, op);
	}
	set_limits(op);
	return err ? err : write_tenant(tx, op, CARDEA_EVENT_TENANT_UPDATED);
}

int cardea_domain_tenant_create(struct cardea_domain *domain, const char *name,
                                const struct cardea_tenant_limits *limits, cardea_tenant_key_h done,
                                void *arg)
{
	struct tenant_op *op = cardea_op_new(domain, sizeof(*op));

	op->change.name = cardea_op_strdup(&op->base, name);
	op->change.limits = *limits;
	op->key_done = done;
	op->arg = arg;
	return cardea_op_run(&op->base, create, answer);
}
