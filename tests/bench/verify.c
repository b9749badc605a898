/*
 * verify: join-token admissions a second on the plugin's code path (key set, JWS, claims, the
 * connection id, the room's decision), beside `openssl speed ecdsap256`: the bare signature check
 * of the same library on the same core, in turn with it.
 *
 * usage: verify [rounds [seconds]]
 * As `openssl speed` does, both count per second of user CPU time, so that a busy neighbour on the
 * machine does not look like a slow check.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <glib.h>
#include "cardea_base64.h"
#include "cardea_clock.h"
#include "cardea_id.h"
#include "cardea_join_token.h"
#include "plugin/admit.h"
#include "plugin/keys.h"

#define TOKENS     512
#define MAX_NUMBER 99
#define ISSUER     "cardea-bench"
#define CONNECTION "AAAAAAAAAAAAAAAAAAAAAA" /* 16 bytes in base64url */

struct bench {
	struct cardea_keys *keys;
	char *tokens[TOKENS]; /* all different, so that nothing can be remembered */
	size_t lens[TOKENS];
	struct cardea_admit_state room;
};

struct count {
	guint64 tried;
	guint64 admitted;
	double seconds; /* of user CPU time */
};

static volatile sig_atomic_t time_is_up;

static void on_alarm(int signum)
{
	(void)signum;
	time_is_up = 1;
}

static double user_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

static int64_t now_s(void)
{
	return cardea_clock_wall_ms(&cardea_clock_system) / 1000;
}

static void fill_claims(struct cardea_join_claims *claims, unsigned number)
{
	*claims = (struct cardea_join_claims){
	        .iat = now_s(),
	        .nbf = now_s(),
	        .exp = now_s() + CARDEA_JOIN_TOKEN_MAX_LIFE_S,
	        .epoch = 1,
	        .publish = CARDEA_KIND_MICROPHONE | CARDEA_KIND_CAMERA | CARDEA_KIND_SCREEN,
	};
	g_strlcpy(claims->iss, ISSUER, sizeof(claims->iss));
	g_strlcpy(claims->tenant, "1f0f8f1e-76c1-4a2e-9d6b-0a4f3a8c2b11", sizeof(claims->tenant));
	g_strlcpy(claims->room, "8e0c0d9b-2c8e-4a58-b7a4-5b0c5f6c7d22", sizeof(claims->room));
	g_strlcpy(claims->conf_id, "c9b2a5d4-11e7-4c0d-8f3e-2f6a1b0c9d33", sizeof(claims->conf_id));
	g_strlcpy(claims->name, "Ada Lovelace", sizeof(claims->name));
	snprintf(claims->jti, sizeof(claims->jti), "jti-%08u", number);
	snprintf(claims->sub, sizeof(claims->sub), "seat-%08u", number);
	snprintf(claims->client_id, sizeof(claims->client_id), "client-%08u", number);
}

static int make_tokens(struct bench *bench, const struct cardea_jwk *key)
{
	for (unsigned i = 0; i < TOKENS; i++) {
		struct cardea_join_claims claims;

		fill_claims(&claims, i);
		if (cardea_join_token_sign(key, &claims, &bench->tokens[i]) < 0)
			return -1;
		bench->lens[i] = strlen(bench->tokens[i]);
	}
	return 0;
}

static int set_up(struct bench *bench)
{
	struct cardea_jwk *key = NULL;
	struct cardea_jwks *set = cardea_jwks_new();
	json_t *public_set = NULL;
	int err = cardea_jwk_generate(CARDEA_JWS_ES256, "bench", &key);

	if (!err)
		err = cardea_jwks_add(set, key);
	if (!err) {
		public_set = cardea_jwks_to_json(set);
		bench->keys = cardea_keys_new();
		err = cardea_keys_replace(bench->keys, ISSUER, public_set);
	}
	if (!err)
		err = make_tokens(bench, key);
	bench->room = (struct cardea_admit_state){
	        .open = true,
	        .tenant = "1f0f8f1e-76c1-4a2e-9d6b-0a4f3a8c2b11",
	        .conf_id = "c9b2a5d4-11e7-4c0d-8f3e-2f6a1b0c9d33",
	        .epoch = 1,
	};
	json_decref(public_set);
	cardea_jwks_unref(set);
	cardea_jwk_unref(key);
	return err;
}

