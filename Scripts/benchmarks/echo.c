// echo PORT: sends every datagram back with QR set, up to 32 in one call, so that only the sockets cost something.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { batch = 32, size = 2048 };

int main(int count, char **arguments) {
    static unsigned char octets[batch][size];
    static struct sockaddr_in peers[batch];
    static struct iovec parts[batch];
    static struct mmsghdr messages[batch];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int room = 4 << 20, sock = socket(AF_INET, SOCK_DGRAM, 0);
    if (count != 2) return 2;
    address.sin_port = htons((unsigned short)atoi(arguments[1]));
    setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (bind(sock, (struct sockaddr *)&address, sizeof address)) return 1;
    for (;;) {
        for (int i = 0; i < batch; i++) {
            parts[i] = (struct iovec){octets[i], size};
            messages[i].msg_hdr = (struct msghdr){
                .msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &parts[i], .msg_iovlen = 1};
        }
        int got = recvmmsg(sock, messages, batch, MSG_WAITFORONE, 0);
        for (int i = 0; i < got; i++) {
            octets[i][2] |= 0x80;
            parts[i].iov_len = messages[i].msg_len;
        }
        for (int sent = 0; sent < got;) {
            int done = sendmmsg(sock, messages + sent, (unsigned)(got - sent), 0);
            sent += done > 0 ? done : 1;
        }
    }
}
