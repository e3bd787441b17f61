#include "CTLS.h"
#include "socket.h"
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

// Names with their lengths in front.
static const char *const protocol_lists[] = {"\3dot", "\2h2\10http/1.1", "\2h2", "\10http/1.1"};

static patchway_tls *make(patchway_tls_context *context, int fd, int protocol) {
    patchway_tls *tls = calloc(1, sizeof *tls);
    if (!tls) return NULL;
    BIO *bio = patchway_tls_socket(fd);
    tls->ssl = SSL_new(context->context);
    if (!bio || !tls->ssl) {
        BIO_free(bio);
        SSL_free(tls->ssl);
        free(tls);
        return NULL;
    }
    tls->protocols = protocol_lists[protocol];
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, tls);
    return tls;
}

patchway_tls *patchway_tls_accept(patchway_tls_context *context, int fd, int protocol) {
    patchway_tls *tls = make(context, fd, protocol);
    if (tls) SSL_set_accept_state(tls->ssl);
    return tls;
}

// The certificate must be for this name or address, and a name goes along as SNI (RFC 6066 §3: no addresses).
static int set_name(SSL *ssl, const char *name) {
    X509_VERIFY_PARAM *wanted = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name) == 1) return 1;
    ERR_clear_error();
    X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(wanted, name, 0) == 1 && SSL_set_tlsext_host_name(ssl, name) == 1;
}

patchway_tls *patchway_tls_connect(
    patchway_tls_context *context, int fd, const char *name, int protocol, patchway_tls_memory *memory) {
    patchway_tls *tls = make(context, fd, protocol);
    if (!tls) return NULL;
    tls->memory = memory;
    SSL_set_connect_state(tls->ssl);
    const unsigned char *offered = (const unsigned char *)tls->protocols;
    if (!set_name(tls->ssl, name) || SSL_set_alpn_protos(tls->ssl, offered, (unsigned int)strlen(tls->protocols)) != 0) {
        patchway_tls_end(tls);
        return NULL;
    }
    if (memory && memory->session) SSL_set_session(tls->ssl, memory->session);
    return tls;
}

void patchway_tls_end(patchway_tls *tls) {
    if (!tls) return;
    ERR_clear_error();
    if (!SSL_in_init(tls->ssl)) SSL_shutdown(tls->ssl);
    ERR_clear_error();
    SSL_free(tls->ssl);
    free(tls);
}

static long outcome(patchway_tls *tls, int result) {
    tls->wants_write = 0;
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_WRITE: tls->wants_write = 1; return -EAGAIN;
    case SSL_ERROR_WANT_READ: return -EAGAIN;
    default: break;
    }
    tls->reason = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    return -EPROTO;
}

int patchway_tls_handshake(patchway_tls *tls) {
    ERR_clear_error();
    int result = SSL_do_handshake(tls->ssl);
    if (result == 1) {
        tls->wants_write = 0;
        return 1;
    }
    long state = outcome(tls, result);
    return state == -EAGAIN ? -EAGAIN : -EPROTO;
}

long patchway_tls_receive(patchway_tls *tls, void *octets, size_t count) {
    size_t got = 0;
    ERR_clear_error();
    int result = SSL_read_ex(tls->ssl, octets, count, &got);
    return result == 1 ? (long)got : outcome(tls, result);
}

long patchway_tls_send(patchway_tls *tls, const void *octets, size_t count) {
    size_t sent = 0;
    ERR_clear_error();
    int result = SSL_write_ex(tls->ssl, octets, count, &sent);
    if (result == 1) {
        tls->wants_write = 0;
        return (long)sent;
    }
    long state = outcome(tls, result);
    return state == 0 ? -EPROTO : state;
}

int patchway_tls_wants_write(const patchway_tls *tls) { return tls->wants_write; }

int patchway_tls_has_pending(const patchway_tls *tls) { return SSL_has_pending(tls->ssl); }

int patchway_tls_is_resumed(const patchway_tls *tls) { return SSL_session_reused(tls->ssl); }

size_t patchway_tls_protocol(const patchway_tls *tls, const uint8_t **name) {
    unsigned int length = 0;
    SSL_get0_alpn_selected(tls->ssl, name, &length);
    return length;
}

const char *patchway_tls_reason(const patchway_tls *tls) {
    long verified = SSL_get_verify_result(tls->ssl);
    if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
    return tls->reason ? tls->reason : "the connection ended";
}
