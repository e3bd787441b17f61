// Sockets as the resolver's data plane needs them: batches of datagrams, epoll, connected sockets, random octets.
// Every function returns a value >= 0, or the negated errno.
#ifndef PATCHWAY_CSOCKETS_H
#define PATCHWAY_CSOCKETS_H

#include <stddef.h>
#include <stdint.h>

enum {
    PATCHWAY_BATCH = 64,
    PATCHWAY_QUERY_SIZE = 2048,
    PATCHWAY_REPLY_SIZE = 1280,
    PATCHWAY_READABLE = 1,
    PATCHWAY_WRITABLE = 2,
    PATCHWAY_CLOSED = 4,
    PATCHWAY_DATAGRAMS = 1,
    PATCHWAY_STREAMS = 2,
};

// A sockaddr_in or sockaddr_in6 as the kernel wrote it, and the local address a datagram was sent to
// (kept only on sockets bound to a wildcard address, so that the reply leaves from there).
typedef struct patchway_peer {
    uint8_t address[28];
    uint32_t length;
    uint8_t local[16];
    uint32_t local_interface;
    uint32_t local_family;
} patchway_peer;

typedef struct patchway_event {
    uint64_t data;
    uint32_t events;
} patchway_event;

typedef struct patchway_batch patchway_batch;

// octets: 4 or 16 in network order.
patchway_peer patchway_peer_make(const uint8_t *octets, int family_is_v6, uint16_t port);
// Writes 4 or 16 octets and gives their number, 0 when the family is neither.
int patchway_peer_octets(const patchway_peer *peer, uint8_t *octets);
uint16_t patchway_peer_port(const patchway_peer *peer);
int patchway_peer_is_v6(const patchway_peer *peer);

// is_shared: other sockets of this user may be bound to the same address (SO_REUSEPORT).
int patchway_udp_listen(const patchway_peer *at, int buffer_octets, int is_shared);
int patchway_tcp_listen(const patchway_peer *at, int backlog, int is_shared);
int patchway_local_port(int fd);
// A non-blocking datagram socket without address or port.
int patchway_udp_socket(int family_is_v6);
// Connects it to `to` from a port that the kernel draws at random, and gives that port.
int patchway_udp_associate(int fd, const patchway_peer *to);
// Undoes that: the port is free again and nothing can arrive.
int patchway_udp_dissociate(int fd);
int patchway_tcp_connect(const patchway_peer *to);
// Connects to who listens on a Unix stream socket.
int patchway_unix_connect(const char *path);
int patchway_accept(int fd, patchway_peer *from);
int patchway_connect_result(int fd);
long patchway_receive(int fd, void *octets, size_t count);
long patchway_send(int fd, const void *octets, size_t count);
int patchway_close(int fd);

patchway_batch *patchway_batch_create(void);
void patchway_batch_destroy(patchway_batch *batch);
// Receives up to PATCHWAY_BATCH datagrams without waiting.
int patchway_batch_receive(patchway_batch *batch, int fd);
const uint8_t *patchway_batch_query(const patchway_batch *batch, int index);
// Octets of the datagram; more than PATCHWAY_QUERY_SIZE when it did not fit.
size_t patchway_batch_query_length(const patchway_batch *batch, int index);
const patchway_peer *patchway_batch_client(const patchway_batch *batch, int index);
// Queues a copy of at most PATCHWAY_REPLY_SIZE octets; gives the number of replies lost by a flush that it caused.
int patchway_batch_queue(
    patchway_batch *batch, int fd, const uint8_t *octets, size_t length, const patchway_peer *to);
// Sends all queued replies; gives the number that the kernel did not take.
int patchway_batch_flush(patchway_batch *batch);

int patchway_epoll_create(void);
int patchway_epoll_add(int epoll, int fd, uint32_t events, uint64_t data);
int patchway_epoll_modify(int epoll, int fd, uint32_t events, uint64_t data);
int patchway_epoll_wait(int epoll, patchway_event *events, int capacity, int timeout_ms);

int patchway_eventfd(void);
int patchway_eventfd_signal(int fd);
int patchway_eventfd_clear(int fd);
int patchway_random(void *octets, size_t count);
uint64_t patchway_monotonic_ns(void);
uint64_t patchway_realtime_ns(void);
// Octets of physical memory.
uint64_t patchway_memory_size(void);
// The system's words for an errno, or NULL.
const char *patchway_error_text(int error);
// Raises the soft limit of open files to the hard limit and gives it.
long patchway_raise_file_limit(void);


// Tells the service manager something (sd_notify(3)); 0 where there is none, 1 when told.
int patchway_notify(const char *text);
// Makes a socket that was inherited ready for a worker: PATCHWAY_DATAGRAMS or PATCHWAY_STREAMS, and its address.
int patchway_adopt(int fd, int buffer_octets, patchway_peer *at);
int patchway_duplicate(int fd);
// Becomes another user for good; -ENOENT when there is no such user, -EPERM when it is root.
int patchway_drop_privileges(const char *user);
int patchway_is_root(void);

#endif
