/* domain: construction, and what all operations share. */
#include "domain/domain_private.h"

#include <string.h>
#include "cardea_error.h"
#include "domain/account_tokens.h"

/* A set of one; a rotated key joins it later. The reference counts of keys are not part of their
 * constness. */
static int new_key_set(const struct cardea_jwk *key, struct cardea_jwks **out)
{
	if (!key) {
		return CARDEA_E_INVALID;
	}
	*out = cardea_jwks_new();
	return cardea_jwks_add(*out, (struct cardea_jwk *)key);
}

/* One use, one key (spec/model I10): whoever opens the seal has it, so every gateway of an
 * installation. */
static int derive_exchange_key(struct cardea_domain *domain)
{
	uint8_t secret[CARDEA_SEAL_DERIVED_SIZE];
	int err = cardea_seal_derive(domain->options.keys.seal, "exchange-token", "1", secret);

	if (!err) {
		err = cardea_jwk_from_secret("exchange", secret, sizeof(secret), &domain->exchange_key);
	}
	explicit_bzero(secret, sizeof(secret));
	return err ? err : new_key_set(domain->exchange_key, &domain->exchange);
}

int cardea_domain_new(const struct cardea_domain_options *options, struct cardea_domain **out)
{
	struct cardea_domain *domain;
	int err;

	if (!options->store || !options->clock || !options->keys.seal || !options->keys.call ||
	    !options->issuer || !options->media.ready || !options->media.choose ||
	    !options->media.open || !options->passwords.hash || !options->passwords.verify) {
		return CARDEA_E_INVALID;
	}
	domain = g_new0(struct cardea_domain, 1);
	domain->options = *options;
	domain->issuer = g_strdup(options->issuer);
	domain->options.issuer = domain->issuer;
	err = new_key_set(options->keys.join, &domain->join);
	if (!err) {
		err = new_key_set(options->keys.access, &domain->access);
	}
	if (!err) {
		err = new_key_set(options->keys.refresh, &domain->refresh);
	}
	if (!err) {
		err = new_key_set(options->keys.auth, &domain->auth);
	}
	if (!err) {
		err = derive_exchange_key(domain);
	}
	if (!err) {
		err = cardea_account_keys_new(options->keys.accounts, &domain->accounts);
	}
	if (err) {
		cardea_domain_free(domain);
		return err;
	}
	*out = domain;
	return 0;
}

static void drop_key_set(struct cardea_jwks *set)
{
	if (set) {
		cardea_jwks_unref(set);
	}
}

void cardea_domain_free(struct cardea_domain *domain)
{
	if (!domain) {
		return;
	}
	drop_key_set(domain->join);
	drop_key_set(domain->access);
	drop_key_set(domain->refresh);
	drop_key_set(domain->auth);
	drop_key_set(domain->exchange);
	cardea_jwk_unref(domain->exchange_key);
	cardea_account_keys_free(domain->accounts);
	g_free(domain->issuer);
	g_free(domain);
}

void cardea_domain_stats(const struct cardea_domain *domain, struct cardea_domain_stats *out)
{
	struct cardea_store_stats stats;

	cardea_store_stats(domain->options.store, &stats);
	*out = (struct cardea_domain_stats){.commands = stats.commands,
	                                    .commits = stats.commits,
	                                    .run_us = stats.run_us,
	                                    .commit_us = stats.commit_us};
}

static void wipe_string(gpointer data)
{
	char *text = data;

	explicit_bzero(text, strlen(text));
	g_free(text);
}

void *cardea_op_new(struct cardea_domain *domain, size_t size)
{
	struct cardea_op *op = g_malloc0(size);

	op->domain = domain;
	op->strings = g_ptr_array_new_with_free_func(wipe_string);
	return op;
}

const char *cardea_op_strdup(struct cardea_op *op, const char *text)
{
	char *copy = g_strdup(text);

	if (copy) {
		g_ptr_array_add(op->strings, copy);
	}
	return copy;
}

const char *cardea_op_filled(struct cardea_op *op, const char *text)
{
	return text && text[0] ? cardea_op_strdup(op, text) : NULL;
}

struct cardea_presented cardea_op_presented(struct cardea_op *op,
                                            const struct cardea_presented *who)
{
	return (struct cardea_presented){
	        .form = who->form,
	        .value = cardea_op_strdup(op, who->value),
	        .origin = cardea_op_strdup(op, who->origin),
	};
}

void cardea_op_free(struct cardea_op *op)
{
	g_ptr_array_unref(op->strings);
	g_free(op);
}

int cardea_op_run(struct cardea_op *op, cardea_store_command_h command, cardea_store_done_h done)
{
	int err = cardea_store_run(op->domain->options.store, command, done, op);

	if (err) {
		cardea_op_free(op);
	}
	return err;
}
