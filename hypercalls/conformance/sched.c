/* sched_op, its old form, and set_timer_op. Ends that end the domain are not tried. */
#include "harness.h"

static volatile unsigned fired;

static void on_timer(evtchn_port_t port, void *argument)
{
    (void)port;
    (void)argument;
    fired++;
}

/* The kit has bound the timer already; its port is taken over. */
static void take_timer(void)
{
    for (evtchn_port_t port = 1; port < 64; port++) {
        struct evtchn_status status = {.dom = DOMID_SELF, .port = port};

        if (!event_channel_op(EVTCHNOP_status, &status) && status.status == EVTCHNSTAT_virq &&
            status.u.virq == VIRQ_TIMER)
            event_handle(port, 0, on_timer, NULL);
    }
}

static int64_t set_timer(uint64_t when)
{
    return HC(set_timer_op, when);
}

static int64_t poll(evtchn_port_t *ports, uint32_t count, uint64_t timeout)
{
    struct sched_poll argument = {.ports = ports, .nr_ports = count, .timeout = timeout};

    return sched_op(SCHEDOP_poll, &argument);
}

static int64_t watchdog(uint32_t id, uint32_t timeout)
{
    struct sched_watchdog argument = {.id = id, .timeout = timeout};

    return (int)sched_op(SCHEDOP_watchdog, &argument);
}

static uint64_t soon(void)
{
    return time_now() + 2 * MILLISECONDS;
}

static void polling(void)
{
    evtchn_port_t pending, idle = open_port(), many[130], both[2];
    struct evtchn_bind_ipi bind = {.vcpu = 0};
    struct evtchn_send send;

    event_channel_op(EVTCHNOP_bind_ipi, &bind);
    pending = send.port = bind.port;
    event_channel_op(EVTCHNOP_send, &send);
    both[0] = idle;
    both[1] = pending;
    for (unsigned i = 0; i < 130; i++)
        many[i] = i == 0 ? pending : idle;
    CASE("sched_op/poll/pending", poll(&pending, 1, 0));
    CASE("sched_op/poll/one-of-two", poll(both, 2, 0));
    CASE("sched_op/poll/none-until-time", poll(&idle, 1, soon()));
    CASE("sched_op/poll/no-ports-until-time", poll(NULL, 0, soon()));
    CASE("sched_op/poll/time-past", poll(&idle, 1, 1));
    CASE("sched_op/poll/port-0", poll((evtchn_port_t[]){0}, 1, soon()));
    CASE("sched_op/poll/closed-port", poll((evtchn_port_t[]){900}, 1, soon()));
    CASE("sched_op/poll/last-port", poll((evtchn_port_t[]){4095}, 1, soon()));
    CASE("sched_op/poll/too-large-port", poll((evtchn_port_t[]){4096}, 1, soon()));
    CASE("sched_op/poll/largest-port", poll((evtchn_port_t[]){~0U}, 1, soon()));
    CASE("sched_op/poll/bad-after-pending", poll((evtchn_port_t[]){pending, ~0U}, 2, 0));
    CASE("sched_op/poll/128-ports", poll(many, 128, soon()));
    CASE("sched_op/poll/129-ports", poll(many, 129, soon()));
    CASE("sched_op/poll/most-ports", poll(many, ~0U, soon()));
    CASE("sched_op/poll/ports-unmapped", poll((void *)UNMAPPED, 1, soon()));
    CASE("sched_op/poll/ports-hypervisors", poll((void *)HYPERVISORS, 1, soon()));
    *(evtchn_port_t *)before_gap(4) = idle;
    CASE("sched_op/poll/ports-into-gap", poll(before_gap(4), 2, soon()));
    *(evtchn_port_t *)before_gap(4) = pending;
    CASE("sched_op/poll/pending-then-gap", poll(before_gap(4), 2, soon()));
    *(evtchn_port_t *)before_gap(4) = 0;
    CASE("sched_op/poll/port-0-then-gap", poll(before_gap(4), 2, soon()));
    BAD_POINTERS("sched_op/poll", sched_op(SCHEDOP_poll, pointer));
    YES("sched_op/poll/leaves-pending", (poll(&pending, 1, 0), port_pending(pending)));
    YES("sched_op/poll/leaves-event-mask",
        ({ events_off(); poll(&pending, 1, 0); bool m = this_vcpu()->info->evtchn_upcall_mask;
           events_on(); m; }));
    YES("sched_op/poll/waits-until-time",
        ({ uint64_t end = soon(); poll(&idle, 1, end); time_now() >= end; }));
    close_port(idle);
    close_port(pending);
}

