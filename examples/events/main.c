/* Events: a timer that ticks, and interrupts from one vcpu to another (or to itself). */
#include <zendo/zendo.h>

#define TICKS 5
#define ROUNDS 1000

static volatile unsigned ticks;
static uint64_t first_tick;

static void tick(void *unused)
{
    (void)unused;
    ticks++;
    if (ticks < TICKS)
        timer_set(first_tick + ticks * 20 * MILLISECONDS, tick, NULL);
}

static void show_timer(void)
{
    uint64_t start = time_now();

    first_tick = start + 20 * MILLISECONDS;
    timer_set(first_tick, tick, NULL);
    WAIT_UNTIL(ticks == TICKS);
    uint64_t elapsed = time_now() - start;
    printk("timer: %u ticks of 20 ms, %s\n", ticks,
           elapsed >= TICKS * 20 * MILLISECONDS ? "none early" : "TOO EARLY");
}

static int port_of[2];
static volatile unsigned received[2];
static volatile bool ready;

/* Both ends of the game: count, and send the ball back. */
static void ping(evtchn_port_t port, void *unused)
{
    uint32_t me = this_vcpu()->id;

    (void)port;
    (void)unused;
    received[me]++;
    if (me == 1)
        event_send((evtchn_port_t)port_of[0]);
}

static void second_vcpu(void *unused)
{
    (void)unused;
    port_of[1] = event_bind_ipi(1, ping, NULL);
    ready = true;
    WAIT_UNTIL(received[1] == ROUNDS);
}

static void show_ipi_between_vcpus(void)
{
    port_of[0] = event_bind_ipi(0, ping, NULL);
    int error = smp_start(1, second_vcpu, NULL);

    if (error)
        panic("vcpu 1 does not start: %d", error);
    while (!ready)
        cpu_relax();
    for (unsigned round = 1; round <= ROUNDS; round++) {
        event_send((evtchn_port_t)port_of[1]);
        WAIT_UNTIL(received[0] == round);
    }
    printk("ipi: %u from vcpu 0 to vcpu 1 and %u back\n", received[1], received[0]);
    while (smp_is_up(1))
        sched_op(SCHEDOP_yield, NULL);
    printk("vcpu 1 is down\n");
}

static void show_ipi_to_self(void)
{
    port_of[0] = event_bind_ipi(0, ping, NULL);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        event_send((evtchn_port_t)port_of[0]);
        WAIT_UNTIL(received[0] == round);
    }
    printk("ipi: %u from vcpu 0 to itself\n", received[0]);
}

int kernel_main(void)
{
    show_timer();
    if (smp_count() > 1)
        show_ipi_between_vcpus();
    else
        show_ipi_to_self();
    return ticks == TICKS && received[0] == ROUNDS ? 0 : 1;
}
