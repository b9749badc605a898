/* permalinks: the operations of permalinks (spec/meetings 8). */
#include "domain/permalinks.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/domain_private.h"
#include "domain/event_codec.h"
#include "domain/permalink_rows.h"
#include "domain/registration.h"

struct permalink_op {
	struct cardea_op base;
	struct cardea_meeting_caller who;
	struct cardea_permalink_settings settings;
	struct cardea_meeting_person user; /* to be added */
	const char *user_token;            /* to be removed */
	cardea_permalink_h done;
	cardea_done_h plain_done; /* of what shows nothing */
	void *arg;
	/* result */
	struct cardea_permalink_rows rows;
	struct cardea_permalink permalink;
};

static const struct cardea_seal *seal_of(const struct permalink_op *op)
{
	return op->base.domain->options.keys.seal;
}

static int show(struct cardea_tx *tx, struct permalink_op *op)
{
	return cardea_permalink_show(op->base.domain, tx, &op->rows, &op->permalink);
}

/* As its owner sees it, with the user who was added first. */
static int show_owner(struct cardea_tx *tx, struct permalink_op *op)
{
	const struct cardea_permalink_row *row = &op->rows.permalink;
	int err = cardea_store_permalink_user_first(tx, row->tenant, row->id, &op->rows.user);

	return err && err != CARDEA_E_NOT_FOUND ? err : show(tx, op);
}

static int find(struct cardea_tx *tx, struct permalink_op *op)
{
	return cardea_permalink_by_id(op->base.domain, tx, &op->who, &op->rows);
}

/* ---- settings ---- */

static void take_flag(int given, bool *out)
{
	if (given >= 0) {
		*out = given != 0;
	}
}

static int take_guest_token(struct cardea_tx *tx, const struct permalink_op *op,
                            struct cardea_permalink_row *row)
{
	const struct cardea_secret_place place = cardea_permalink_guest_place(row);
	int given = op->settings.has_guest_token;
	int err = 0;

	if (given == 1 && !row->guest_token.data) {
		return cardea_secret_issue(seal_of(op), tx, row->tenant, CARDEA_CREDENTIAL_PERMALINK_GUEST,
		                           &place, &row->guest_token);
	}
	if (given == 0) {
		err = cardea_secret_revoke(seal_of(op), tx, row->tenant, &place, &row->guest_token);
		row->guest_token = (struct cardea_sealed){0};
	}
	return err;
}

static int take_settings(struct cardea_tx *tx, const struct permalink_op *op,
                         struct cardea_permalink_row *row)
{
	const struct cardea_permalink_settings *settings = &op->settings;
	int err = 0;

	if (settings->name) {
		row->name = settings->name;
	}
	if (settings->expires_at >= 0) {
		row->expires_at = settings->expires_at;
	}
	if (settings->options) {
		err = cardea_object_merge(tx, row->options, settings->options, &row->options);
	}
	take_flag(settings->waiting_room, &row->waiting_room);
	take_flag(settings->kick_available, &row->kick_available);
	take_flag(settings->lock_available, &row->lock_available);
	row->updated_at = cardea_tx_now_ms(tx);
	return err ? err : take_guest_token(tx, op, row);
}

/* ---- users ---- */

static int add_new(struct cardea_tx *tx, struct permalink_op *op)
{
	struct cardea_permalink_user_row *row = &op->rows.user;
	const struct cardea_secret_place place = cardea_permalink_user_place(row);
	int err;

	*row = (struct cardea_permalink_user_row){.external_user_id = op->user.id,
	                                          .display_name = op->user.name,
	                                          .avatar = op->user.avatar,
	                                          .locale = op->user.locale,
	                                          .created_at = cardea_tx_now_ms(tx)};
	memcpy(row->tenant, op->rows.permalink.tenant, sizeof(row->tenant));
	memcpy(row->permalink, op->rows.permalink.id, sizeof(row->permalink));
	err = cardea_id_uuid7(cardea_tx_random(tx), row->created_at, row->id);
	if (!err) {
		err = cardea_secret_issue(seal_of(op), tx, row->tenant, CARDEA_CREDENTIAL_PERMALINK_USER,
		                          &place, &row->token);
	}
	return err ? err : cardea_store_permalink_user_insert(tx, row);
}

