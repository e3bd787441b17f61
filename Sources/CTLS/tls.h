#ifndef PATCHWAY_CTLS_TLS_H
#define PATCHWAY_CTLS_TLS_H

#include "CTLS.h"

#include <openssl/ssl.h>

struct patchway_tls_context {
    SSL_CTX *context;
    // When the keys of its tickets were made, seconds.
    long keys_since;
};

struct patchway_tls_memory {
    SSL_SESSION *session;
};

struct patchway_tls {
    SSL *ssl;
    patchway_tls_memory *memory;
    const char *protocols;
    int wants_write;
    const char *reason;
};

#endif
