/*
 * Loads servers of the xenstore protocol and says how many operations per second they do: clients that each wait for
 * one reply before they send the next request, as Xen's tools do.
 *
 *   store-load [-c CLIENTS] [-r ROUNDS] [-s SECONDS] [-w WARMUP] [-q PERCENT] [-o OPERATION,...] SOCKET [SOCKET]
 *
 * A round in which other programs took more than PERCENT of the machine's processors is done again; after ten times as
 * many attempts as there are rounds the disturbed ones count as well, and the line says how many there were.
 *
 * With two sockets the rounds alternate between the servers. A line tells of each operation, for every server: the
 * median of operations per second, the median and the 99th percentile of what one operation took (of the round that is
 * the median), and the processor time that the server and the clients spent on one operation; with two sockets also the
 * median of the ratios of the rounds that belong together, the first server to the second.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READ = 2, WATCH = 4, BEGIN = 6, END = 7, WRITE = 11, MKDIR = 12, RM = 13, EVENT = 15, ERROR = 16 };
enum { MAX_CLIENTS = 256, MAX_ROUNDS = 99, SERVERS = 2, BUCKETS = 4096, BUCKETS_PER_US = 4, TOGETHER = 8 };

struct header {
    uint32_t type, request, transaction, length;
};

/* What the clients of one round have in common; buckets count operations by how long they took. */
struct round {
    int ready;
    int go;
    double end;
    uint64_t operations;
    uint64_t clients_us; /* processor time that the clients took */
    uint64_t buckets[BUCKETS];
};

struct result {
    double rate, median, p99, cost, clients_cost;
    double others; /* share of the machine's processors that other programs took */
};

static struct round *round_state;
static int fd, events;
static char answer[4097], home[64];

static void fail(const char *what)
{
    fprintf(stderr, "store-load: %s: %s\n", what, errno ? strerror(errno) : answer);
    exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int s = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (s < 0 || connect(s, (struct sockaddr *)&address, sizeof address))
        fail(path);
    return s;
}

static void receive_bytes(void *to, size_t length)
{
    for (char *at = to; length > 0;) {
        ssize_t got = read(fd, at, length);

        if (got <= 0)
            fail("read");
        at += got;
        length -= (size_t)got;
    }
}

static uint32_t receive(void)
{
    struct header h;

    receive_bytes(&h, sizeof h);
    if (h.length >= sizeof answer)
        fail("a reply is too long");
    receive_bytes(answer, h.length);
    answer[h.length] = 0;
    events += h.type == EVENT;
    return h.type;
}

/* Sends a request and gives the type of the reply. */
static uint32_t ask(uint32_t type, uint32_t transaction, const char *payload, size_t length)
{
    char message[512];
    struct header h = { type, 1, transaction, (uint32_t)length };

    memcpy(message, &h, sizeof h);
    memcpy(message + sizeof h, payload, length);
    if (write(fd, message, sizeof h + length) != (ssize_t)(sizeof h + length))
        fail("write");
    for (;;) {
        uint32_t reply = receive();

        if (reply != EVENT)
            return reply;
    }
}

/* A request on a node of this client, with a value after the path if there is one; it must succeed. */
static void on(uint32_t type, uint32_t transaction, const char *node, const char *value)
{
    char payload[256];
    size_t length = (size_t)snprintf(payload, sizeof payload, "%s/%s", home, node) + 1;

    if (value) {
        size_t more = strlen(value) + (type == WATCH);

        memcpy(payload + length, value, more);
        length += more;
    }
    errno = 0;
    if (ask(type, transaction, payload, length) == ERROR)
        fail(node);
}

static void do_read(int i)
{
    (void)i;
    on(READ, 0, "leaf", NULL);
}

static void do_write(int i)
{
    char value[32];

    snprintf(value, sizeof value, "value-%d", i);
    on(WRITE, 0, "leaf", value);
}

static void do_mkdir_rm(int i)
{
    char node[32];

    snprintf(node, sizeof node, "made%d", i & 7);
    on(MKDIR, 0, node, NULL);
    on(RM, 0, node, NULL);
}

static void do_transaction(int i)
{
    do {
        if (ask(BEGIN, 0, "", 1) == ERROR)
            fail("begin");
        uint32_t id = (uint32_t)strtoul(answer, NULL, 10);

        for (int k = 0; k < 10; k++) {
            char node[32], value[32];

            snprintf(node, sizeof node, "dir/n%d", k);
            snprintf(value, sizeof value, "tx-%d-%d", i, k);
            on(WRITE, id, node, value);
        }
        if (ask(END, id, "T", 2) != ERROR)
            return;
    } while (!strcmp(answer, "EAGAIN"));
    fail("commit");
}

