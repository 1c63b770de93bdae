/* vcpus that wait for something to do. */
#include "litmus.h"

#define PATIENCE 500

static struct {
    volatile uint64_t value __attribute__((aligned(64)));
} arrived[MAX_CREW], started[MAX_CREW], finished[MAX_CREW];

static volatile int port_of[MAX_CREW];
static void (*volatile job)(uint32_t member);
static volatile uint32_t at_work;
static uint64_t jobs;

/* A vcpu that waits long may be waiting for one that has no processor. */
static void await(const volatile uint64_t *value, uint64_t least)
{
    unsigned looks = 0;

    while (*value < least)
        if (++looks % PATIENCE)
            cpu_relax();
        else
            sched_op(SCHEDOP_yield, NULL);
}

static void ignore(evtchn_port_t port, void *unused)
{
    (void)port;
    (void)unused;
}

/* Who has nothing to do sleeps: others need the processor. */
static void member(void *unused)
{
    uint32_t me = this_vcpu()->id;
    int port = event_bind_ipi(me, ignore, NULL);

    (void)unused;
    if (port < 0)
        panic("no event channel for vcpu %u", me);
    port_of[me] = port;
    for (uint64_t number = 1;; number++) {
        while (started[me].value < number) {
            event_poll((evtchn_port_t)port, 0);
            event_take((evtchn_port_t)port);
        }
        job(me);
        finished[me].value = number;
    }
}

void crew_start(uint32_t count)
{
    for (uint32_t id = 1; id < count; id++)
        if (smp_start(id, member, NULL))
            panic("vcpu %u does not start", id);
    for (uint32_t id = 1; id < count; id++)
        while (!port_of[id])
            sched_op(SCHEDOP_yield, NULL);
}

void crew_run(uint32_t count, void (*work)(uint32_t member))
{
    static uint64_t given[MAX_CREW];

    job = work;
    at_work = count;
    jobs++;
    for (uint32_t id = 0; id < MAX_CREW; id++)
        arrived[id].value = 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (uint32_t id = 1; id < count; id++) {
        started[id].value = ++given[id];
        event_send((evtchn_port_t)port_of[id]);
    }
    work(0);
    for (uint32_t id = 1; id < count; id++)
        await(&finished[id].value, given[id]);
}

void crew_meet_loosely(uint32_t me, uint64_t time)
{
    arrived[me].value = time;
    for (uint32_t id = 0; id < at_work; id++)
        if (id != me)
            await(&arrived[id].value, time);
}

void crew_meet(uint32_t me, uint64_t time)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    crew_meet_loosely(me, time);
}
