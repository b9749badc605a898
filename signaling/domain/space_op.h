/* space_op: one call of the dialect of spaces, shared by the files that carry it out. For spaces.c,
 * space_*.c only. Inside a command. */
#ifndef CARDEA_DOMAIN_SPACE_OP_H
#define CARDEA_DOMAIN_SPACE_OP_H

#include "domain/domain_private.h"
#include "domain/effects.h"
#include "domain/space_callers.h"

struct cardea_space_op {
	struct cardea_op base;
	struct cardea_space_command command;
	cardea_space_done_h done;
	void *arg;
	/* found before the call is carried out, what is addressed only */
	struct cardea_space_caller caller;
	struct cardea_space_row space;
	struct cardea_space_room_row room;
	unsigned standing;
	/* result */
	struct cardea_space_result result;
	struct cardea_effects effects;
};

typedef int (*cardea_space_run_h)(struct cardea_tx *tx, struct cardea_space_op *op);

/* space_people.c */
int cardea_space_member_list(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_member_remove(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_invite_create(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_invite_list(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_invite_revoke(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_invite_activate(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_role_grant(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_role_list(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_role_revoke(struct cardea_tx *tx, struct cardea_space_op *op);
/* space_links.c */
int cardea_space_link_create(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_link_list(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_link_revoke(struct cardea_tx *tx, struct cardea_space_op *op);
/* space_join.c */
int cardea_space_participant_add(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_participant_signal(struct cardea_tx *tx, struct cardea_space_op *op);
int cardea_space_participant_join(struct cardea_tx *tx, struct cardea_space_op *op);

/* Writes who did @action to @target in @scope (spec/spaces 8: every grant is recorded). */
int cardea_space_record(struct cardea_tx *tx, const struct cardea_space_op *op, const char *action,
                        const char *target, const char *scope, const char *role);
/* The running meeting of @room follows what @account may do there now. */
int cardea_space_apply(struct cardea_tx *tx, struct cardea_space_op *op,
                       const struct cardea_space_room_row *room, const char *account);

#endif
