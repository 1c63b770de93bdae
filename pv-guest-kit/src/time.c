/* Time from the page that the hypervisor shares, and the one-shot timer. */
#include <zendo/zendo.h>

static struct {
    uint64_t deadline;
    void (*function)(void *);
    void *argument;
} timers[MAX_VCPUS];

static uint64_t read_tsc(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* The hypervisor makes a version odd, changes the rest and makes it even again. */
static uint32_t read_begin(const uint32_t *version)
{
    uint32_t value;

    while ((value = __atomic_load_n(version, __ATOMIC_ACQUIRE)) & 1)
        cpu_relax();
    return value;
}

static bool read_changed(const uint32_t *version, uint32_t before)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(version, __ATOMIC_RELAXED) != before;
}

uint64_t time_now(void)
{
    const volatile struct vcpu_time_info *clock = &this_vcpu()->info->time;
    const uint32_t *version = (const uint32_t *)&clock->version;
    uint32_t before;
    uint64_t now;

    do {
        before = read_begin(version);
        uint64_t ticks = read_tsc() - clock->tsc_timestamp;

        if (clock->tsc_shift >= 0)
            ticks <<= clock->tsc_shift;
        else
            ticks >>= -clock->tsc_shift;
        now = clock->system_time +
              (uint64_t)((unsigned __int128)ticks * clock->tsc_to_system_mul >> 32);
    } while (read_changed(version, before));
    return now;
}

uint64_t time_wall(void)
{
    const volatile struct shared_info *shared = shared_info;
    const uint32_t *version = (const uint32_t *)&shared->wc_version;
    uint64_t seconds, nanoseconds;
    uint32_t before;

    do {
        before = read_begin(version);
        seconds = (uint64_t)shared->wc_sec_hi << 32 | shared->wc_sec;
        nanoseconds = shared->wc_nsec;
    } while (read_changed(version, before));
    return seconds + (nanoseconds + time_now()) / SECONDS;
}

/* Only one deadline at a time is known to the hypervisor. */
static void program_timer(uint32_t id)
{
    struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = timers[id].deadline};

    vcpu_op(VCPUOP_set_singleshot_timer, id, &timer);
}

/* The event may come a little early, or for a deadline that was replaced: then wait on. */
static void timer_event(evtchn_port_t port, void *argument)
{
    uint32_t id = this_vcpu()->id;
    void (*function)(void *) = timers[id].function;

    (void)port;
    (void)argument;
    if (!function)
        return;
    if (time_now() < timers[id].deadline) {
        program_timer(id);
        return;
    }
    timers[id].function = NULL;
    function(timers[id].argument);
}

void timer_init(void)
{
    uint32_t id = this_vcpu()->id;

    vcpu_op(VCPUOP_stop_periodic_timer, id, NULL);
    if (event_bind_virq(VIRQ_TIMER, id, timer_event, NULL) < 0)
        panic("cannot bind the timer of vcpu %u", id);
}

void time_init(void)
{
    timer_init();
}

void timer_set(uint64_t deadline_ns, void (*function)(void *), void *argument)
{
    uint32_t id = this_vcpu()->id;
    bool on = events_off();

    timers[id].deadline = deadline_ns;
    timers[id].function = function;
    timers[id].argument = argument;
    program_timer(id);
    if (on)
        events_on();
}

static void wake(void *done)
{
    *(volatile bool *)done = true;
}

void time_sleep(uint64_t ns)
{
    volatile bool done = false;

    timer_set(time_now() + ns, wake, (void *)&done);
    WAIT_UNTIL(done);
}
