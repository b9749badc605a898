/*
 * entering: what `enter` decides before anything is promised, shared with who asks only what it
 * would decide (spec/native 1 and 7).
 */
#ifndef CARDEA_DOMAIN_ENTERING_H
#define CARDEA_DOMAIN_ENTERING_H

#include "domain/entrance.h"

/*
 * Finds whom the credential of @command lets in and admits them; a guest without a seat gets one. 0
 * with *@must_wait, or with @at->is_early; else why not: the errors of cardea_entrance_find and
 * cardea_admit, CARDEA_E_NAME_REQUIRED. Inside a command.
 */
int cardea_entering_decide(const struct cardea_domain *domain, struct cardea_tx *tx,
                           const struct cardea_enter *command, struct cardea_entrance *at,
                           bool *must_wait);

#endif
