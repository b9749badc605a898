/* resume: the sealed strings with which a page proves that it is the one that holds a seat. */
#include "domain/resume.h"

#include <inttypes.h>
#include <string.h>
#include <glib.h>
#include "cardea_error.h"

/* The associated data: a sealed column or a ticket is no resume string. */
#define PURPOSE        "resume"
#define TICKET_PURPOSE "ticket"
#define FIELDS         4
#define TICKET_FIELDS  2

const char cardea_ticket_prefix[] = "wt_";

int cardea_resume_close(const struct cardea_seal *seal, const struct cardea_media_session *session,
                        char **out)
{
	/* Neither node names nor UUIDs have blanks (cardea_id_is_plain). */
	char *text = g_strdup_printf("%s %" PRIu64 " %s %" PRId64, session->node,
	                             session->janus_session, session->seat, session->gen);
	int err = cardea_seal_close_text(seal, PURPOSE, text, out);

	g_free(text);
	return err;
}

static int read_fields(char **fields, struct cardea_media_session *out)
{
	guint64 janus_session, gen;

	if (g_strv_length(fields) != FIELDS || strlen(fields[0]) > CARDEA_MAX_ID ||
	    !g_ascii_string_to_unsigned(fields[1], 10, 1, G_MAXINT64, &janus_session, NULL) ||
	    !cardea_id_is_uuid(fields[2]) ||
	    !g_ascii_string_to_unsigned(fields[3], 10, 0, G_MAXINT64, &gen, NULL)) {
		return CARDEA_E_SEAL;
	}
	memset(out, 0, sizeof(*out));
	g_strlcpy(out->node, fields[0], sizeof(out->node));
	out->janus_session = janus_session;
	g_strlcpy(out->seat, fields[2], sizeof(out->seat));
	out->gen = (int64_t)gen;
	return 0;
}

int cardea_resume_open(const struct cardea_seal *seal, const char *text,
                       struct cardea_media_session *out)
{
	char *opened = NULL;
	char **fields;
	int err;

	if (strlen(text) > CARDEA_MAX_TOKEN || cardea_seal_open_text(seal, PURPOSE, text, &opened)) {
		return CARDEA_E_SEAL;
	}
	fields = g_strsplit(opened, " ", FIELDS + 1);
	err = read_fields(fields, out);
	g_strfreev(fields);
	g_free(opened);
	return err;
}

int cardea_ticket_close(const struct cardea_seal *seal, const char *tenant, const char *seat,
                        char **out)
{
	char *text = g_strdup_printf("%s %s", tenant, seat);
	char *sealed = NULL;
	int err = cardea_seal_close_text(seal, TICKET_PURPOSE, text, &sealed);

	g_free(text);
	if (!err) {
		*out = g_strconcat(cardea_ticket_prefix, sealed, NULL);
		g_free(sealed);
	}
	return err;
}

int cardea_ticket_open(const struct cardea_seal *seal, const char *text,
                       char tenant[CARDEA_UUID_SIZE], char seat[CARDEA_UUID_SIZE])
{
	char *opened = NULL;
	char **fields;
	int err = CARDEA_E_SEAL;

	if (!g_str_has_prefix(text, cardea_ticket_prefix) || strlen(text) > CARDEA_MAX_TOKEN ||
	    cardea_seal_open_text(seal, TICKET_PURPOSE, text + strlen(cardea_ticket_prefix), &opened)) {
		return CARDEA_E_SEAL;
	}
	fields = g_strsplit(opened, " ", TICKET_FIELDS + 1);
	if (g_strv_length(fields) == TICKET_FIELDS && cardea_id_is_uuid(fields[0]) &&
	    cardea_id_is_uuid(fields[1])) {
		g_strlcpy(tenant, fields[0], CARDEA_UUID_SIZE);
		g_strlcpy(seat, fields[1], CARDEA_UUID_SIZE);
		err = 0;
	}
	g_strfreev(fields);
	g_free(opened);
	return err;
}
