/* Event channels: to oneself, and the timer's. */
#include "bench.h"

#define WAKEUPS 101

static int own_port;
static volatile uint64_t received;

static void count_event(evtchn_port_t port, void *unused)
{
    (void)port;
    (void)unused;
    received++;
}

void events_prepare(void)
{
    own_port = event_bind_ipi(0, count_event, NULL);
    if (own_port < 0)
        panic("no event channel to oneself: %d", own_port);
}

/* Send, upcall, handler and the way back. */
static uint64_t event_to_self(uint64_t count)
{
    uint64_t expected = received + count;

    for (; count > 0; count--)
        event_send((evtchn_port_t)own_port);
    return expected - received;
}

/* Sending alone: nobody is told. */
static uint64_t event_masked(uint64_t count)
{
    event_mask((evtchn_port_t)own_port);
    for (; count > 0; count--)
        event_send((evtchn_port_t)own_port);
    bool was_pending = event_take((evtchn_port_t)own_port);
    event_unmask((evtchn_port_t)own_port);
    return was_pending;
}

static void note_time(void *time)
{
    *(volatile uint64_t *)time = time_now();
}

void wakeup_report(void)
{
    static uint64_t late[WAKEUPS];

    for (unsigned i = 0; i < WAKEUPS; i++) {
        volatile uint64_t woken = 0;
        uint64_t deadline = time_now() + MILLISECONDS;

        timer_set(deadline, note_time, (void *)&woken);
        WAIT_UNTIL(woken);
        late[i] = woken - deadline;
    }
    sort_times(late, WAKEUPS);
    report("wakeup_late_median", late[WAKEUPS / 2] * 100, "ns");
    report("wakeup_late_90_percent", late[WAKEUPS * 9 / 10] * 100, "ns");
}

const struct benchmark event_benchmarks[] = {
    {"event_to_self_and_upcall", event_to_self, 1, false},
    {"event_send_masked", event_masked, 1, false},
    {0}};