static void watchdogs(void)
{
    CASE("sched_op/watchdog/id-3", watchdog(3, 10));
    CASE("sched_op/watchdog/largest-id", watchdog(~0U, 10));
    CASE("sched_op/watchdog/unused-1", watchdog(1, 10));
    CASE("sched_op/watchdog/unused-2", watchdog(2, 10));
    CASE("sched_op/watchdog/unused-1-disarm", watchdog(1, 0));
    CASE("sched_op/watchdog/first", watchdog(0, 100));
    CASE("sched_op/watchdog/second", watchdog(0, 100));
    CASE("sched_op/watchdog/third", watchdog(0, 100));
    HEX("sched_op/watchdog/third-as-64-bits",
        ({ struct sched_watchdog w = {.id = 0, .timeout = 100}; sched_op(SCHEDOP_watchdog, &w); }));
    CASE("sched_op/watchdog/again", watchdog(1, 200));
    CASE("sched_op/watchdog/disarm-1", watchdog(1, 0));
    CASE("sched_op/watchdog/disarm-1-twice", watchdog(1, 0));
    CASE("sched_op/watchdog/disarm-2", watchdog(2, 0));
    CASE("sched_op/watchdog/longest", watchdog(0, ~0U));
    CASE("sched_op/watchdog/disarm-longest", watchdog(1, 0));
    BAD_POINTERS("sched_op/watchdog", sched_op(SCHEDOP_watchdog, pointer));
}

static void others(void)
{
    CASE("sched_op/yield/plain", sched_op(SCHEDOP_yield, NULL));
    CASE("sched_op/yield/argument-ignored", sched_op(SCHEDOP_yield, (void *)UNMAPPED));
    BAD_POINTERS("sched_op/shutdown", sched_op(SCHEDOP_shutdown, pointer));
    BAD_POINTERS("sched_op/shutdown_code", sched_op(SCHEDOP_shutdown_code, pointer));
    CASE("sched_op/shutdown_code/poweroff",
         sched_op(SCHEDOP_shutdown_code, &(struct sched_shutdown){SHUTDOWN_poweroff}));
    BAD_POINTERS("sched_op/remote_shutdown", sched_op(SCHEDOP_remote_shutdown, pointer));
#define REMOTE(name, who)                                         \
    CASE("sched_op/remote_shutdown/" name,                        \
         sched_op(SCHEDOP_remote_shutdown,                        \
                  &(struct sched_remote_shutdown){.domain_id = who, .reason = 0}))
    REMOTE("absent-domain", 777);
    REMOTE("self", DOMID_SELF);
    if (!is_dom0())
        REMOTE("own-number", own_domid());
    REMOTE("xen", DOMID_XEN);
    REMOTE("invalid", DOMID_INVALID);
    if (!is_dom0()) {
        REMOTE("domain-0", 0);
        CASE("sched_op/pin_override/pcpu-0",
             sched_op(SCHEDOP_pin_override, &(struct sched_pin_override){0}));
    }
    CASE("sched_op/pin_override/none",
         sched_op(SCHEDOP_pin_override, &(struct sched_pin_override){-1}));
    CASE("sched_op/pin_override/absent",
         sched_op(SCHEDOP_pin_override, &(struct sched_pin_override){4000}));
    BAD_POINTERS("sched_op/pin_override", sched_op(SCHEDOP_pin_override, pointer));
    CASE("sched_op/unknown-8", sched_op(8, NULL));
    CASE("sched_op/unknown-largest", sched_op(~0U, NULL));
    CASE("sched_op_compat/yield", HC(sched_op_compat, 0, 0));
    CASE("sched_op_compat/unknown-3", HC(sched_op_compat, 3, 0));
    CASE("sched_op_compat/unknown-largest", HC(sched_op_compat, ~0U, 0));
}

static void blocking(void)
{
    CASE("sched_op/block/until-timer",
         ({ fired = 0; events_off(); set_timer(soon());
            int64_t result; do { result = sched_op(SCHEDOP_block, NULL); events_off(); } while (!fired);
            events_on(); result; }));
    CASE("sched_op_compat/block",
         ({ fired = 0; events_off(); set_timer(soon());
            int64_t result; do { result = HC(sched_op_compat, 1, 0); events_off(); } while (!fired);
            events_on(); result; }));
    YES("sched_op/block/unmasks-events",
        ({ events_off(); set_timer(soon()); sched_op(SCHEDOP_block, NULL);
           bool m = this_vcpu()->info->evtchn_upcall_mask; events_on(); !m; }));
}

static void timers(void)
{
#define WHEN(name, when) CASE("set_timer_op/" name, HC(set_timer_op, when))
#define FIRES(name, when, limit)                                                      \
    YES("set_timer_op/" name, ({ fired = 0; set_timer(when);                          \
                                 uint64_t end = time_now() + (limit) * MILLISECONDS;  \
                                 while (!fired && time_now() < end)                   \
                                     poll(NULL, 0, soon());                           \
                                 fired; }))
    WHEN("cancel", 0);
    WHEN("past", 1);
    WHEN("future", time_now() + SECONDS);
    WHEN("far-future", time_now() + (1UL << 50));
    WHEN("negative", ~0UL);
    WHEN("most-negative", 1UL << 63);
    WHEN("cancel-again", 0);
    FIRES("fires-soon", soon(), 5000);
    FIRES("fires-when-past", 1, 5000);
    FIRES("fires-when-negative", ~0UL, 5000);
    FIRES("fires-when-far-future", time_now() + (1UL << 52), 5000);
    YES("set_timer_op/cancelled-does-not-fire",
        ({ fired = 0; set_timer(soon()); set_timer(0);
           uint64_t end = soon() + 10 * MILLISECONDS; while (time_now() < end) cpu_relax(); !fired; }));
}

void family(void)
{
    take_timer();
    polling();
    watchdogs();
    others();
    blocking();
    timers();
}
