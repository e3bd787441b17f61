// TLS over non-blocking sockets through OpenSSL: what the resolver needs and no more.
// A context serves any number of threads; a connection belongs to one.
#ifndef PATCHWAY_CTLS_H
#define PATCHWAY_CTLS_H

#include <stddef.h>
#include <stdint.h>

enum {
    // Why a context was not made.
    PATCHWAY_TLS_MEMORY = 1,
    PATCHWAY_TLS_CERTIFICATE = 2,
    PATCHWAY_TLS_KEY = 3,
    PATCHWAY_TLS_PAIR = 4,
    PATCHWAY_TLS_AUTHORITIES = 5,

    // What is spoken inside (ALPN, RFC 7301): dot; h2 or http/1.1; h2; http/1.1.
    PATCHWAY_TLS_DNS = 0,
    PATCHWAY_TLS_HTTP = 1,
    PATCHWAY_TLS_HTTP2 = 2,
    PATCHWAY_TLS_HTTP1 = 3,
};

typedef struct patchway_tls_context patchway_tls_context;
typedef struct patchway_tls patchway_tls;
// The latest session with one server, to be resumed.
typedef struct patchway_tls_memory patchway_tls_memory;

typedef struct patchway_tls_fault {
    int stage;
    char reason[256];
} patchway_tls_fault;

// For clients that connect: certificate and its chain, and the key without a pass phrase, from PEM files.
patchway_tls_context *patchway_tls_serve(const char *certificate, const char *key, patchway_tls_fault *fault);
// Lets clients resume sessions that they began with another context for the same certificate, for a day at most.
void patchway_tls_inherit(patchway_tls_context *context, const patchway_tls_context *old);
// For servers that are connected to: authorities from a PEM file, or the system's when NULL.
patchway_tls_context *patchway_tls_forward(const char *authorities, patchway_tls_fault *fault);
void patchway_tls_context_free(patchway_tls_context *context);

patchway_tls_memory *patchway_tls_memory_create(void);
void patchway_tls_memory_free(patchway_tls_memory *memory);

// A connection on a socket that stays the caller's; NULL without memory. A client that offers other protocols only is
// turned away, one that offers none is not.
patchway_tls *patchway_tls_accept(patchway_tls_context *context, int fd, int protocol);
// name: what the certificate must be for, a host name or an address; memory outlives the connection.
patchway_tls *patchway_tls_connect(
    patchway_tls_context *context, int fd, const char *name, int protocol, patchway_tls_memory *memory);
// Tells the peer that it is over, if it can be told at once, and frees the connection.
void patchway_tls_end(patchway_tls *tls);

// 1: done; -EAGAIN: goes on when the socket is ready; -EPROTO: failed.
int patchway_tls_handshake(patchway_tls *tls);
// Octets, 0 at the end, -EAGAIN, or -EPROTO.
long patchway_tls_receive(patchway_tls *tls, void *octets, size_t count);
long patchway_tls_send(patchway_tls *tls, const void *octets, size_t count);
// Whether what was not possible waits for room to write.
int patchway_tls_wants_write(const patchway_tls *tls);
// Whether octets have been taken from the socket and not given out.
int patchway_tls_has_pending(const patchway_tls *tls);
int patchway_tls_is_resumed(const patchway_tls *tls);
// The length of the protocol agreed on, and where its name stands.
size_t patchway_tls_protocol(const patchway_tls *tls, const uint8_t **name);
// Why the peer's certificate was not accepted, or what else failed.
const char *patchway_tls_reason(const patchway_tls *tls);

#endif
