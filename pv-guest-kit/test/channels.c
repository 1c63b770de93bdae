/* Event channels, the timer and more vcpus. */
#include "check.h"

static volatile unsigned near, far;

static void count(evtchn_port_t port, void *counter)
{
    (void)port;
    ++*(volatile unsigned *)counter;
}

void test_channels(void)
{
    int first = event_alloc_unbound(DOMID_SELF, count, (void *)&near);
    CHECK(first > 0);
    int second = event_bind_interdomain(DOMID_SELF, (evtchn_port_t)first, count, (void *)&far);
    CHECK(second > 0 && second != first);

    near = far = 0;
    event_send((evtchn_port_t)second);
    CHECK(near == 1);
    event_send((evtchn_port_t)first);
    CHECK(far >= 1);

    event_mask((evtchn_port_t)first);
    event_send((evtchn_port_t)second);
    CHECK(near == 1);
    event_unmask((evtchn_port_t)first);
    CHECK(near == 2);

    events_off();
    event_send((evtchn_port_t)second);
    CHECK(near == 2);
    events_on();
    CHECK(near == 3);

    event_mask((evtchn_port_t)first);
    event_send((evtchn_port_t)second);
    CHECK(event_take((evtchn_port_t)first));
    CHECK(!event_take((evtchn_port_t)first));

    event_close((evtchn_port_t)second);
    event_close((evtchn_port_t)first);
    CHECK(event_bind_virq(99, 0, count, NULL) == -EINVAL);
    CHECK(event_bind_virq(VIRQ_TIMER, 0, count, NULL) == -EEXIST);
}

static void note_time(void *when)
{
    *(volatile uint64_t *)when = time_now();
}

void test_timer(void)
{
    volatile uint64_t rang = 0;
    uint64_t start = time_now();

    timer_set(start + 5 * MILLISECONDS, note_time, (void *)&rang);
    WAIT_UNTIL(rang);
    CHECK(rang >= start + 5 * MILLISECONDS);
    rang = 0;
    timer_set(start, note_time, (void *)&rang); /* in the past: at once */
    WAIT_UNTIL(rang);
    start = time_now();
    time_sleep(3 * MILLISECONDS);
    CHECK(time_now() >= start + 3 * MILLISECONDS);
    CHECK(time_wall() > 1700000000);

    start = time_now();
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t now = time_now();

        CHECK(now >= start);
        start = now;
    }
}

static spinlock_t lock;
static volatile unsigned sum, finished;

static void add(void *rounds)
{
    for (unsigned i = 0; i < *(unsigned *)rounds; i++) {
        spin_lock(&lock);
        sum = sum + 1;
        spin_unlock(&lock);
    }
    __atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
}

void test_vcpus(void)
{
    uint32_t vcpus = smp_count();
    unsigned rounds = 2000;

    CHECK(this_vcpu()->id == 0);
    for (uint32_t id = 1; id < vcpus; id++)
        CHECK(smp_start(id, add, &rounds) == 0);
    add(&rounds);
    while (finished < vcpus)
        sched_op(SCHEDOP_yield, NULL);
    CHECK(sum == rounds * vcpus);
    for (uint32_t id = 1; id < vcpus; id++)
        while (smp_is_up(id))
            sched_op(SCHEDOP_yield, NULL);
    CHECK(smp_start(vcpus, add, &rounds) == -ENOENT);
}
