/*
 * What keeps the guest of bench/save busy: memory and a disk whose contents are checked all the time, and a connection
 * on which numbered lines are answered with what was found so far.
 *
 *   save-load ADDRESS PORT MIB DISK    answers the lines of a peer
 *   save-load relay PORT ADDRESS PORT  hands the bytes of one connection on, both ways
 *
 * Each line of the peer is the next number. The answer: the number, microseconds since 1970, passes over the memory,
 * blocks written to the disk and read again, and how often something was wrong.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, BLOCK = 65536, BLOCKS = 512 };

static struct { volatile uint64_t passes, blocks, errors; } *found;

static void wrong(const char *what)
{
    __atomic_add_fetch(&found->errors, 1, __ATOMIC_SEQ_CST);
    printf("LOAD-WRONG %s\n", what);
    fflush(stdout);
}

static void fatal(const char *what)
{
    perror(what);
    wrong(what);
    exit(1);
}

static uint64_t next(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static uint64_t seed(uint64_t place, uint64_t generation)
{
    return (place + 1) * 0x9e3779b97f4a7c15u ^ (generation + 1) * 0xff51afd7ed558ccdu;
}

static void fill(uint64_t *words, size_t bytes, uint64_t state)
{
    for (size_t i = 0; i < bytes / 8; i++)
        words[i] = next(&state);
}

static int same(const uint64_t *words, size_t bytes, uint64_t state)
{
    for (size_t i = 0; i < bytes / 8; i++)
        if (words[i] != next(&state))
            return 0;
    return 1;
}

static int64_t now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * 1000000ll + t.tv_nsec / 1000;
}

/* Every page is checked in every pass; a third of them gets new contents. */
static void memory(size_t mib)
{
    size_t pages = mib << 8;
    char *all = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t *generation = calloc(pages, sizeof *generation);
    int64_t before = 0;
    if (all == MAP_FAILED || !generation)
        fatal("memory");
    for (size_t i = 0; i < pages; i++)
        fill((uint64_t *) (all + i * PAGE), PAGE, seed(i, 0));
    for (uint64_t pass = 0;; pass++) {
        for (size_t i = 0; i < pages; i++) {
            uint64_t *page = (uint64_t *) (all + i * PAGE);
            if (!same(page, PAGE, seed(i, generation[i])))
                wrong("memory");
            if ((i + pass) % 3 == 0)
                fill(page, PAGE, seed(i, ++generation[i]));
        }
        found->passes++;
        int64_t time = now(CLOCK_MONOTONIC);
        if (time < before)
            wrong("the monotonic clock went back");
        before = time;
        usleep(1000);
    }
}

static void disk(const char *name)
{
    static uint32_t generation[BLOCKS];
    uint64_t state = 88172645463325252u;
    void *block = NULL;
    int file = open(name, O_RDWR | O_DIRECT);
    if (file < 0 || posix_memalign(&block, PAGE, BLOCK))
        fatal(name);
    for (;;) {
        uint64_t place = next(&state) % BLOCKS, other = next(&state) % BLOCKS;
        fill(block, BLOCK, seed(place, ++generation[place]));
        if (pwrite(file, block, BLOCK, place * BLOCK) != BLOCK || fsync(file))
            fatal("a write to the disk");
        for (int i = 0; i < 2; i++, place = other) {
            memset(block, 0, BLOCK);
            if (pread(file, block, BLOCK, place * BLOCK) != BLOCK)
                fatal("a read of the disk");
            if (generation[place] && !same(block, BLOCK, seed(place, generation[place])))
                wrong("disk");
        }
        found->blocks++;
        usleep(1000);
    }
}

static int reach(const char *address, const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    int one = 1;
    inet_pton(AF_INET, address, &to.sin_addr);
    for (int i = 0; i < 60; i++, sleep(1)) {
        int s = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(s, (struct sockaddr *) &to, sizeof to) == 0) {
            setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
            return s;
        }
        close(s);
    }
    fatal("no way to the peer");
    return -1;
}

static void relay(const char *port, const char *address, const char *there)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    char bytes[4096];
    if (bind(listener, (struct sockaddr *) &own, sizeof own) || listen(listener, 1))
        fatal("relay");
    int near = accept(listener, NULL, NULL), far = reach(address, there);
    setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct pollfd ends[2] = {{near, POLLIN, 0}, {far, POLLIN, 0}};
    while (poll(ends, 2, -1) > 0)
        for (int i = 0; i < 2; i++)
            if (ends[i].revents) {
                ssize_t count = read(ends[i].fd, bytes, sizeof bytes);
                if (count <= 0 || write(ends[1 - i].fd, bytes, count) != count)
                    fatal("the relay's connection");
            }
}

static void answer(FILE *in, int out)
{
    char line[128];
    uint64_t number = 0;
    while (fgets(line, sizeof line, in)) {
        if (strtoull(line, NULL, 10) != number)
            wrong("the peer's line is not the next");
        int length = snprintf(line, sizeof line, "%llu %lld %llu %llu %llu\n", (unsigned long long) number++,
                              (long long) now(CLOCK_REALTIME), (unsigned long long) found->passes,
                              (unsigned long long) found->blocks, (unsigned long long) found->errors);
        if (write(out, line, length) != length)
            fatal("an answer");
    }
    fatal("the connection");
}

int main(int count, char **words)
{
    if (count != 5)
        return 2;
    found = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (strcmp(words[1], "relay") == 0) {
        relay(words[2], words[3], words[4]);
        return 0;
    }
    int connection = reach(words[1], words[2]);
    if (fork() == 0)
        memory(atoi(words[3]));
    if (fork() == 0)
        disk(words[4]);
    answer(fdopen(connection, "r"), connection);
    return 0;
}
