/*
 * space_entry: the rooms of spaces as rooms of the one model: how they are made and opened, and
 * what the credentials of this dialect open there at `enter` (spec/spaces 9-11, spec/native 1).
 * Inside a command.
 */
#ifndef CARDEA_DOMAIN_SPACE_ENTRY_H
#define CARDEA_DOMAIN_SPACE_ENTRY_H

#include "domain/domain.h"
#include "domain/effects.h"
#include "domain/entrance.h"
#include "store/invites.h"
#include "store/spaces.h"
#include "store/tenants.h"

/* Makes the room for @row, without a meeting in it; sets @row->room. */
int cardea_space_room_make(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                           struct cardea_space_room_row *row);
/* The meeting that runs in @row, begun if there is none. */
int cardea_space_session(const struct cardea_domain *domain, struct cardea_tx *tx,
                         const struct cardea_tenant_row *tenant,
                         const struct cardea_space_room_row *row, struct cardea_room_row *room,
                         struct cardea_session_row *session);
/* The name of @row or what may be published in it was changed; a meeting in it goes by that. */
int cardea_space_room_changed(struct cardea_tx *tx, const struct cardea_tenant_row *tenant,
                              const struct cardea_space_room_row *row,
                              struct cardea_effects *effects);

/* A link lets in once, or more than once, and then not any more. CARDEA_E_LINK_USED. */
int cardea_space_link_check(const struct cardea_link_row *row);
/* It has let @seat in (spec/model I8). */
int cardea_space_link_use(struct cardea_tx *tx, struct cardea_link_row *row, const char *seat);

/* True for the form of a room's alias. */
bool cardea_space_is_alias(const char *text);
/* What @credential, an alias or a token of accounts, opens: fills @out as cardea_entrance_find. */
int cardea_space_entrance(const struct cardea_domain *domain, struct cardea_tx *tx,
                          const char *credential, struct cardea_entrance *out);

#endif
