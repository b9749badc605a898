/* tenant_details: what of a tenant is read seldom. */
#include "store/tenant_details.h"

#include "store/rows.h"

static int read_details(struct cardea_tx *tx, const struct cardea_value *row, void *arg)
{
	struct cardea_tenant_details_row *out = arg;

	out->is_internal = row[0].integer;
	out->max_recording_duration_minutes = row[1].integer;
	out->max_total_minutes = row[2].integer;
	out->single_use_tokens = row[3].integer;
	out->extra = cardea_column_text(tx, &row[4]);
	out->allowed_origins = cardea_column_text(tx, &row[5]);
	cardea_column_sealed(tx, &row[6], &out->webhook);
	return 0;
}

int cardea_store_tenant_details_get(struct cardea_tx *tx, const char *tenant,
                                    struct cardea_tenant_details_row *out)
{
	struct cardea_row_sink sink = {
	        .tx = tx, .read = read_details, .size = sizeof(*out), .items = out};
	int err = CARDEA_QUERY(
	        tx,
	        "SELECT t.kind, t.max_recording_duration_minutes, t.max_total_minutes, "
	        "c.single_use_tokens, c.extra, c.allowed_origins, c.webhook_sealed FROM tenants t "
	        "JOIN tenant_config c ON c.tenant = t.tenant WHERE t.tenant = $1",
	        cardea_rows_take_one, &sink, CARDEA_TEXT(tenant));

	return cardea_rows_expect(err, sink.count);
}

int cardea_store_tenant_details_update(struct cardea_tx *tx, const char *tenant,
                                       const struct cardea_tenant_details_row *row)
{
	int err = CARDEA_EXEC(tx,
	                      "UPDATE tenants SET kind = $1, max_recording_duration_minutes = $2, "
	                      "max_total_minutes = $3 WHERE tenant = $4",
	                      CARDEA_INT(row->is_internal),
	                      CARDEA_INT(row->max_recording_duration_minutes),
	                      CARDEA_INT(row->max_total_minutes), CARDEA_TEXT(tenant));

	if (err) {
		return err;
	}
	return CARDEA_EXEC(tx,
	                   "UPDATE tenant_config SET single_use_tokens = $1, extra = $2, "
	                   "allowed_origins = $3, webhook_sealed = $4 WHERE tenant = $5",
	                   CARDEA_INT(row->single_use_tokens), CARDEA_TEXT(row->extra),
	                   CARDEA_TEXT(row->allowed_origins), cardea_value_sealed(&row->webhook),
	                   CARDEA_TEXT(tenant));
}
