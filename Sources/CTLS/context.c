#include "CTLS.h"
#include "tls.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// Seconds.
enum { KEY_LIFETIME = 86400 };

static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

// Keeps the first word that OpenSSL has for a fault, and gives NULL.
static patchway_tls_context *fail(SSL_CTX *context, patchway_tls_fault *fault, int stage) {
    unsigned long error = ERR_peek_error();
    const char *reason = ERR_reason_error_string(error);
    if (ERR_SYSTEM_ERROR(error)) reason = strerror(ERR_GET_REASON(error));
    fault->stage = stage;
    strncpy(fault->reason, reason ? reason : "no memory", sizeof fault->reason - 1);
    ERR_clear_error();
    SSL_CTX_free(context);
    return NULL;
}

static patchway_tls_context *finish(SSL_CTX *context, patchway_tls_fault *fault) {
    patchway_tls_context *result = calloc(1, sizeof *result);
    if (!result) return fail(context, fault, PATCHWAY_TLS_MEMORY);
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    result->context = context;
    result->keys_since = now.tv_sec;
    return result;
}

static int set_up(SSL_CTX *context) {
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE
                     | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    // Header and content of a record in one call.
    SSL_CTX_set_read_ahead(context, 1);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) && SSL_CTX_set_cipher_list(context, ciphers);
}

// A server has nobody to ask for a pass phrase.
static int no_phrase(char *buffer, int size, int is_writing, void *data) {
    (void)buffer, (void)size, (void)is_writing, (void)data;
    return -1;
}

static int choose_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered, unsigned int count,
    void *data) {
    (void)data;
    const patchway_tls *tls = SSL_get_app_data(ssl);
    unsigned char *name = NULL;
    int result = SSL_select_next_proto(
        &name, length, (const unsigned char *)tls->protocols, (unsigned int)strlen(tls->protocols), offered, count);
    if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = name;
    return SSL_TLSEXT_ERR_OK;
}

patchway_tls_context *patchway_tls_serve(const char *certificate, const char *key, patchway_tls_fault *fault) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context || !set_up(context)) return fail(context, fault, PATCHWAY_TLS_MEMORY);
    SSL_CTX_set_default_passwd_cb(context, no_phrase);
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) {
        return fail(context, fault, PATCHWAY_TLS_CERTIFICATE);
    }
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
        // OpenSSL compares the key with the certificate already here.
        int is_other = ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH
            || ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_TYPE_MISMATCH;
        return fail(context, fault, is_other ? PATCHWAY_TLS_PAIR : PATCHWAY_TLS_KEY);
    }
    if (SSL_CTX_check_private_key(context) != 1) return fail(context, fault, PATCHWAY_TLS_PAIR);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    // Sessions are the clients' to keep: tickets are sealed with keys of this context.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"patchway", 8);
    return finish(context, fault);
}

void patchway_tls_inherit(patchway_tls_context *context, const patchway_tls_context *old) {
    const X509 *certificate = SSL_CTX_get0_certificate(context->context);
    const X509 *known = SSL_CTX_get0_certificate(old->context);
    // Who shows another certificate may have had to: what was begun under the old one ends.
    if (!certificate || !known || X509_cmp(certificate, known) != 0) return;
    // Keys that are kept for ever open everything that was ever said once they get out.
    if (context->keys_since - old->keys_since >= KEY_LIFETIME) return;
    unsigned char keys[128];
    long length = SSL_CTX_get_tlsext_ticket_keys(old->context, NULL, 0);
    if (length <= 0 || length > (long)sizeof keys) return;
    if (SSL_CTX_get_tlsext_ticket_keys(old->context, keys, length) == 1
        && SSL_CTX_set_tlsext_ticket_keys(context->context, keys, length) == 1) {
        context->keys_since = old->keys_since;
    }
    OPENSSL_cleanse(keys, sizeof keys);
}

static int keep_session(SSL *ssl, SSL_SESSION *session) {
    patchway_tls *tls = SSL_get_app_data(ssl);
    if (!tls->memory) return 0;
    SSL_SESSION_free(tls->memory->session);
    tls->memory->session = session;
    return 1;
}

patchway_tls_context *patchway_tls_forward(const char *authorities, patchway_tls_fault *fault) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context || !set_up(context)) return fail(context, fault, PATCHWAY_TLS_MEMORY);
    int is_loaded = authorities ? SSL_CTX_load_verify_file(context, authorities)
                                : SSL_CTX_set_default_verify_paths(context);
    if (is_loaded != 1) return fail(context, fault, PATCHWAY_TLS_AUTHORITIES);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, keep_session);
    return finish(context, fault);
}

void patchway_tls_context_free(patchway_tls_context *context) {
    if (!context) return;
    // Connections that live hold on to their own reference.
    SSL_CTX_free(context->context);
    free(context);
}

patchway_tls_memory *patchway_tls_memory_create(void) { return calloc(1, sizeof(patchway_tls_memory)); }

void patchway_tls_memory_free(patchway_tls_memory *memory) {
    if (!memory) return;
    SSL_SESSION_free(memory->session);
    free(memory);
}