static void tear_down(struct bench *bench)
{
	for (size_t i = 0; i < TOKENS; i++)
		g_free(bench->tokens[i]);
	cardea_keys_free(bench->keys);
}

static bool admit_one(const struct bench *bench, size_t i)
{
	struct cardea_join_claims claims;
	bool admitted;

	if (cardea_keys_verify(bench->keys, bench->tokens[i], bench->lens[i], now_s(), &claims) < 0)
		return false;
	admitted = cardea_admit_connection(CONNECTION) == 0 &&
	           cardea_admit(&claims, CONNECTION, &bench->room) == 0;
	cardea_join_claims_clear(&claims);
	return admitted;
}

static void run_ours(const struct bench *bench, unsigned seconds, struct count *total)
{
	double start = user_seconds();

	time_is_up = 0;
	alarm(seconds);
	while (!time_is_up) {
		total->admitted += admit_one(bench, total->tried % TOKENS);
		total->tried++;
	}
	total->seconds += user_seconds() - start;
}

/* Verifications a second as `openssl speed` counts them, or 0. Its machine-readable line is
 * "+F4:algorithm:bits:signatures per second:verifications per second". */
static double run_openssl(unsigned seconds)
{
	g_autofree char *command =
	        g_strdup_printf("openssl speed -mr -seconds %u ecdsap256 2>/dev/null", seconds);
	FILE *output = popen(command, "r");
	char line[256];
	double rate = 0;

	if (!output)
		return 0;
	while (fgets(line, sizeof(line), output)) {
		if (g_str_has_prefix(line, "+F4:"))
			rate = g_ascii_strtod(strrchr(line, ':') + 1, NULL);
	}
	return pclose(output) == 0 ? rate : 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned count)
{
	qsort(values, count, sizeof(*values), compare);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* False if a round delivered nothing usable: then no figure means anything. */
static bool run_rounds(const struct bench *bench, unsigned rounds, unsigned seconds)
{
	double ours[MAX_NUMBER];
	double openssl[MAX_NUMBER];
	double verify;
	double base;
	bool good = true;

	for (unsigned i = 0; i < rounds; i++) {
		struct count count = {0};

		run_ours(bench, seconds, &count);
		openssl[i] = run_openssl(seconds);
		ours[i] = (double)count.admitted / count.seconds;
		good = good && count.admitted == count.tried && openssl[i] > 0;
		printf("round %u: %.0f admissions/s, openssl %.0f verifications/s\n", i + 1, ours[i],
		       openssl[i]);
		fflush(stdout);
	}
	if (!good) {
		printf("void: a valid token was refused, or openssl speed did not run\n");
		return false;
	}
	verify = median(ours, rounds);
	base = median(openssl, rounds);
	printf("\nverify_per_second %.0f\nopenssl_verify_per_second %.0f\nverify_ratio %.3f\n", verify,
	       base, verify / base);
	return true;
}

/* A number from 1 to MAX_NUMBER, or @otherwise without an argument; 0 for anything else. */
static unsigned number(const char *text, unsigned otherwise)
{
	guint64 value = 0;

	if (!text)
		return otherwise;
	g_ascii_string_to_unsigned(text, 10, 1, MAX_NUMBER, &value, NULL);
	return (unsigned)value;
}

int main(int argc, char **argv)
{
	unsigned rounds = number(argc > 1 ? argv[1] : NULL, 3);
	unsigned seconds = number(argc > 2 ? argv[2] : NULL, 3);
	struct bench bench = {0};
	bool good;

	if (!rounds || !seconds) {
		fprintf(stderr, "usage: verify [rounds [seconds]], at most %d\n", MAX_NUMBER);
		return EXIT_FAILURE;
	}
	if (set_up(&bench) < 0) {
		fprintf(stderr, "the tokens could not be made\n");
		return EXIT_FAILURE;
	}
	signal(SIGALRM, on_alarm);
	good = run_rounds(&bench, rounds, seconds);
	tear_down(&bench);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
