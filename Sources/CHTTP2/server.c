#include "CHTTP2.h"
#include "fields.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Requests that a client may take back beyond those that were answered (CVE-2023-44487), and those that it makes us
// take back by breaking the protocol (CVE-2025-8671).
enum { TOLERATED_RESETS = 100 };
// Octets of a request's header fields.
enum { HEADER_LIMIT = 16384 };
// Octets of answers that a client has not taken.
enum { QUEUE_LIMIT = 1 << 20 };

typedef struct request {
    // In the queue of those that are ready; among all.
    struct request *next;
    struct request *before;
    struct request *after;
    int32_t stream;
    int method;
    int is_dns;
    int fault;
    int is_ready;
    int is_answered;
    int has_ended;
    size_t header_octets;
    uint8_t *path;
    size_t path_octets;
    uint8_t *body;
    size_t body_octets;
    uint8_t *answer;
    size_t answer_octets;
    size_t answer_sent;
} request;

struct patchway_http2 {
    nghttp2_session *session;
    request *all;
    request *first;
    request *last;
    size_t body_limit;
    size_t path_limit;
    size_t queued;
    uint64_t answered;
    uint64_t resets;
};

static int is_abusive(const patchway_http2 *http) { return http->resets > http->answered + TOLERATED_RESETS; }

static void make_ready(patchway_http2 *http, request *item) {
    if (item->is_ready) return;
    item->is_ready = 1;
    if (http->last) http->last->next = item; else http->first = item;
    http->last = item;
}

static void remove_ready(patchway_http2 *http, request *item) {
    request *previous = NULL;
    for (request *other = http->first; other; previous = other, other = other->next) {
        if (other != item) continue;
        if (previous) previous->next = item->next; else http->first = item->next;
        if (http->last == item) http->last = previous;
        return;
    }
}

static void free_request(patchway_http2 *http, request *item) {
    http->queued -= item->answer_octets;
    if (item->before) item->before->after = item->after; else http->all = item->after;
    if (item->after) item->after->before = item->before;
    free(item->path);
    free(item->body);
    free(item->answer);
    free(item);
}

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
    patchway_http2 *http = data;
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    request *item = calloc(1, sizeof *item);
    if (!item) return NGHTTP2_ERR_CALLBACK_FAILURE;
    item->stream = frame->hd.stream_id;
    item->after = http->all;
    if (http->all) http->all->before = item;
    http->all = item;
    nghttp2_session_set_stream_user_data(session, item->stream, item);
    return 0;
}

static int on_header(
    nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_count, const uint8_t *value,
    size_t count, uint8_t flags, void *data) {
    (void)flags;
    patchway_http2 *http = data;
    request *item = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (!item || item->has_ended) return 0;
    item->header_octets += name_count + count + 32;
    if (item->header_octets > HEADER_LIMIT) item->fault = 431;
    if (patchway_is_text(name, name_count, ":method")) {
        if (patchway_is_text(value, count, "GET")) item->method = PATCHWAY_HTTP_GET;
        if (patchway_is_text(value, count, "POST")) item->method = PATCHWAY_HTTP_POST;
    } else if (patchway_is_text(name, name_count, ":path")) {
        if (count > http->path_limit) {
            item->fault = 414;
        } else if (!item->path && (item->path = malloc(count + 1))) {
            memcpy(item->path, value, item->path_octets = count);
        }
    } else if (patchway_is_text(name, name_count, "content-type")) {
        item->is_dns = patchway_is_dns_message(value, count);
    }
    return 0;
}

static int on_data(
    nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *octets, size_t count, void *data) {
    (void)flags;
    patchway_http2 *http = data;
    request *item = nghttp2_session_get_stream_user_data(session, stream);
    if (!item || item->is_ready || item->is_answered) return 0;
    uint8_t *body = item->body_octets + count <= http->body_limit ? realloc(item->body, item->body_octets + count + 1) : NULL;
    if (!body) {
        // The rest is not waited for.
        item->fault = 413;
        make_ready(http, item);
        return 0;
    }
    memcpy(body + item->body_octets, octets, count);
    item->body = body;
    item->body_octets += count;
    return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
    patchway_http2 *http = data;
    if (frame->hd.type == NGHTTP2_RST_STREAM) http->resets++;
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    if (!(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) return 0;
    request *item = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (!item) return 0;
    item->has_ended = 1;
    if (!item->is_answered) make_ready(http, item);
    return 0;
}

static int on_sent(nghttp2_session *session, const nghttp2_frame *frame, void *data) {
    patchway_http2 *http = data;
    if (frame->hd.type == NGHTTP2_RST_STREAM) {
        uint32_t code = frame->rst_stream.error_code;
        if (code != NGHTTP2_NO_ERROR && code != NGHTTP2_REFUSED_STREAM) http->resets++;
        return 0;
    }
    if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
    if (!(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) return 0;
    request *item = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    // It was answered before its end: the rest need not come (RFC 9113 §8.1).
    if (item && !item->has_ended) nghttp2_submit_rst_stream(session, 0, item->stream, NGHTTP2_NO_ERROR);
    return 0;
}

static int on_close(nghttp2_session *session, int32_t stream, uint32_t code, void *data) {
    (void)code;
    patchway_http2 *http = data;
    request *item = nghttp2_session_get_stream_user_data(session, stream);
    if (!item) return 0;
    if (item->is_ready) remove_ready(http, item);
    nghttp2_session_set_stream_user_data(session, stream, NULL);
    free_request(http, item);
    return 0;
}

patchway_http2 *patchway_http2_serve(uint32_t streams, size_t body_limit, size_t path_limit) {
    patchway_http2 *http = calloc(1, sizeof *http);
    nghttp2_session_callbacks *callbacks = NULL;
    if (!http || nghttp2_session_callbacks_new(&callbacks) != 0) {
        free(http);
        return NULL;
    }
    http->body_limit = body_limit;
    http->path_limit = path_limit;
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, on_sent);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
    int result = nghttp2_session_server_new(&http->session, callbacks, http);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, streams},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HEADER_LIMIT},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 4096},
    };
    if (result != 0 || nghttp2_submit_settings(http->session, 0, settings, sizeof settings / sizeof *settings) != 0) {
        patchway_http2_free(http);
        return NULL;
    }
    return http;
}

