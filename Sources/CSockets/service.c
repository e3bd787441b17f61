#define _GNU_SOURCE
#include "CSockets.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int patchway_notify(const char *text) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@')) return 0;
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) return -ENAMETOOLONG;
    memcpy(address.sun_path, path, length);
    // A name in the abstract namespace begins with a zero octet.
    if (path[0] == '@') address.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    ssize_t sent = sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address, size);
    int error = sent < 0 ? -errno : 1;
    close(fd);
    return error;
}

int patchway_adopt(int fd, int buffer_octets, patchway_peer *at) {
    int type = 0, one = 1, listens = 0;
    socklen_t length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0) return -errno;
    length = sizeof at->address;
    memset(at, 0, sizeof *at);
    if (getsockname(fd, (struct sockaddr *)at->address, &length) < 0) return -errno;
    at->length = length;
    sa_family_t family;
    memcpy(&family, at->address, sizeof family);
    if (family != AF_INET && family != AF_INET6) return -EAFNOSUPPORT;
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return -errno;
    if (type == SOCK_STREAM) {
        length = sizeof listens;
        if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) < 0) return -errno;
        return listens ? PATCHWAY_STREAMS : -EINVAL;
    }
    if (type != SOCK_DGRAM) return -EPROTOTYPE;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer_octets, sizeof buffer_octets);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_octets, sizeof buffer_octets);
    int is_v6 = family == AF_INET6;
    if (setsockopt(fd, is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, &one, sizeof one) < 0)
        return -errno;
    return PATCHWAY_DATAGRAMS;
}

int patchway_duplicate(int fd) {
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? -errno : copy;
}

int patchway_drop_privileges(const char *user) {
    errno = 0;
    struct passwd *entry = getpwnam(user);
    if (entry == NULL) return errno == 0 ? -ENOENT : -errno;
    if (entry->pw_uid == 0) return -EPERM;
    if (geteuid() == entry->pw_uid) return 0;
    gid_t group = entry->pw_gid;
    uid_t id = entry->pw_uid;
    if (setgroups(1, &group) < 0 || setresgid(group, group, group) < 0 || setresuid(id, id, id) < 0) return -errno;
    // The way back must be closed.
    if (setuid(0) == 0) return -EPERM;
    return 0;
}

int patchway_is_root(void) { return geteuid() == 0; }

int patchway_unix_connect(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}
