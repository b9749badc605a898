#include "jobs/passwords.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <glib.h>
#include <sodium.h>
#include "cardea_error.h"
#include "net/loop.h"

/* OWASP's choice for Argon2id: 19 MiB, two passes. */
#define PASSES 2
#define MEMORY ((size_t)19 * 1024 * 1024)
#define NICE   10

struct job {
	STAILQ_ENTRY(job) link;
	char *password;
	char *stored; /* NULL: to be hashed */
	cardea_password_h done;
	void *arg;
	int err;
	char hash[crypto_pwhash_STRBYTES];
};

STAILQ_HEAD(job_list, job);

struct cardea_passwords {
	struct cardea_loop *loop;
	pthread_t thread;
	bool has_thread;                     /* loop thread */
	char nobody[crypto_pwhash_STRBYTES]; /* what the password of nobody is compared with */

	pthread_mutex_t lock; /* what follows */
	pthread_cond_t work;
	struct job_list waiting, answered;
	size_t count;
	bool is_posted, is_stopping;
};

/* ---- its thread ---- */

static void run(struct job *job)
{
	size_t len = strlen(job->password);

	if (job->stored) {
		job->err = crypto_pwhash_str_verify(job->stored, job->password, len) == 0
		                   ? 0
		                   : CARDEA_E_PASSWORD;
	} else {
		job->err = crypto_pwhash_str_alg(job->hash, job->password, len, PASSES, MEMORY,
		                                 crypto_pwhash_ALG_ARGON2ID13) == 0
		                   ? 0
		                   : CARDEA_E_NO_MEMORY;
	}
}

static void free_job(struct job *job)
{
	explicit_bzero(job->password, strlen(job->password));
	g_free(job->password);
	g_free(job->stored);
	g_free(job);
}

/* Loop thread. */
static void deliver(void *arg)
{
	struct cardea_passwords *passwords = arg;
	struct job_list answered = STAILQ_HEAD_INITIALIZER(answered);

	pthread_mutex_lock(&passwords->lock);
	STAILQ_CONCAT(&answered, &passwords->answered);
	passwords->is_posted = false;
	pthread_mutex_unlock(&passwords->lock);
	while (!STAILQ_EMPTY(&answered)) {
		struct job *job = STAILQ_FIRST(&answered);

		STAILQ_REMOVE_HEAD(&answered, link);
		job->done(job->err, job->hash, job->arg);
		free_job(job);
	}
}

static struct job *next_job(struct cardea_passwords *passwords)
{
	struct job *job = NULL;

	pthread_mutex_lock(&passwords->lock);
	while (STAILQ_EMPTY(&passwords->waiting) && !passwords->is_stopping) {
		pthread_cond_wait(&passwords->work, &passwords->lock);
	}
	if (!passwords->is_stopping) {
		job = STAILQ_FIRST(&passwords->waiting);
		STAILQ_REMOVE_HEAD(&passwords->waiting, link);
	}
	pthread_mutex_unlock(&passwords->lock);
	return job;
}

static void answer(struct cardea_passwords *passwords, struct job *job)
{
	bool must_post;

	pthread_mutex_lock(&passwords->lock);
	STAILQ_INSERT_TAIL(&passwords->answered, job, link);
	passwords->count--;
	must_post = !passwords->is_posted && !passwords->is_stopping;
	passwords->is_posted |= must_post;
	pthread_mutex_unlock(&passwords->lock);
	if (must_post) {
		cardea_loop_post(passwords->loop, deliver, passwords);
	}
}

static void *work(void *arg)
{
	struct cardea_passwords *passwords = arg;
	struct job *job;

	/* Linux has a nice value for each thread; without it hashing is only less polite. */
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
	while ((job = next_job(passwords)) != NULL) {
		run(job);
		answer(passwords, job);
	}
	return NULL;
}

/* ---- loop thread ---- */

static int submit(struct cardea_passwords *passwords, const char *password, const char *stored,
                  cardea_password_h done, void *arg)
{
	struct job *job = g_new0(struct job, 1);
	bool is_taken;

	job->password = g_strdup(password);
	job->stored = g_strdup(stored);
	job->done = done;
	job->arg = arg;
	pthread_mutex_lock(&passwords->lock);
	is_taken = passwords->count < CARDEA_PASSWORD_QUEUE && !passwords->is_stopping;
	if (is_taken) {
		STAILQ_INSERT_TAIL(&passwords->waiting, job, link);
		passwords->count++;
		pthread_cond_signal(&passwords->work);
	}
	pthread_mutex_unlock(&passwords->lock);
	if (!is_taken) {
		free_job(job);
	}
	return is_taken ? 0 : CARDEA_E_QUEUE_FULL;
}

static int hash(void *arg, const char *password, cardea_password_h done, void *done_arg)
{
	return submit(arg, password, NULL, done, done_arg);
}

static int verify(void *arg, const char *password, const char *stored, cardea_password_h done,
                  void *done_arg)
{
	struct cardea_passwords *passwords = arg;

	return submit(passwords, password, stored ? stored : passwords->nobody, done, done_arg);
}

struct cardea_password_port cardea_passwords_port(struct cardea_passwords *passwords)
{
	return (struct cardea_password_port){.hash = hash, .verify = verify, .arg = passwords};
}

/* Signals are the loop's business. */
static int start_thread(struct cardea_passwords *passwords)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	passwords->has_thread = pthread_create(&passwords->thread, NULL, work, passwords) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return passwords->has_thread ? 0 : CARDEA_E_SYSTEM;
}

/* A hash of the same cost as everybody's, of a password that nobody knows. */
static int hash_of_nobody(char out[crypto_pwhash_STRBYTES])
{
	char password[32];

	randombytes_buf(password, sizeof(password));
	return crypto_pwhash_str_alg(out, password, sizeof(password), PASSES, MEMORY,
	                             crypto_pwhash_ALG_ARGON2ID13) == 0
	               ? 0
	               : CARDEA_E_NO_MEMORY;
}

int cardea_passwords_new(struct cardea_loop *loop, struct cardea_passwords **out)
{
	struct cardea_passwords *passwords;
	int err;

	if (sodium_init() < 0) {
		return CARDEA_E_CRYPTO;
	}
	passwords = g_new0(struct cardea_passwords, 1);
	passwords->loop = loop;
	STAILQ_INIT(&passwords->waiting);
	STAILQ_INIT(&passwords->answered);
	pthread_mutex_init(&passwords->lock, NULL);
	pthread_cond_init(&passwords->work, NULL);
	err = hash_of_nobody(passwords->nobody);
	if (!err) {
		err = start_thread(passwords);
	}
	if (err) {
		cardea_passwords_free(passwords);
		return err;
	}
	*out = passwords;
	return 0;
}

void cardea_passwords_stop(struct cardea_passwords *passwords)
{
	struct job *job;

	if (!passwords || !passwords->has_thread) {
		return;
	}
	pthread_mutex_lock(&passwords->lock);
	passwords->is_stopping = true;
	pthread_cond_signal(&passwords->work);
	pthread_mutex_unlock(&passwords->lock);
	pthread_join(passwords->thread, NULL);
	passwords->has_thread = false;
	STAILQ_FOREACH(job, &passwords->waiting, link)
	{
		job->err = CARDEA_E_QUEUE_FULL;
	}
	STAILQ_CONCAT(&passwords->answered, &passwords->waiting);
	deliver(passwords);
}

void cardea_passwords_free(struct cardea_passwords *passwords)
{
	if (!passwords) {
		return;
	}
	pthread_cond_destroy(&passwords->work);
	pthread_mutex_destroy(&passwords->lock);
	g_free(passwords);
}
