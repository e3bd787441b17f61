#define _GNU_SOURCE
#include "CSockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

_Static_assert(sizeof(struct sockaddr_in6) == 28, "a peer holds any internet address");
_Static_assert(sizeof(patchway_peer) == 56, "peers are copied by value");

static int family(const patchway_peer *peer) {
    sa_family_t value;
    memcpy(&value, peer->address, sizeof value);
    return value;
}

patchway_peer patchway_peer_make(const uint8_t *octets, int family_is_v6, uint16_t port) {
    patchway_peer peer;
    memset(&peer, 0, sizeof peer);
    if (family_is_v6) {
        struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
        memcpy(&address.sin6_addr, octets, 16);
        memcpy(peer.address, &address, peer.length = sizeof address);
    } else {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
        memcpy(&address.sin_addr, octets, 4);
        memcpy(peer.address, &address, peer.length = sizeof address);
    }
    return peer;
}

int patchway_peer_octets(const patchway_peer *peer, uint8_t *octets) {
    switch (family(peer)) {
    case AF_INET:
        memcpy(octets, peer->address + offsetof(struct sockaddr_in, sin_addr), 4);
        return 4;
    case AF_INET6:
        memcpy(octets, peer->address + offsetof(struct sockaddr_in6, sin6_addr), 16);
        return 16;
    default:
        return 0;
    }
}

uint16_t patchway_peer_port(const patchway_peer *peer) {
    // The port stands at the same place in both forms.
    return (uint16_t)(peer->address[2] << 8 | peer->address[3]);
}

int patchway_peer_is_v6(const patchway_peer *peer) { return family(peer) == AF_INET6; }

static int is_wildcard(const patchway_peer *peer) {
    static const uint8_t zero[16];
    uint8_t octets[16];
    int count = patchway_peer_octets(peer, octets);
    return memcmp(octets, zero, (size_t)count) == 0;
}

static int fail(int fd) {
    int error = errno;
    if (fd >= 0) close(fd);
    return -error;
}

static int open_listener(const patchway_peer *at, int type, int is_shared) {
    int one = 1;
    int fd = socket(family(at), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(fd);
    if (family(at) == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0) return fail(fd);
    // Only when several workers need it: it lets a stray server share the port unnoticed.
    if (is_shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) < 0) return fail(fd);
    return fd;
}

int patchway_udp_listen(const patchway_peer *at, int buffer_octets, int is_shared) {
    int one = 1;
    int fd = open_listener(at, SOCK_DGRAM, is_shared);
    if (fd < 0) return fd;
    // The kernel caps these at rmem_max and wmem_max; the default overflows at some 500 outstanding queries.
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_octets, sizeof buffer_octets);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_octets, sizeof buffer_octets);
    if (is_wildcard(at)) {
        int level = family(at) == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
        int option = family(at) == AF_INET6 ? IPV6_RECVPKTINFO : IP_PKTINFO;
        if (setsockopt(fd, level, option, &one, sizeof one) < 0) return fail(fd);
    }
    if (bind(fd, (const struct sockaddr *)at->address, at->length) < 0) return fail(fd);
    return fd;
}

int patchway_tcp_listen(const patchway_peer *at, int backlog, int is_shared) {
    int one = 1;
    int fd = open_listener(at, SOCK_STREAM, is_shared);
    if (fd < 0) return fd;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0) return fail(fd);
    if (bind(fd, (const struct sockaddr *)at->address, at->length) < 0) return fail(fd);
    if (listen(fd, backlog) < 0) return fail(fd);
    return fd;
}

int patchway_local_port(int fd) {
    struct sockaddr_in6 address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return -errno;
    return ntohs(address.sin6_port);
}

int patchway_udp_socket(int family_is_v6) {
    int fd = socket(family_is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
}

int patchway_udp_associate(int fd, const patchway_peer *to) {
    if (connect(fd, (const struct sockaddr *)to->address, to->length) < 0) return -errno;
    return patchway_local_port(fd);
}

int patchway_udp_dissociate(int fd) {
    // A socket that was never bound by name loses its port with its peer; making a new one costs three times more.
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    return connect(fd, &none, sizeof none) < 0 ? -errno : 0;
}

int patchway_tcp_connect(const patchway_peer *to) {
    int one = 1;
    int fd = socket(family(to), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(fd);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(fd, (const struct sockaddr *)to->address, to->length) < 0 && errno != EINPROGRESS) return fail(fd);
    return fd;
}

int patchway_accept(int fd, patchway_peer *from) {
    int one = 1;
    socklen_t length = sizeof from->address;
    memset(from, 0, sizeof *from);
    int client = accept4(fd, (struct sockaddr *)from->address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return -errno;
    from->length = length;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return client;
}

int patchway_connect_result(int fd) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
    return -error;
}

long patchway_receive(int fd, void *octets, size_t count) {
    ssize_t received = recv(fd, octets, count, MSG_DONTWAIT);
    return received < 0 ? -errno : received;
}

long patchway_send(int fd, const void *octets, size_t count) {
    ssize_t sent = send(fd, octets, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
}

int patchway_close(int fd) { return close(fd) < 0 ? -errno : 0; }

int patchway_epoll_create(void) {
    int fd = epoll_create1(EPOLL_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t data) {
    struct epoll_event event = {.data.u64 = data};
    if (events & PATCHWAY_READABLE) event.events |= EPOLLIN | EPOLLRDHUP;
    if (events & PATCHWAY_WRITABLE) event.events |= EPOLLOUT;
    return epoll_ctl(epoll, operation, fd, &event) < 0 ? -errno : 0;
}

int patchway_epoll_add(int epoll, int fd, uint32_t events, uint64_t data) {
    return control(epoll, EPOLL_CTL_ADD, fd, events, data);
}

int patchway_epoll_modify(int epoll, int fd, uint32_t events, uint64_t data) {
    return control(epoll, EPOLL_CTL_MOD, fd, events, data);
}

int patchway_epoll_wait(int epoll, patchway_event *events, int capacity, int timeout_ms) {
    struct epoll_event ready[256];
    int count = epoll_wait(epoll, ready, capacity < 256 ? capacity : 256, timeout_ms);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int index = 0; index < count; index++) {
        uint32_t seen = ready[index].events;
        events[index].data = ready[index].data.u64;
        events[index].events = (seen & EPOLLIN ? PATCHWAY_READABLE : 0) | (seen & EPOLLOUT ? PATCHWAY_WRITABLE : 0)
            | (seen & (EPOLLHUP | EPOLLERR | EPOLLRDHUP) ? PATCHWAY_CLOSED : 0);
    }
    return count;
}

int patchway_eventfd(void) {
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int patchway_eventfd_signal(int fd) { return eventfd_write(fd, 1) < 0 ? -errno : 0; }

int patchway_eventfd_clear(int fd) {
    eventfd_t value;
    return eventfd_read(fd, &value) < 0 ? -errno : 0;
}

int patchway_random(void *octets, size_t count) {
    uint8_t *next = octets;
    while (count > 0) {
        ssize_t got = getrandom(next, count, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        next += got;
        count -= (size_t)got;
    }
    return 0;
}

static uint64_t clock_ns(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t patchway_monotonic_ns(void) { return clock_ns(CLOCK_MONOTONIC); }
uint64_t patchway_realtime_ns(void) { return clock_ns(CLOCK_REALTIME); }

uint64_t patchway_memory_size(void) {
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
}

const char *patchway_error_text(int error) { return strerrordesc_np(error); }

long patchway_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    return (long)limit.rlim_cur;
}