static int add_user(struct cardea_tx *tx, struct permalink_op *op)
{
	const struct cardea_permalink_row *permalink = &op->rows.permalink;
	struct cardea_permalink_user_row *row = &op->rows.user;
	int err = cardea_store_permalink_user_by_id(tx, permalink->tenant, permalink->id, op->user.id,
	                                            row);

	if (err == CARDEA_E_NOT_FOUND) {
		return add_new(tx, op);
	}
	row->display_name = op->user.name;
	row->avatar = op->user.avatar;
	row->locale = op->user.locale;
	return err ? err : cardea_store_permalink_user_update(tx, row);
}

static int remove_user(struct cardea_tx *tx, const struct cardea_seal *seal,
                       const struct cardea_permalink_user_row *row)
{
	const struct cardea_secret_place place = cardea_permalink_user_place(row);
	int err = cardea_secret_revoke(seal, tx, row->tenant, &place, &row->token);

	return err ? err : cardea_store_permalink_user_delete(tx, row->tenant, row->id);
}

/* ---- commands ---- */

static int describe(struct cardea_tx *tx, const struct permalink_op *op,
                    struct cardea_permalink_row *out)
{
	int64_t now = cardea_tx_now_ms(tx);

	*out = (struct cardea_permalink_row){
	        .kick_available = true, .lock_available = true, .created_at = now};
	memcpy(out->tenant, op->rows.tenant.id, sizeof(out->tenant));
	return cardea_id_object_id(cardea_tx_random(tx), now, out->id);
}

static int create(struct cardea_tx *tx, void *arg)
{
	struct permalink_op *op = arg;
	struct cardea_permalink_row *row = &op->rows.permalink;
	int err;

	memset(&op->rows, 0, sizeof(op->rows));
	err = cardea_meeting_tenant(op->base.domain, tx, op->who.api_key, &op->rows.tenant);
	if (!err) {
		err = describe(tx, op, row);
	}
	if (!err) {
		err = take_settings(tx, op, row);
	}
	if (!err) {
		err = cardea_store_permalink_insert(tx, row);
	}
	if (!err) {
		err = add_new(tx, op);
	}
	return err ? err : show(tx, op);
}

static int get(struct cardea_tx *tx, void *arg)
{
	struct permalink_op *op = arg;
	int err = cardea_permalink_by_token(tx, op->who.id, &op->rows);

	if (err != CARDEA_E_PERMALINK_UNKNOWN || !op->who.api_key) {
		return err ? err : show(tx, op);
	}
	err = find(tx, op);
	return err ? err : show_owner(tx, op);
}

static int update(struct cardea_tx *tx, void *arg)
{
	struct permalink_op *op = arg;
	int err = find(tx, op);

	if (!err) {
		err = take_settings(tx, op, &op->rows.permalink);
	}
	if (!err) {
		err = cardea_store_permalink_update(tx, &op->rows.permalink);
	}
	return err ? err : show_owner(tx, op);
}

static int delete (struct cardea_tx *tx, void *arg)
{
	struct permalink_op *op = arg;
	const struct cardea_permalink_row *row = &op->rows.permalink;
	const struct cardea_secret_place place = cardea_permalink_guest_place(row);
	const struct cardea_permalink_user_row *users = NULL;
	size_t count = 0;
	int err = find(tx, op);

	if (!err) {
		err = cardea_store_permalink_user_list(tx, row->tenant, row->id, &users, &count);
	}
	for (size_t i = 0; i < count && !err; i++) {
		err = remove_user(tx, seal_of(op), &users[i]);
	}
	if (!err) {
		err = cardea_secret_revoke(seal_of(op), tx, row->tenant, &place, &row->guest_token);
	}
	return err ? err : cardea_store_permalink_delete(tx, row->tenant, row->id);
}

static int add(struct cardea_tx *tx, void *arg)
{
	struct permalink_op *op = arg;
	int err = find(tx, op);

	if (!err) {
		err = add_user(tx, op);
	}
	return err ? err : show(tx, op);
}

static int remove_by_token(struct cardea_tx *tx, void *arg)
{
	struct permalink_op *op = arg;
	struct cardea_permalink_rows target;
	int err = find(tx, op);

	if (err) {
		return err;
	}
	err = cardea_permalink_by_token(tx, op->user_token, &target);
	if (err == CARDEA_E_PERMALINK_UNKNOWN ||
	    (!err && (!target.user.id[0] || strcmp(target.permalink.id, op->rows.permalink.id) != 0 ||
	              strcmp(target.tenant.id, op->rows.tenant.id) != 0))) {
		return CARDEA_E_NOT_FOUND;
	}
	return err ? err : remove_user(tx, seal_of(op), &target.user);
}