static void do_event(int i)
{
    char value[32];

    snprintf(value, sizeof value, "seen-%d", i);
    events = 0;
    on(WRITE, 0, "watched", value);
    while (!events)
        receive();
}

/* Requests that are sent together, as a guest's kernel does for its processes. */
static void together(uint32_t type, const char *node, const char *value)
{
    char message[TOGETHER * 128];
    size_t length = 0;

    for (int i = 0; i < TOGETHER; i++) {
        size_t path = (size_t)snprintf(message + length + sizeof(struct header), 64, "%s/%s", home, node) + 1;
        struct header h = { type, 1, 0, (uint32_t)(path + strlen(value)) };

        memcpy(message + length, &h, sizeof h);
        memcpy(message + length + sizeof h + path, value, strlen(value));
        length += sizeof h + h.length;
    }
    if (write(fd, message, length) != (ssize_t)length)
        fail("write");
    errno = 0;
    for (int i = 0; i < TOGETHER; i++)
        if (receive() == ERROR)
            fail(node);
}

static void do_reads(int i)
{
    (void)i;
    together(READ, "leaf", "");
}

static void do_writes(int i)
{
    char value[32];

    snprintf(value, sizeof value, "value-%d", i);
    together(WRITE, "leaf", value);
}

static const struct operation {
    const char *name;
    void (*once)(int i);
} operations[] = {
    { "read", do_read },
    { "write", do_write },
    { "mkdir+rm", do_mkdir_rm },
    { "transaction", do_transaction },
    { "write+event", do_event },
    { "8 reads", do_reads },
    { "8 writes", do_writes },
};

/* Microseconds of processor time that this process has taken. */
static uint64_t own_time(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void client(const char *path, int number, const struct operation *operation)
{
    static uint64_t buckets[BUCKETS];
    uint64_t done = 0;

    fd = connect_to(path);
    snprintf(home, sizeof home, "/bench/%d", number);
    on(WRITE, 0, "leaf", "0123456789abcdef");
    for (int i = 0; i < 100; i++) {
        char node[32];

        snprintf(node, sizeof node, "dir/n%d", i);
        on(WRITE, 0, node, "x");
    }
    on(WRITE, 0, "watched", "x");
    if (operation->once == do_event)
        on(WATCH, 0, "watched", "token");
    __atomic_add_fetch(&round_state->ready, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&round_state->go, __ATOMIC_ACQUIRE))
        usleep(200);

    uint64_t before = own_time();

    for (double then = now(), later; then < round_state->end; then = later) {
        operation->once((int)done++);
        later = now();

        double bucket = (later - then) * 1e6 * BUCKETS_PER_US;

        buckets[bucket < BUCKETS - 1 ? (int)bucket : BUCKETS - 1]++;
    }
    __atomic_add_fetch(&round_state->operations, done, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&round_state->clients_us, own_time() - before, __ATOMIC_SEQ_CST);
    for (int i = 0; i < BUCKETS; i++)
        if (buckets[i])
            __atomic_add_fetch(&round_state->buckets[i], buckets[i], __ATOMIC_SEQ_CST);
}

/* Seconds of processor time that the process at the other end of a socket has taken. */
static double server_time(int s)
{
    struct ucred peer;
    socklen_t length = sizeof peer;
    char name[64], line[1024];
    unsigned long user = 0, kernel = 0;

    if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &peer, &length))
        fail("SO_PEERCRED");
    snprintf(name, sizeof name, "/proc/%d/stat", (int)peer.pid);

    FILE *file = fopen(name, "r");

    if (!file || !fgets(line, sizeof line, file))
        fail(name);
    fclose(file);
    sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

/* Seconds of processor time that all programs have taken. */
static double busy_time(void)
{
    unsigned long user, nice, kernel, idle, wait, hard, soft;
    FILE *file = fopen("/proc/stat", "r");

    if (!file || fscanf(file, "cpu %lu %lu %lu %lu %lu %lu %lu", &user, &nice, &kernel, &idle, &wait, &hard, &soft) != 7)
        fail("/proc/stat");
    fclose(file);
    return (double)(user + nice + kernel + hard + soft) / (double)sysconf(_SC_CLK_TCK);
}

static double percentile(double part)
{
    uint64_t wanted = (uint64_t)((double)round_state->operations * part), seen = 0;

    for (int i = 0; i < BUCKETS; i++)
        if ((seen += round_state->buckets[i]) > wanted)
            return (i + 0.5) / BUCKETS_PER_US;
    return 0;
}

static struct result run(const char *path, const struct operation *operation, int clients, double seconds)
{
    int control = connect_to(path);

