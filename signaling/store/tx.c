/*
 * tx: what a command sees of its transaction: time, randomness, memory and SQL with typed values.
 */
#include "store/store_private.h"

#include <string.h>
#include <openssl/evp.h>
#include "cardea_error.h"

/* A block of tx->memory: its size in front, because it may hold secrets and is wiped. */
struct block {
	size_t size;
	max_align_t data[];
};

static void wipe_block(gpointer data)
{
	struct block *block = data;

	explicit_bzero(block->data, block->size);
	g_free(block);
}

/* The random stream: AES-256 in counter mode under the command's seed, so that a re-run draws the
 * same bytes. Made by the kilobyte: a command draws many small pieces. */
static int make_stream(struct cardea_tx *tx)
{
	static const uint8_t zeros[sizeof(tx->stream)];
	uint8_t counter[16] = {0};
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int made = 0;
	bool ok;

	memcpy(counter, &tx->streams, sizeof(tx->streams));
	ok = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_256_ctr(), NULL, tx->seed, counter) == 1 &&
	     EVP_EncryptUpdate(ctx, tx->stream, &made, zeros, sizeof(zeros)) == 1;
	EVP_CIPHER_CTX_free(ctx);
	tx->streams++;
	tx->drawn = 0;
	return ok ? 0 : CARDEA_E_CRYPTO;
}

static int draw(void *buf, size_t len, void *arg)
{
	struct cardea_tx *tx = arg;
	uint8_t *next = buf;

	while (len > 0) {
		bool is_used_up = tx->streams == 0 || tx->drawn == sizeof(tx->stream);
		int err = is_used_up ? make_stream(tx) : 0;
		size_t part = MIN(len, sizeof(tx->stream) - tx->drawn);

		if (err) {
			return err;
		}
		memcpy(next, tx->stream + tx->drawn, part);
		tx->drawn += part;
		next += part;
		len -= part;
	}
	return 0;
}

void cardea_tx_init(struct cardea_tx *tx, int64_t now_ms)
{
	tx->now_ms = now_ms;
	tx->random = (struct cardea_random){.fill = draw, .arg = tx};
	tx->memory = g_ptr_array_new_with_free_func(wipe_block);
}

static void forget_notes(struct cardea_tx *tx)
{
	g_clear_pointer(&tx->logged, g_slist_free);
	g_clear_pointer(&tx->owed, g_slist_free);
}

static void note_once(struct cardea_tx *tx, GSList **notes, const char *id)
{
	for (GSList *item = *notes; item; item = item->next) {
		if (strcmp(item->data, id) == 0) {
			return;
		}
	}
	*notes = g_slist_prepend(*notes, (char *)cardea_tx_strdup(tx, id));
}

void cardea_tx_logged(struct cardea_tx *tx, const char *room)
{
	note_once(tx, &tx->logged, room);
}

void cardea_tx_owed(struct cardea_tx *tx, const char *webhook)
{
	note_once(tx, &tx->owed, webhook);
}

void cardea_tx_rewind(struct cardea_tx *tx)
{
	tx->streams = 0;
	tx->only_looks = false;
	forget_notes(tx);
	g_ptr_array_set_size(tx->memory, 0);
}

void cardea_tx_clear(struct cardea_tx *tx)
{
	forget_notes(tx);
	g_ptr_array_unref(tx->memory);
	explicit_bzero(tx, sizeof(*tx));
}

void cardea_tx_only_look(struct cardea_tx *tx)
{
	tx->only_looks = true;
}

int64_t cardea_tx_now_ms(const struct cardea_tx *tx)
{
	return tx->now_ms;
}

const struct cardea_random *cardea_tx_random(struct cardea_tx *tx)
{
	return &tx->random;
}

void *cardea_tx_alloc(struct cardea_tx *tx, size_t size)
{
	struct block *block = g_malloc0(sizeof(*block) + size);

	block->size = size;
	g_ptr_array_add(tx->memory, block);
	return block->data;
}

const char *cardea_tx_strdup(struct cardea_tx *tx, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;

	return text ? memcpy(cardea_tx_alloc(tx, size), text, size) : NULL;
}

int cardea_tx_query(struct cardea_tx *tx, const char *sql, const struct cardea_value *params,
                    size_t count, cardea_row_h row, void *arg)
{
	int err = tx->engine->query(tx->db, sql, params, count, row, arg);

	tx->is_fatal |= err == CARDEA_E_STORE;
	return err;
}

struct cardea_value cardea_value_text(const char *text)
{
	if (!text) {
		return (struct cardea_value){.type = CARDEA_VALUE_NULL};
	}
	return (struct cardea_value){.type = CARDEA_VALUE_TEXT, .data = text, .len = strlen(text)};
}

struct cardea_value cardea_value_text_or_null(const char *text)
{
	return cardea_value_text(text[0] ? text : NULL);
}

struct cardea_value cardea_value_blob(const void *data, size_t len)
{
	if (!data) {
		return (struct cardea_value){.type = CARDEA_VALUE_NULL};
	}
	return (struct cardea_value){.type = CARDEA_VALUE_BLOB, .data = data, .len = len};
}

struct cardea_value cardea_value_option(int64_t integer)
{
	if (integer < 0) {
		return (struct cardea_value){.type = CARDEA_VALUE_NULL};
	}
	return cardea_value_integer(integer);
}

struct cardea_value cardea_value_sealed(const struct cardea_sealed *sealed)
{
	return cardea_value_blob(sealed->data, sealed->len);
}

int64_t cardea_column_option(const struct cardea_value *value)
{
	return value->type == CARDEA_VALUE_NULL ? -1 : value->integer;
}

int cardea_column_copy(const struct cardea_value *value, char *out, size_t size)
{
	if (value->type == CARDEA_VALUE_NULL) {
		out[0] = '\0';
		return 0;
	}
	if (value->type != CARDEA_VALUE_TEXT || value->len >= size) {
		return CARDEA_E_STORE;
	}
	memcpy(out, value->data, value->len);
	out[value->len] = '\0';
	return 0;
}

const char *cardea_column_text(struct cardea_tx *tx, const struct cardea_value *value)
{
	return value->type == CARDEA_VALUE_TEXT ? cardea_tx_strdup(tx, value->data) : NULL;
}

void cardea_column_sealed(struct cardea_tx *tx, const struct cardea_value *value,
                          struct cardea_sealed *out)
{
	*out = (struct cardea_sealed){0};
	if (value->type == CARDEA_VALUE_BLOB && value->len > 0) {
		out->data = memcpy(cardea_tx_alloc(tx, value->len), value->data, value->len);
		out->len = value->len;
	}
}
