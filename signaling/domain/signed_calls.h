/*
 * signed_calls: who signed a request with the secret of a key pair (spec/plugnmeet 1, spec/model
 * I12). Inside a command.
 */
#ifndef CARDEA_DOMAIN_SIGNED_CALLS_H
#define CARDEA_DOMAIN_SIGNED_CALLS_H

#include "domain/conferences.h"
#include "domain/domain_private.h"
#include "store/tenants.h"

/* A copy that lives as long as @op. Loop thread. */
struct cardea_signed cardea_op_signed(struct cardea_op *op, const struct cardea_signed *who);

/*
 * The tenant of the key pair, and its secret (memory of the tx; NULL is fine). In this order:
 * CARDEA_E_API_KEY_MISSING, CARDEA_E_API_KEY_UNKNOWN (also of a tenant that is asleep),
 * CARDEA_E_SIGNATURE_MISSING, CARDEA_E_SIGNED_TEXT_MISSING, CARDEA_E_SIGNATURE.
 */
int cardea_authenticate_signed(const struct cardea_domain *domain, struct cardea_tx *tx,
                               const struct cardea_signed *who, struct cardea_tenant_row *tenant,
                               const char **secret);

#endif
