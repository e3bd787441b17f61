// HTTP/2 for DNS queries through nghttp2: octets in, requests out; responses in, octets out. No sockets here.
#ifndef PATCHWAY_CHTTP2_H
#define PATCHWAY_CHTTP2_H

#include <stddef.h>
#include <stdint.h>

enum {
    PATCHWAY_HTTP_OTHER = 0,
    PATCHWAY_HTTP_GET = 1,
    PATCHWAY_HTTP_POST = 2,
};

enum { PATCHWAY_HTTP_DATE_OCTETS = 29 };

// The time of day as HTTP writes it (RFC 9110 §5.6.7): 29 octets and a zero, valid until the thread's next call.
const char *patchway_http_date(void);

typedef struct patchway_http2 patchway_http2;

// What a client asks for. The octets stay where they are until the request is answered.
typedef struct patchway_http2_request {
    int32_t stream;
    int method;
    // Whether the content is application/dns-message.
    int is_dns;
    // The status that must be given whatever else is asked for, or 0.
    int fault;
    const uint8_t *path;
    size_t path_octets;
    const uint8_t *body;
    size_t body_octets;
} patchway_http2_request;

// The server's side of a connection; NULL without memory. Contents and paths that are longer are not kept.
patchway_http2 *patchway_http2_serve(uint32_t streams, size_t body_limit, size_t path_limit);
void patchway_http2_free(patchway_http2 *http);
// Takes all octets; 0 when the client broke the protocol or resets too many requests. What
// patchway_http2_give still has is to be sent first.
int patchway_http2_take(patchway_http2 *http, const uint8_t *octets, size_t count);
// Gives the next whole request; 0 when there is none.
int patchway_http2_next(patchway_http2 *http, patchway_http2_request *request);
// Answers a request; nothing happens when it is answered or gone. With a status other than 200 there is no content.
// 0 when more is waiting to be taken by the client than a connection may hold, or without memory.
int patchway_http2_respond(
    patchway_http2 *http, int32_t stream, int status, uint32_t max_age, const uint8_t *octets, size_t count);
// Ends a request without an answer.
void patchway_http2_abort(patchway_http2 *http, int32_t stream);
// Tells the client that no more requests are taken (GOAWAY); those that have come are still answered.
void patchway_http2_drain(patchway_http2 *http);
// The next octets to be sent, valid until the next call; 0 when there are none.
size_t patchway_http2_give(patchway_http2 *http, const uint8_t **octets);
// Whether nothing is left to be said or heard.
int patchway_http2_is_over(const patchway_http2 *http);

// The client's side, for asking.
typedef struct patchway_http2_client patchway_http2_client;

// What came of a request. The octets are valid until the next call on the client.
typedef struct patchway_http2_answer {
    int32_t stream;
    // 0: the request failed without a response.
    int status;
    int is_dns;
    const uint8_t *body;
    size_t body_octets;
} patchway_http2_answer;

// A connection whose answers have at most so many octets; NULL without memory.
patchway_http2_client *patchway_http2_client_create(size_t body_limit);
void patchway_http2_client_free(patchway_http2_client *client);
// Takes all octets; 0 when the server broke the protocol.
int patchway_http2_client_take(patchway_http2_client *client, const uint8_t *octets, size_t count);
size_t patchway_http2_client_give(patchway_http2_client *client, const uint8_t **octets);
// Asks with GET, or with POST and the content; gives the stream, or -1 when no more can be asked on this connection.
int32_t patchway_http2_client_ask(
    patchway_http2_client *client, int method, const char *authority, const char *path, const char *type,
    const uint8_t *octets, size_t count);
// Gives the next answer; 0 when there is none.
int patchway_http2_client_next(patchway_http2_client *client, patchway_http2_answer *answer);
// Takes a request back.
void patchway_http2_client_cancel(patchway_http2_client *client, int32_t stream);
// Whether the server takes no more requests.
int patchway_http2_client_is_over(const patchway_http2_client *client);

#endif
