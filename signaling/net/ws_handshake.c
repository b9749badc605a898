/* ws_handshake: see ws_handshake.h. */
#include "net/ws_handshake.h"

#include <string.h>
#include <glib.h>
#include <openssl/evp.h>

#include "cardea_error.h"
#include "cardea_id.h"
#include "net/http_text.h"

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

bool cardea_ws_is_key(const char *key)
{
	if (strlen(key) != CARDEA_WS_KEY_SIZE - 1 || strcmp(key + 22, "==") != 0)
		return false;
	for (int i = 0; i < 22; i++)
		if (!g_ascii_isalnum(key[i]) && key[i] != '+' && key[i] != '/')
			return false;
	return true;
}

int cardea_ws_make_key(char out[CARDEA_WS_KEY_SIZE])
{
	unsigned char bytes[16];
	int err = cardea_random_kernel.fill(bytes, sizeof(bytes), cardea_random_kernel.arg);

	if (err < 0)
		return err;
	EVP_EncodeBlock((unsigned char *)out, bytes, sizeof(bytes));
	return 0;
}

int cardea_ws_accept(const char *key, char out[CARDEA_WS_ACCEPT_SIZE])
{
	g_autofree char *text = g_strconcat(key, GUID, NULL);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (EVP_Digest(text, strlen(text), digest, &len, EVP_sha1(), NULL) != 1)
		return CARDEA_E_CRYPTO;
	EVP_EncodeBlock((unsigned char *)out, digest, (int)len);
	return 0;
}

/* The trimmed value of the only field @name among @lines; NULL if there is none or several. */
static const char *only_field(char **lines, const char *name)
{
	size_t name_len = strlen(name);
	const char *value = NULL;

	for (size_t i = 1; lines[0] && lines[i]; i++) {
		if (g_ascii_strncasecmp(lines[i], name, name_len) != 0 || lines[i][name_len] != ':')
			continue;
		if (value)
			return NULL;
		value = g_strstrip(lines[i] + name_len + 1);
	}
	return value;
}

bool cardea_ws_check_response(const char *head, size_t len, const char *key,
                              const char *subprotocol)
{
	g_autofree char *text = g_strndup(head, len);
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", 64);
	char accept[CARDEA_WS_ACCEPT_SIZE];
	const char *upgrade = only_field(lines, "Upgrade");
	const char *connection = only_field(lines, "Connection");
	const char *accepted = only_field(lines, "Sec-WebSocket-Accept");
	const char *chosen = only_field(lines, "Sec-WebSocket-Protocol");

	if (!lines[0] || !g_str_has_prefix(lines[0], "HTTP/1.1 101"))
		return false;
	if (!upgrade || g_ascii_strcasecmp(upgrade, "websocket") != 0)
		return false;
	if (!connection || !cardea_http_list_has(connection, "upgrade"))
		return false;
	if (cardea_ws_accept(key, accept) < 0 || g_strcmp0(accepted, accept) != 0)
		return false;
	if (only_field(lines, "Sec-WebSocket-Extensions"))
		return false;
	return g_strcmp0(chosen, subprotocol) == 0;
}
