/*
 * cardea_base64: strict base64url without padding (RFC 4648 section 5, RFC 7515 section 2).
 * No state, any thread.
 */
#ifndef CARDEA_BASE64_H
#define CARDEA_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Length of the encoding of @len bytes, without NUL. */
size_t cardea_base64url_length(size_t len);

/* Encodes @len bytes of @data. Returns a new NUL-terminated string, to be freed with g_free. */
char *cardea_base64url_encode(const void *data, size_t len);

/*
 * Decodes @len characters of @text into @out of @size bytes. Padding, white space, characters
 * outside the alphabet, a length of 1 mod 4 and non-zero trailing bits are all refused, so that one
 * value has exactly one encoding.
 * Returns 0 with *@out_len set; CARDEA_E_INVALID for a bad encoding, CARDEA_E_TOO_LONG if @size is
 * too small. On error nothing is promised about the content of @out.
 */
int cardea_base64url_decode(const char *text, size_t len, void *out, size_t size, size_t *out_len);

#endif
