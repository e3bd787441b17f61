#include "CHTTP2.h"
#include "fields.h"

#include <stdlib.h>
#include <string.h>

typedef struct exchange {
    // In the queue of those that are done; among those under way.
    struct exchange *next;
    struct exchange *before;
    struct exchange *after;
    int32_t stream;
    int status;
    int is_dns;
    int has_ended;
    int is_too_long;
    const uint8_t *asked;
    size_t asked_octets;
    size_t asked_sent;
    uint8_t *body;
    size_t body_octets;
    uint8_t content[];
} exchange;

struct patchway_http2_client {
    nghttp2_session *session;
    exchange *all;
    exchange *first;
    exchange *last;
    exchange *given;
    size_t body_limit;
};

static int on_header(
    nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_count, const uint8_t *value,
    size_t count, uint8_t flags, void *data) {
    (void)flags, (void)data;
    exchange *item = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (!item) return 0;
    if (patchway_is_text(name, name_count, ":status")) {
        item->status = 0;
        for (size_t index = 0; index < count && index < 3; index++) item->status = item->status * 10 + value[index] - '0';
    } else if (patchway_is_text(name, name_count, "content-type")) {
        item->is_dns = patchway_is_dns_message(value, count);
    }
    return 0;
}

static int on_data(
    nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *octets, size_t count, void *data) {
    (void)flags;
    patchway_http2_client *client = data;
    exchange *item = nghttp2_session_get_stream_user_data(session, stream);
    if (!item || item->is_too_long) return 0;
    uint8_t *body = item->body_octets + count <= client->body_limit ? realloc(item->body, item->body_octets + count + 1) : NULL;
    if (!body) {
        item->is_too_long = 1;
        return nghttp2_submit_rst_stream(session, 0, stream, NGHTTP2_CANCEL);
    }
    memcpy(body + item->body_octets, octets, count);
    item->body = body;
    item->body_octets += count;
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
    (void)data;
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    exchange *item = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (item && frame->hd.flags & NGHTTP2_FLAG_END_STREAM) item->has_ended = 1;
    return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t code, void *data) {
    (void)code;
    patchway_http2_client *client = data;
    exchange *item = nghttp2_session_get_stream_user_data(session, stream);
    if (!item) return 0;
    nghttp2_session_set_stream_user_data(session, stream, NULL);
    if (item->before) item->before->after = item->after; else client->all = item->after;
    if (item->after) item->after->before = item->before;
    if (!item->has_ended || item->is_too_long) item->status = 0;
    if (client->last) client->last->next = item; else client->first = item;
    client->last = item;
    return 0;
}

static void free_exchange(exchange *item) {
    if (item) free(item->body);
    free(item);
}

patchway_http2_client *patchway_http2_client_create(size_t body_limit) {
    patchway_http2_client *client = calloc(1, sizeof *client);
    nghttp2_session_callbacks *callbacks = NULL;
    if (!client || nghttp2_session_callbacks_new(&callbacks) != 0) {
        free(client);
        return NULL;
    }
    client->body_limit = body_limit;
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    int result = nghttp2_session_client_new(&client->session, callbacks, client);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0}, {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, 16384}};
    if (result != 0 || nghttp2_submit_settings(client->session, 0, settings, 2) != 0) {
        patchway_http2_client_free(client);
        return NULL;
    }
    return client;
}

void patchway_http2_client_free(patchway_http2_client *client) {
    if (!client) return;
    nghttp2_session_del(client->session);
    for (exchange *item = client->all, *after; item; item = after) {
        after = item->after;
        free_exchange(item);
    }
    for (exchange *item = client->first, *next; item; item = next) {
        next = item->next;
        free_exchange(item);
    }
    free_exchange(client->given);
    free(client);
}

int patchway_http2_client_take(patchway_http2_client *client, const uint8_t *octets, size_t count) {
    return nghttp2_session_mem_recv(client->session, octets, count) == (ssize_t)count;
}

size_t patchway_http2_client_give(patchway_http2_client *client, const uint8_t **octets) {
    ssize_t count = nghttp2_session_mem_send(client->session, octets);
    return count > 0 ? (size_t)count : 0;
}

static ssize_t read_content(
    nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t count, uint32_t *flags,
    nghttp2_data_source *source, void *data) {
    (void)session, (void)stream, (void)data;
    exchange *item = source->ptr;
    size_t rest = item->asked_octets - item->asked_sent;
    size_t taken = rest < count ? rest : count;
    memcpy(buffer, item->asked + item->asked_sent, taken);
    item->asked_sent += taken;
    if (taken == rest) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)taken;
}

int32_t patchway_http2_client_ask(
    patchway_http2_client *client, int method, const char *authority, const char *path, const char *type,
    const uint8_t *octets, size_t count) {
    if (!nghttp2_session_check_request_allowed(client->session)) return -1;
    exchange *item = calloc(1, sizeof *item + count);
    if (!item) return -1;
    if (count > 0) memcpy(item->content, octets, count);
    item->asked = item->content;
    item->asked_octets = count;
    nghttp2_nv fields[] = {
        patchway_field(":method", method == PATCHWAY_HTTP_POST ? "POST" : method == PATCHWAY_HTTP_GET ? "GET" : "PUT"),
        patchway_field(":scheme", "https"),
        patchway_field(":authority", authority),
        patchway_field(":path", path),
        patchway_field("accept", "application/dns-message"),
        patchway_field("content-type", type),
    };
    nghttp2_data_provider provider = {.source.ptr = item, .read_callback = read_content};
    int has_content = method != PATCHWAY_HTTP_GET;
    int32_t stream = nghttp2_submit_request(
        client->session, NULL, fields, has_content ? 6 : 5, has_content ? &provider : NULL, item);
    if (stream < 0) {
        free(item);
        return -1;
    }
    item->stream = stream;
    item->after = client->all;
    if (client->all) client->all->before = item;
    client->all = item;
    return stream;
}

int patchway_http2_client_next(patchway_http2_client *client, patchway_http2_answer *answer) {
    free_exchange(client->given);
    exchange *item = client->given = client->first;
    if (!item) return 0;
    client->first = item->next;
    if (!client->first) client->last = NULL;
    item->next = NULL;
    *answer = (patchway_http2_answer){
        .stream = item->stream,
        .status = item->status,
        .is_dns = item->is_dns,
        .body = item->body,
        .body_octets = item->body_octets,
    };
    return 1;
}

void patchway_http2_client_cancel(patchway_http2_client *client, int32_t stream) {
    nghttp2_submit_rst_stream(client->session, 0, stream, NGHTTP2_CANCEL);
}

int patchway_http2_client_is_over(const patchway_http2_client *client) {
    return !nghttp2_session_check_request_allowed(client->session)
        || (!nghttp2_session_want_read(client->session) && !nghttp2_session_want_write(client->session));
}