void patchway_http2_free(patchway_http2 *http) {
    if (!http) return;
    // Closing a session calls nothing back for its streams.
    nghttp2_session_del(http->session);
    while (http->all) free_request(http, http->all);
    free(http);
}

int patchway_http2_take(patchway_http2 *http, const uint8_t *octets, size_t count) {
    ssize_t taken = nghttp2_session_mem_recv(http->session, octets, count);
    if (is_abusive(http)) {
        nghttp2_session_terminate_session(http->session, NGHTTP2_ENHANCE_YOUR_CALM);
        return 0;
    }
    return taken == (ssize_t)count;
}

int patchway_http2_next(patchway_http2 *http, patchway_http2_request *result) {
    request *item = http->first;
    if (!item) return 0;
    http->first = item->next;
    if (!http->first) http->last = NULL;
    item->next = NULL;
    // It must not get ready again.
    *result = (patchway_http2_request){
        .stream = item->stream,
        .method = item->method,
        .is_dns = item->is_dns,
        .fault = item->fault,
        .path = item->path,
        .path_octets = item->path_octets,
        .body = item->body,
        .body_octets = item->body_octets,
    };
    return 1;
}

static ssize_t read_answer(
    nghttp2_session *session, int32_t stream, uint8_t *buffer, size_t count, uint32_t *flags,
    nghttp2_data_source *source, void *data) {
    (void)session, (void)stream, (void)data;
    request *item = source->ptr;
    size_t rest = item->answer_octets - item->answer_sent;
    size_t taken = rest < count ? rest : count;
    if (taken > 0) memcpy(buffer, item->answer + item->answer_sent, taken);
    item->answer_sent += taken;
    if (taken == rest) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return (ssize_t)taken;
}

int patchway_http2_respond(
    patchway_http2 *http, int32_t stream, int status, uint32_t max_age, const uint8_t *octets, size_t count) {
    request *item = nghttp2_session_get_stream_user_data(http->session, stream);
    if (!item || item->is_answered) return 1;
    char code[16], age[32], length[32];
    snprintf(code, sizeof code, "%d", status);
    snprintf(age, sizeof age, "max-age=%u", max_age);
    snprintf(length, sizeof length, "%zu", count);
    nghttp2_nv fields[5] = {
        patchway_field(":status", code), patchway_field("content-length", length),
        patchway_field("date", patchway_http_date()),
    };
    size_t fields_count = 3;
    if (status == 200) {
        fields[fields_count++] = patchway_field("content-type", "application/dns-message");
        fields[fields_count++] = patchway_field("cache-control", age);
    } else if (status == 405) {
        fields[fields_count++] = patchway_field("allow", "GET, POST");
    }
    item->is_answered = 1;
    http->answered++;
    if (count == 0) return nghttp2_submit_response(http->session, stream, fields, fields_count, NULL) == 0;
    if (http->queued + count > QUEUE_LIMIT || !(item->answer = malloc(count))) return 0;
    memcpy(item->answer, octets, count);
    item->answer_octets = count;
    http->queued += count;
    nghttp2_data_provider provider = {.source.ptr = item, .read_callback = read_answer};
    return nghttp2_submit_response(http->session, stream, fields, fields_count, &provider) == 0;
}

void patchway_http2_abort(patchway_http2 *http, int32_t stream) {
    request *item = nghttp2_session_get_stream_user_data(http->session, stream);
    if (!item || item->is_answered) return;
    item->is_answered = 1;
    nghttp2_submit_rst_stream(http->session, 0, stream, NGHTTP2_REFUSED_STREAM);
}

void patchway_http2_drain(patchway_http2 *http) {
    int32_t last = nghttp2_session_get_last_proc_stream_id(http->session);
    nghttp2_submit_goaway(http->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0);
}

size_t patchway_http2_give(patchway_http2 *http, const uint8_t **octets) {
    ssize_t count = nghttp2_session_mem_send(http->session, octets);
    return count > 0 ? (size_t)count : 0;
}

int patchway_http2_is_over(const patchway_http2 *http) {
    return !nghttp2_session_want_read(http->session) && !nghttp2_session_want_write(http->session);
}
