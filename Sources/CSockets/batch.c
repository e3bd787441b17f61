#define _GNU_SOURCE
#include "CSockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Large enough for either packet information message.
enum { CONTROL_SIZE = CMSG_SPACE(sizeof(struct in6_pktinfo)) };

struct patchway_batch {
    struct mmsghdr in[PATCHWAY_BATCH];
    struct mmsghdr out[PATCHWAY_BATCH];
    struct iovec in_octets[PATCHWAY_BATCH];
    struct iovec out_octets[PATCHWAY_BATCH];
    patchway_peer clients[PATCHWAY_BATCH];
    patchway_peer receivers[PATCHWAY_BATCH];
    _Alignas(struct cmsghdr) uint8_t in_control[PATCHWAY_BATCH][CONTROL_SIZE];
    _Alignas(struct cmsghdr) uint8_t out_control[PATCHWAY_BATCH][CONTROL_SIZE];
    uint8_t queries[PATCHWAY_BATCH][PATCHWAY_QUERY_SIZE];
    uint8_t replies[PATCHWAY_BATCH][PATCHWAY_REPLY_SIZE];
    int queued;
    int out_fd;
    int used;
};

patchway_batch *patchway_batch_create(void) {
    patchway_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return NULL;
    for (int index = 0; index < PATCHWAY_BATCH; index++) {
        batch->in_octets[index].iov_base = batch->queries[index];
        batch->in_octets[index].iov_len = PATCHWAY_QUERY_SIZE;
        batch->in[index].msg_hdr.msg_iov = &batch->in_octets[index];
        batch->in[index].msg_hdr.msg_iovlen = 1;
        batch->in[index].msg_hdr.msg_name = batch->clients[index].address;
        batch->out_octets[index].iov_base = batch->replies[index];
        batch->out[index].msg_hdr.msg_iov = &batch->out_octets[index];
        batch->out[index].msg_hdr.msg_iovlen = 1;
        batch->out[index].msg_hdr.msg_name = batch->receivers[index].address;
    }
    batch->used = PATCHWAY_BATCH;
    return batch;
}

void patchway_batch_destroy(patchway_batch *batch) { free(batch); }

static void take_local_address(struct msghdr *message, patchway_peer *peer) {
    peer->local_family = 0;
    for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item; item = CMSG_NXTHDR(message, item)) {
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(item), sizeof info);
            memcpy(peer->local, &info.ipi_addr, 4);
            peer->local_interface = (uint32_t)info.ipi_ifindex;
            peer->local_family = 4;
        } else if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(item), sizeof info);
            memcpy(peer->local, &info.ipi6_addr, 16);
            peer->local_interface = info.ipi6_ifindex;
            peer->local_family = 6;
        }
    }
}

int patchway_batch_receive(patchway_batch *batch, int fd) {
    // The kernel overwrites these of every message it fills.
    for (int index = 0; index < batch->used; index++) {
        struct msghdr *message = &batch->in[index].msg_hdr;
        message->msg_namelen = sizeof batch->clients[index].address;
        message->msg_control = batch->in_control[index];
        message->msg_controllen = CONTROL_SIZE;
    }
    int count = recvmmsg(fd, batch->in, PATCHWAY_BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
    batch->used = count < 0 ? 0 : count;
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    for (int index = 0; index < count; index++) {
        batch->clients[index].length = batch->in[index].msg_hdr.msg_namelen;
        take_local_address(&batch->in[index].msg_hdr, &batch->clients[index]);
    }
    return count;
}

const uint8_t *patchway_batch_query(const patchway_batch *batch, int index) { return batch->queries[index]; }

size_t patchway_batch_query_length(const patchway_batch *batch, int index) { return batch->in[index].msg_len; }

const patchway_peer *patchway_batch_client(const patchway_batch *batch, int index) { return &batch->clients[index]; }

static void give_local_address(patchway_batch *batch, int index, const patchway_peer *to) {
    struct msghdr *message = &batch->out[index].msg_hdr;
    if (to->local_family == 0) {
        message->msg_control = NULL;
        message->msg_controllen = 0;
        return;
    }
    message->msg_control = batch->out_control[index];
    message->msg_controllen = CONTROL_SIZE;
    struct cmsghdr *item = CMSG_FIRSTHDR(message);
    if (to->local_family == 4) {
        struct in_pktinfo info;
        memset(&info, 0, sizeof info);
        memcpy(&info.ipi_spec_dst, to->local, 4);
        item->cmsg_level = IPPROTO_IP;
        item->cmsg_type = IP_PKTINFO;
        item->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(item), &info, sizeof info);
        message->msg_controllen = CMSG_SPACE(sizeof info);
    } else {
        struct in6_pktinfo info = {.ipi6_ifindex = to->local_interface};
        memcpy(&info.ipi6_addr, to->local, 16);
        item->cmsg_level = IPPROTO_IPV6;
        item->cmsg_type = IPV6_PKTINFO;
        item->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(item), &info, sizeof info);
        message->msg_controllen = CMSG_SPACE(sizeof info);
    }
}

int patchway_batch_queue(
    patchway_batch *batch, int fd, const uint8_t *octets, size_t length, const patchway_peer *to) {
    int lost = 0;
    if (length > PATCHWAY_REPLY_SIZE) return 1;
    if (batch->queued == PATCHWAY_BATCH || (batch->queued > 0 && batch->out_fd != fd)) {
        lost = patchway_batch_flush(batch);
    }
    int index = batch->queued++;
    batch->out_fd = fd;
    memcpy(batch->replies[index], octets, length);
    batch->receivers[index] = *to;
    batch->out[index].msg_hdr.msg_namelen = to->length;
    batch->out_octets[index].iov_len = length;
    give_local_address(batch, index, to);
    return lost;
}

int patchway_batch_flush(patchway_batch *batch) {
    int next = 0;
    int lost = 0;
    while (next < batch->queued) {
        int sent = sendmmsg(batch->out_fd, batch->out + next, (unsigned)(batch->queued - next), MSG_DONTWAIT);
        if (sent > 0) {
            next += sent;
        } else if (errno != EINTR) {
            // Full buffer or unreachable client: this one is lost, as datagrams may be.
            next++;
            lost++;
        }
    }
    batch->queued = 0;
    return lost;
}