    memset(round_state, 0, sizeof *round_state);
    fflush(stdout);
    for (int i = 0; i < clients; i++) {
        pid_t child = fork();

        if (child < 0)
            fail("fork");
        if (child == 0) {
            client(path, i, operation);
            exit(0);
        }
    }
    while (__atomic_load_n(&round_state->ready, __ATOMIC_ACQUIRE) < clients) {
        int status;

        if (waitpid(-1, &status, WNOHANG) > 0)
            exit(1);
        usleep(1000);
    }

    double before = server_time(control), busy = busy_time(), start = now();

    round_state->end = start + seconds;
    __atomic_store_n(&round_state->go, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < clients; i++) {
        int status;

        if (wait(&status) < 0 || status)
            exit(1);
    }

    double taken = now() - start, operations = (double)round_state->operations;
    double spent = server_time(control) - before;
    double clients_spent = (double)round_state->clients_us * 1e-6, others = busy_time() - busy - spent - clients_spent;

    close(control);
    return (struct result){ operations / taken, percentile(0.5), percentile(0.99), spent * 1e6 / operations,
                            clients_spent * 1e6 / operations, others / taken / (double)sysconf(_SC_NPROCESSORS_ONLN) };
}

static int by_rate(const void *a, const void *b)
{
    double x = ((const struct result *)a)->rate, y = ((const struct result *)b)->rate;

    return (x > y) - (x < y);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void measure(char **sockets, int servers, const struct operation *operation, int clients, int rounds, double seconds,
                    double quiet)
{
    struct result results[SERVERS][MAX_ROUNDS];
    double ratios[MAX_ROUNDS];
    int disturbed = 0;

    for (int i = 0, attempt = 0; i < rounds; attempt++) {
        double others = 0;

        for (int s = 0; s < servers; s++) {
            results[s][i] = run(sockets[s], operation, clients, seconds);
            others = results[s][i].others > others ? results[s][i].others : others;
        }
        ratios[i] = servers > 1 ? results[0][i].rate / results[1][i].rate : 1;
        if (others <= quiet || attempt >= 9 * rounds) {
            disturbed += others > quiet;
            i++;
        }
    }
    printf("%3d %-12s", clients, operation->name);
    for (int s = 0; s < servers; s++) {
        qsort(results[s], (size_t)rounds, sizeof *results[s], by_rate);

        struct result *r = &results[s][rounds / 2];

        printf("  %8.0f/s %6.1f %6.1f us, costs %5.1f + %5.1f us", r->rate, r->median, r->p99, r->cost,
               r->clients_cost);
    }
    qsort(ratios, (size_t)rounds, sizeof *ratios, by_value);
    if (servers > 1)
        printf("  %5.2f (%.2f to %.2f)", ratios[rounds / 2], ratios[0], ratios[rounds - 1]);
    if (disturbed)
        printf(", %d of %d rounds disturbed", disturbed, rounds);
    printf("\n");
    fflush(stdout);
}

/* Whether a name is in a list with commas. */
static int is_chosen(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (!strncmp(at, name, length) && (at[length] == ',' || !at[length]))
            return 1;
    return 0;
}

int main(int count, char **words)
{
    int clients = 1, rounds = 5, option;
    double seconds = 0.5, warm = 3, quiet = 10;
    const char *chosen = "read,write,mkdir+rm,transaction,write+event,8 reads,8 writes";

    while ((option = getopt(count, words, "c:r:s:w:q:o:")) != -1) {
        switch (option) {
        case 'c': clients = atoi(optarg); break;
        case 'r': rounds = atoi(optarg); break;
        case 's': seconds = atof(optarg); break;
        case 'w': warm = atof(optarg); break;
        case 'q': quiet = atof(optarg); break;
        case 'o': chosen = optarg; break;
        default: return 2;
        }
    }

    int servers = count - optind;

    if (servers < 1 || servers > SERVERS || clients < 1 || clients > MAX_CLIENTS || rounds < 1 || rounds > MAX_ROUNDS) {
        fprintf(stderr, "store-load: one or two sockets, 1 to %d clients, 1 to %d rounds\n", MAX_CLIENTS, MAX_ROUNDS);
        return 2;
    }
    round_state = mmap(NULL, sizeof *round_state, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (round_state == MAP_FAILED)
        fail("mmap");
    for (int pass = warm > 0 ? 0 : 1; pass < 2; pass++)
        for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
            if (!is_chosen(chosen, operations[i].name))
                continue;
            if (pass)
                measure(words + optind, servers, &operations[i], clients, rounds, seconds, quiet / 100);
            else
                for (int s = 0; s < servers; s++)
                    run(words[optind + s], &operations[i], clients, warm);
        }
    return 0;
}
