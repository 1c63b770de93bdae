/* Event channels, the form with two levels of bitmaps.
 *
 * evtchn_pending has a bit per port; evtchn_pending_sel of a vcpu has a bit per word of it that has
 * news for that vcpu; evtchn_upcall_pending says that the selector is not empty. The hypervisor
 * sets them in that order, the upcall clears them in the opposite order.
 */
#include <zendo/zendo.h>

#define PORTS 4096

extern char event_entry[], failsafe_entry[], syscall_entry[];

static struct {
    event_handler *function;
    void *argument;
    uint32_t vcpu;
} handlers[PORTS];

void event_upcall(void);

static void set_bit(uint64_t *bits, unsigned index)
{
    __atomic_fetch_or(&bits[index / 64], 1UL << index % 64, __ATOMIC_SEQ_CST);
}

static bool clear_bit(uint64_t *bits, unsigned index)
{
    uint64_t bit = 1UL << index % 64;

    return __atomic_fetch_and(&bits[index / 64], ~bit, __ATOMIC_SEQ_CST) & bit;
}

static void register_callback(uint16_t type, uint16_t flags, const char *address)
{
    struct callback_register argument = {
        .type = type, .flags = flags, .address = (uint64_t)address};

    hypercall(__HYPERVISOR_callback_op, CALLBACKOP_register, (uint64_t)&argument, 0, 0);
}

void event_init(void)
{
    for (unsigned word = 0; word < 64; word++)
        shared_info->evtchn_mask[word] = ~0UL;
    register_callback(CALLBACKTYPE_event, 0, event_entry);
    register_callback(CALLBACKTYPE_failsafe, CALLBACKF_mask_events, failsafe_entry);
    register_callback(CALLBACKTYPE_syscall, CALLBACKF_mask_events, syscall_entry);
}

static void handle_word(unsigned word)
{
    uint64_t ready = __atomic_load_n(&shared_info->evtchn_pending[word], __ATOMIC_ACQUIRE) &
                     ~shared_info->evtchn_mask[word];

    for (; ready; ready &= ready - 1) {
        evtchn_port_t port = word * 64 + (unsigned)__builtin_ctzl(ready);

        if (handlers[port].vcpu == this_vcpu()->id && handlers[port].function &&
            clear_bit(shared_info->evtchn_pending, port))
            handlers[port].function(port, handlers[port].argument);
    }
}

/* Called by entry.S, with events off. */
void event_upcall(void)
{
    struct vcpu_info *info = this_vcpu()->info;

    while (__atomic_exchange_n(&info->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST)) {
        uint64_t words = __atomic_exchange_n(&info->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);

        for (; words; words &= words - 1)
            handle_word((unsigned)__builtin_ctzl(words));
    }
}

void event_handle(evtchn_port_t port, uint32_t vcpu, event_handler *handler, void *argument)
{
    handlers[port].argument = argument;
    handlers[port].vcpu = vcpu;
    __atomic_store_n(&handlers[port].function, handler, __ATOMIC_RELEASE);
    event_unmask(port);
}

int event_bind_virq(uint32_t virq, uint32_t vcpu, event_handler *handler, void *argument)
{
    struct evtchn_bind_virq bind = {.virq = virq, .vcpu = vcpu};
    int64_t error = event_channel_op(EVTCHNOP_bind_virq, &bind);

    if (error)
        return (int)error;
    event_handle(bind.port, vcpu, handler, argument);
    return (int)bind.port;
}

int event_bind_ipi(uint32_t vcpu, event_handler *handler, void *argument)
{
    struct evtchn_bind_ipi bind = {.vcpu = vcpu};
    int64_t error = event_channel_op(EVTCHNOP_bind_ipi, &bind);

    if (error)
        return (int)error;
    event_handle(bind.port, vcpu, handler, argument);
    return (int)bind.port;
}

int event_alloc_unbound(domid_t remote, event_handler *handler, void *argument)
{
    struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = remote};
    int64_t error = event_channel_op(EVTCHNOP_alloc_unbound, &alloc);

    if (error)
        return (int)error;
    event_handle(alloc.port, 0, handler, argument);
    return (int)alloc.port;
}

int event_bind_interdomain(domid_t remote, evtchn_port_t remote_port, event_handler *handler,
                           void *argument)
{
    struct evtchn_bind_interdomain bind = {.remote_dom = remote, .remote_port = remote_port};
    int64_t error = event_channel_op(EVTCHNOP_bind_interdomain, &bind);

    if (error)
        return (int)error;
    event_handle(bind.local_port, 0, handler, argument);
    return (int)bind.local_port;
}

void event_send(evtchn_port_t port)
{
    struct evtchn_send send = {.port = port};

    event_channel_op(EVTCHNOP_send, &send);
}

void event_close(evtchn_port_t port)
{
    struct evtchn_close close = {.port = port};

    event_mask(port);
    event_channel_op(EVTCHNOP_close, &close);
    clear_bit(shared_info->evtchn_pending, port);
    handlers[port].function = NULL;
}

domid_t own_domid(void)
{
    struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
    struct evtchn_status status = {.dom = DOMID_SELF};
    struct evtchn_close close;

    if (event_channel_op(EVTCHNOP_alloc_unbound, &alloc))
        panic("no port left to ask for our number");
    status.port = close.port = alloc.port;
    event_channel_op(EVTCHNOP_status, &status);
    event_channel_op(EVTCHNOP_close, &close);
    return status.u.unbound.dom;
}

void event_mask(evtchn_port_t port)
{
    set_bit(shared_info->evtchn_mask, port);
}

void event_unmask(evtchn_port_t port)
{
    struct evtchn_unmask unmask = {.port = port};

    event_channel_op(EVTCHNOP_unmask, &unmask);
}

bool event_take(evtchn_port_t port)
{
    return clear_bit(shared_info->evtchn_pending, port);
}

void event_poll(evtchn_port_t port, uint64_t deadline_ns)
{
    struct sched_poll poll = {.ports = &port, .nr_ports = 1, .timeout = deadline_ns};

    sched_op(SCHEDOP_poll, &poll);
}

void events_on(void)
{
    struct vcpu_info *info = this_vcpu()->info;

    barrier();
    *(volatile uint8_t *)&info->evtchn_upcall_mask = 0;
    barrier();
    /* An event that came meanwhile is delivered on the way back from any hypercall. */
    if (*(volatile uint8_t *)&info->evtchn_upcall_pending)
        hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
}

bool events_off(void)
{
    struct vcpu_info *info = this_vcpu()->info;
    bool on = !info->evtchn_upcall_mask;

    *(volatile uint8_t *)&info->evtchn_upcall_mask = 1;
    barrier();
    return on;
}

void events_wait(void)
{
    sched_op(SCHEDOP_block, NULL);
}