/* ---- operations ---- */

static void answer(int err, void *arg)
{
	struct permalink_op *op = arg;

	if (op->plain_done) {
		op->plain_done(err, op->arg);
	} else {
		op->done(err, err ? NULL : &op->permalink, op->arg);
	}
	cardea_op_free(&op->base);
}

static struct permalink_op *new_op(struct cardea_domain *domain,
                                   const struct cardea_meeting_caller *who, cardea_permalink_h done,
                                   void *arg)
{
	struct permalink_op *op = cardea_op_new(domain, sizeof(*op));

	op->who.id = cardea_op_strdup(&op->base, who->id);
	op->who.api_key = cardea_op_strdup(&op->base, who->api_key);
	op->done = done;
	op->arg = arg;
	return op;
}

static void copy_settings(struct permalink_op *op, const struct cardea_permalink_settings *settings)
{
	op->settings = *settings;
	op->settings.name = cardea_op_filled(&op->base, settings->name);
	op->settings.options = cardea_op_strdup(&op->base, settings->options);
}

/* Who has no id gets a random one: a permalink's user is the same in all its meetings. */
static struct cardea_meeting_person person_with_id(struct permalink_op *op,
                                                   const struct cardea_meeting_person *user)
{
	struct cardea_meeting_person person = cardea_registration_person(&op->base, user);
	int64_t now_ms = cardea_clock_wall_ms(op->base.domain->options.clock);
	char id[CARDEA_OBJECT_ID_SIZE];

	if (!person.id && !cardea_id_object_id(&cardea_random_kernel, now_ms, id)) {
		person.id = cardea_op_strdup(&op->base, id);
	}
	return person;
}

int cardea_domain_permalink_create(struct cardea_domain *domain, const char *api_key,
                                   const struct cardea_permalink_settings *settings,
                                   const struct cardea_meeting_person *user,
                                   cardea_permalink_h done, void *arg)
{
	const struct cardea_meeting_caller who = {.api_key = api_key};
	struct permalink_op *op = new_op(domain, &who, done, arg);

	copy_settings(op, settings);
	if (op->settings.has_guest_token < 0) {
		op->settings.has_guest_token = 1;
	}
	op->user = person_with_id(op, user);
	return cardea_op_run(&op->base, create, answer);
}

int cardea_domain_permalink_get(struct cardea_domain *domain,
                                const struct cardea_meeting_caller *who, cardea_permalink_h done,
                                void *arg)
{
	return cardea_op_run(&new_op(domain, who, done, arg)->base, get, answer);
}

int cardea_domain_permalink_update(struct cardea_domain *domain,
                                   const struct cardea_meeting_caller *who,
                                   const struct cardea_permalink_settings *settings,
                                   cardea_permalink_h done, void *arg)
{
	struct permalink_op *op = new_op(domain, who, done, arg);

	copy_settings(op, settings);
	return cardea_op_run(&op->base, update, answer);
}

int cardea_domain_permalink_delete(struct cardea_domain *domain,
                                   const struct cardea_meeting_caller *who, cardea_done_h done,
                                   void *arg)
{
	struct permalink_op *op = new_op(domain, who, NULL, arg);

	op->plain_done = done;
	return cardea_op_run(&op->base, delete, answer);
}

int cardea_domain_permalink_add_user(struct cardea_domain *domain,
                                     const struct cardea_meeting_caller *who,
                                     const struct cardea_meeting_person *user,
                                     cardea_permalink_h done, void *arg)
{
	struct permalink_op *op = new_op(domain, who, done, arg);

	op->user = person_with_id(op, user);
	return cardea_op_run(&op->base, add, answer);
}

int cardea_domain_permalink_remove_user(struct cardea_domain *domain,
                                        const struct cardea_meeting_caller *who,
                                        const char *user_token, cardea_done_h done, void *arg)
{
	struct permalink_op *op = new_op(domain, who, NULL, arg);

	op->user_token = cardea_op_strdup(&op->base, user_token);
	op->plain_done = done;
	return cardea_op_run(&op->base, remove_by_token, answer);
}
