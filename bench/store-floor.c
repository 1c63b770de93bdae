/*
 * Answers every request of the xenstore protocol at once with sixteen bytes and has no store: what one thread behind a
 * Unix socket can do at most on this machine, to judge the figures of servers by.
 *
 *   store-floor SOCKET
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { READY = 64, BUFFER = 65536, VALUE = 16 };

struct header {
    uint32_t type, request, transaction, length;
};

struct reply {
    struct header header;
    char value[VALUE];
};

static void watch(int poll, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event))
        perror("store-floor: epoll_ctl");
}

/* Answers the whole requests in a buffer; clients of the benchmark never leave a part of one. */
static size_t answer(const char *requests, size_t length, struct reply *replies)
{
    size_t count = 0;

    for (size_t at = 0; at + sizeof(struct header) <= length; count++) {
        struct reply *reply = &replies[count];

        memcpy(&reply->header, requests + at, sizeof reply->header);
        at += sizeof reply->header + reply->header.length;
        reply->header.length = VALUE;
        memset(reply->value, '0', VALUE);
    }
    return count * sizeof *replies;
}

int main(int count, char **words)
{
    static char requests[BUFFER];
    static struct reply replies[BUFFER / sizeof(struct header)];
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct epoll_event ready[READY];
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), poll = epoll_create1(0);

    if (count != 2) {
        fprintf(stderr, "store-floor: a socket\n");
        return 2;
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%s", words[1]);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, READY)) {
        perror(words[1]);
        return 1;
    }
    watch(poll, listener);
    for (;;) {
        int number = epoll_wait(poll, ready, READY, -1);

        for (int i = 0; i < number; i++) {
            int fd = ready[i].data.fd;

            if (fd == listener) {
                watch(poll, accept(listener, NULL, NULL));
                continue;
            }

            ssize_t got = read(fd, requests, sizeof requests);
            size_t length = got > 0 ? answer(requests, (size_t)got, replies) : 0;

            if (got <= 0 || write(fd, replies, length) != (ssize_t)length)
                close(fd);
        }
    }
}
