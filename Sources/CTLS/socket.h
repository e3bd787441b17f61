// The BIO under every connection: a non-blocking socket that never raises SIGPIPE.
#ifndef PATCHWAY_CTLS_SOCKET_H
#define PATCHWAY_CTLS_SOCKET_H

#include <openssl/bio.h>

BIO *patchway_tls_socket(int fd);

#endif
