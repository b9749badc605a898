#include "tls_receiver.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <glib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct tls_receiver {
	int fd;
	pthread_t thread;
	SSL_CTX *context;
	gint requests;
};

static void check(gboolean ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "tls_receiver: %s\n", what);
		abort();
	}
}

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	check(extension && X509_add_ext(cert, extension, -1), "extension");
	X509_EXTENSION_free(extension);
}

static X509 *make_certificate(EVP_PKEY *key, const char *name)
{
	g_autofree char *alternative = g_strconcat("DNS:", name, NULL);
	X509 *cert = X509_new();
	X509_NAME *subject = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(cert, subject);
	X509_set_pubkey(cert, key);
	add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(cert, NID_subject_alt_name, alternative);
	check(X509_sign(cert, key, EVP_sha256()) > 0, "signature");
	return cert;
}

static SSL_CTX *make_context(const char *name, const char *ca_path)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = make_certificate(key, name);
	FILE *file = fopen(ca_path, "w");

	check(file && PEM_write_X509(file, cert) && fclose(file) == 0, "writing the certificate");
	check(SSL_CTX_use_certificate(context, cert) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1,
	      "using the certificate");
	X509_free(cert);
	EVP_PKEY_free(key);
	return context;
}

/* Reads the head and, by its Content-Length, the body. */
static gboolean read_request(SSL *ssl)
{
	g_autoptr(GString) text = g_string_new(NULL);
	char piece[1024];
	int got;

	while ((got = SSL_read(ssl, piece, sizeof(piece))) > 0) {
		const char *body, *length;

		g_string_append_len(text, piece, got);
		body = strstr(text->str, "\r\n\r\n");
		length = strstr(text->str, "Content-Length: ");
		if (body && length &&
		    strlen(body + 4) >= g_ascii_strtoull(length + strlen("Content-Length: "), NULL, 10))
			return TRUE;
	}
	return FALSE;
}

static void serve(struct tls_receiver *receiver, int fd)
{
	static const char answer[] =
	        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
	SSL *ssl = SSL_new(receiver->context);

	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1 && read_request(ssl)) {
		g_atomic_int_inc(&receiver->requests);
		SSL_write(ssl, answer, sizeof(answer) - 1);
		SSL_shutdown(ssl);
	}
	SSL_free(ssl);
}

static void *run(void *arg)
{
	struct tls_receiver *receiver = arg;
	int fd;

	while ((fd = accept(receiver->fd, NULL, NULL)) >= 0) {
		serve(receiver, fd);
		close(fd);
	}
	return NULL;
}

struct tls_receiver *tls_receiver_new(const char *name, const char *ca_path)
{
	struct tls_receiver *receiver = g_new0(struct tls_receiver, 1);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	receiver->context = make_context(name, ca_path);
	receiver->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check(bind(receiver->fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	              listen(receiver->fd, 8) == 0,
	      "listening");
	check(pthread_create(&receiver->thread, NULL, run, receiver) == 0, "thread");
	return receiver;
}

int tls_receiver_port(const struct tls_receiver *receiver)
{
	struct sockaddr_in address;
	socklen_t len = sizeof(address);

	check(getsockname(receiver->fd, (struct sockaddr *)&address, &len) == 0, "port");
	return ntohs(address.sin_port);
}

int tls_receiver_requests(const struct tls_receiver *receiver)
{
	return g_atomic_int_get(&receiver->requests);
}

void tls_receiver_free(struct tls_receiver *receiver)
{
	shutdown(receiver->fd, SHUT_RDWR); /* ends accept */
	pthread_join(receiver->thread, NULL);
	close(receiver->fd);
	SSL_CTX_free(receiver->context);
	g_free(receiver);
}
