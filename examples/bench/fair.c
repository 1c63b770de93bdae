/* Guests for bench/fairness: `fair=` and what the domain does for ever. burn computes; nap sleeps and prints how late it
 * woke up; the others do their best to keep processors from other domains. */
#include "bench.h"

#define NAPS 300
#define NAP (10 * MILLISECONDS)

static volatile uint64_t ticks;
static int port;

static void count_tick(void *unused)
{
    (void)unused;
    ticks++;
}

static void burn(void)
{
    for (;;)
        compute_sort(100);
}

static void nap(void)
{
    static uint64_t late[NAPS];

    for (unsigned i = 0; i < NAPS; i++) {
        uint64_t deadline = time_now() + NAP, before = ticks;

        timer_set(deadline, count_tick, NULL);
        WAIT_UNTIL(ticks != before);
        late[i] = time_now() - deadline;
    }
    sort_times(late, NAPS);
    report("wakeup_median", late[NAPS / 2] * 100, "ns");
    report("wakeup_99_percent", late[NAPS * 99 / 100] * 100, "ns");
}

static void yield(void)
{
    for (;;)
        sched_op(SCHEDOP_yield, NULL);
}

/* A port that never comes, with a timeout that comes at once. */
static void poll(void)
{
    for (;;)
        event_poll((evtchn_port_t)port, time_now() + 1000);
}

static void past(void)
{
    for (;;) {
        timer_set(1, count_tick, NULL);
        event_poll((evtchn_port_t)port, 1);
    }
}

static void answer(evtchn_port_t at, void *other)
{
    (void)at;
    event_send(*(evtchn_port_t *)other);
}

/* Two vcpus wake each other and sleep. */
static evtchn_port_t ports[2];

static void sleep_for_ever(void *unused)
{
    (void)unused;
    int own = event_bind_ipi(1, answer, &ports[0]);

    if (own < 0)
        panic("no event channel: error %d", own);
    ports[1] = (evtchn_port_t)own;
    WAIT_UNTIL(false);
}

static void storm(void)
{
    ports[0] = (evtchn_port_t)port;
    event_handle(ports[0], 0, answer, &ports[1]);
    if (smp_start(1, sleep_for_ever, NULL))
        panic("vcpu 1 does not start");
    while (!*(volatile evtchn_port_t *)&ports[1])
        cpu_relax();
    event_send(ports[1]);
    WAIT_UNTIL(false);
}

static void no_event(evtchn_port_t at, void *unused)
{
    (void)at;
    (void)unused;
}

bool fair_played(void)
{
    static const struct {
        const char *name;
        void (*play)(void);
    } games[] = {{"burn", burn}, {"nap", nap}, {"yield", yield}, {"poll", poll}, {"past", past}, {"storm", storm}};
    const char *name = option("fair=");

    if (!name)
        return false;
    port = event_bind_ipi(0, no_event, NULL);
    if (port < 0)
        panic("no event channel: error %d", port);
    for (unsigned i = 0; i < sizeof(games) / sizeof(*games); i++)
        if (!strncmp(name, games[i].name, strlen(games[i].name)))
            games[i].play();
    return true;
}
