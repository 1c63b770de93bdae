/* event_channel_op: binding, sending, closing, asking; the two-level form. */
#include "harness.h"

static struct evtchn_status seen;
static evtchn_port_t got;

#define PORT_OUT_bind_interdomain local_port
#define PORT_OUT_bind_virq port
#define PORT_OUT_bind_pirq port
#define PORT_OUT_alloc_unbound port
#define PORT_OUT_bind_ipi port

/* Calls an operation that makes a port, which `got` then is. */
#define MAKE(op, ...)                                          \
    ({                                                         \
        struct evtchn_##op a_ = {__VA_ARGS__};                 \
        int64_t r_ = event_channel_op(EVTCHNOP_##op, &a_);     \
        got = r_ ? 0 : a_.PORT_OUT_##op;                       \
        r_;                                                    \
    })
#define CALL(op, ...)                             \
    ({                                            \
        struct evtchn_##op a_ = {__VA_ARGS__};    \
        event_channel_op(EVTCHNOP_##op, &a_);     \
    })
/* One case of each kind; a port that came of it is closed again. */
#define NEW(op, name, ...)                                               \
    do {                                                                 \
        got = 0;                                                         \
        CASE("event_channel_op/" #op "/" name, MAKE(op, __VA_ARGS__));   \
        if (got)                                                         \
            close_port(got);                                             \
    } while (0)
#define OLD(op, name, ...) CASE("event_channel_op/" #op "/" name, CALL(op, __VA_ARGS__))
#define POINTERS(op)                                                               \
    BAD_POINTERS("event_channel_op/" #op, event_channel_op(EVTCHNOP_##op, pointer))

/* Ports of every kind. */
static evtchn_port_t unbound, foreign, local, remote, virq, global, ipi;
static const evtchn_port_t closed = 900;

static int64_t make_ports(void)
{
    unbound = open_port();
    MAKE(alloc_unbound, .dom = DOMID_SELF, .remote_dom = is_dom0() ? 5 : 0);
    foreign = got;
    remote = open_port();
    MAKE(bind_interdomain, .remote_dom = DOMID_SELF, .remote_port = remote);
    local = got;
    MAKE(bind_virq, .virq = VIRQ_DEBUG);
    virq = got;
    MAKE(bind_virq, .virq = VIRQ_ARGO);
    global = got;
    return MAKE(bind_ipi, .vcpu = 0), ipi = got, 0;
}

static void clear(evtchn_port_t port)
{
    __atomic_fetch_and(&shared_info->evtchn_pending[port / 64], ~(1UL << port % 64),
                       __ATOMIC_SEQ_CST);
}

static void alloc_unbound(void)
{
    domid_t own = own_domid();

    NEW(alloc_unbound, "self-for-self", .dom = DOMID_SELF, .remote_dom = DOMID_SELF);
    NEW(alloc_unbound, "self-for-domain-0", .dom = DOMID_SELF, .remote_dom = 0);
    NEW(alloc_unbound, "self-for-absent-domain", .dom = DOMID_SELF, .remote_dom = 777);
    NEW(alloc_unbound, "self-for-io", .dom = DOMID_SELF, .remote_dom = DOMID_IO);
    NEW(alloc_unbound, "self-for-xen", .dom = DOMID_SELF, .remote_dom = DOMID_XEN);
    NEW(alloc_unbound, "self-for-invalid", .dom = DOMID_SELF, .remote_dom = DOMID_INVALID);
    NEW(alloc_unbound, "self-for-65535", .dom = DOMID_SELF, .remote_dom = 0xffff);
    NEW(alloc_unbound, "own-number", .dom = own, .remote_dom = 0);
    NEW(alloc_unbound, "domain-0", .dom = 0, .remote_dom = DOMID_SELF);
    NEW(alloc_unbound, "absent-domain", .dom = 777, .remote_dom = DOMID_SELF);
    NEW(alloc_unbound, "io", .dom = DOMID_IO, .remote_dom = DOMID_SELF);
    NEW(alloc_unbound, "xen", .dom = DOMID_XEN, .remote_dom = DOMID_SELF);
    NEW(alloc_unbound, "invalid", .dom = DOMID_INVALID, .remote_dom = DOMID_SELF);
    POINTERS(alloc_unbound);
    YES("event_channel_op/alloc_unbound/lowest-free-port",
        ({ evtchn_port_t a = open_port(), b; close_port(a); b = open_port(); close_port(b); a == b; }));
    YES("event_channel_op/alloc_unbound/remote-self-is-own-number",
        ({ MAKE(alloc_unbound, .dom = DOMID_SELF, .remote_dom = DOMID_SELF);
           seen = (struct evtchn_status){.dom = DOMID_SELF, .port = got};
           event_channel_op(EVTCHNOP_status, &seen); close_port(got);
           seen.u.unbound.dom == own && own < DOMID_FIRST_RESERVED; }));
}

static void bind_interdomain(void)
{
#define TO(name, who, which) \
    NEW(bind_interdomain, name, .remote_dom = who, .remote_port = which)
    evtchn_port_t fresh = open_port();

    TO("loopback", DOMID_SELF, fresh);
    TO("again-after-close", DOMID_SELF, fresh);
    TO("own-number", own_domid(), fresh);
    TO("already-bound", DOMID_SELF, remote);
    TO("other-end", DOMID_SELF, local);
    TO("meant-for-other", DOMID_SELF, foreign);
    TO("port-0", DOMID_SELF, 0);
    TO("closed", DOMID_SELF, closed);
    TO("last-port", DOMID_SELF, 4095);
    TO("too-large", DOMID_SELF, 4096);
    TO("largest", DOMID_SELF, ~0U);
    TO("virq", DOMID_SELF, virq);
    TO("ipi", DOMID_SELF, ipi);
    TO("absent-domain", 777, 1);
    TO("xen", DOMID_XEN, 1);
    TO("io", DOMID_IO, 1);
    TO("invalid", DOMID_INVALID, 1);
    POINTERS(bind_interdomain);
    YES("event_channel_op/bind_interdomain/raises-local-port",
        ({ MAKE(bind_interdomain, .remote_dom = DOMID_SELF, .remote_port = fresh);
           bool p = port_pending(got); close_port(got); p; }));
    YES("event_channel_op/bind_interdomain/leaves-remote-port",
        ({ clear(fresh); MAKE(bind_interdomain, .remote_dom = DOMID_SELF, .remote_port = fresh);
           bool p = port_pending(fresh); close_port(got); p; }));
    close_port(fresh);
}

static void bind_virq(void)
{
    char name[64];

    for (volatile uint32_t v = 0; v < 26; v++) {
        snprintf(name, sizeof(name), "event_channel_op/bind_virq/virq-%u", v);
        got = 0;
        CASE(name, MAKE(bind_virq, .virq = v, .vcpu = 0));
        if (got)
            close_port(got);
        snprintf(name, sizeof(name), "event_channel_op/bind_virq/virq-%u-vcpu-1", v);
        got = 0;
        CASE(name, MAKE(bind_virq, .virq = v, .vcpu = 1));
        if (got)
            close_port(got);
    }
    NEW(bind_virq, "largest-virq", .virq = ~0U);
    NEW(bind_virq, "absent-vcpu", .virq = VIRQ_XENOPROF, .vcpu = 7);
    NEW(bind_virq, "vcpu-32", .virq = VIRQ_XENOPROF, .vcpu = 32);
    NEW(bind_virq, "largest-vcpu", .virq = VIRQ_XENOPROF, .vcpu = ~0U);
    NEW(bind_virq, "global-largest-vcpu", .virq = VIRQ_ENOMEM, .vcpu = ~0U);
    NEW(bind_virq, "bad-virq-bad-vcpu", .virq = 99, .vcpu = 99);
    POINTERS(bind_virq);
}

static void bind_others(void)
{
    NEW(bind_ipi, "vcpu-0", .vcpu = 0);
    NEW(bind_ipi, "vcpu-1", .vcpu = 1);
    NEW(bind_ipi, "absent-vcpu", .vcpu = 2);
    NEW(bind_ipi, "vcpu-32", .vcpu = 32);
    NEW(bind_ipi, "largest-vcpu", .vcpu = ~0U);
    POINTERS(bind_ipi);
    NEW(bind_pirq, "pirq-largest", .pirq = ~0U);
    NEW(bind_pirq, "pirq-100000", .pirq = 100000);
    if (!is_dom0()) {
        NEW(bind_pirq, "pirq-0", .pirq = 0);
        NEW(bind_pirq, "pirq-4", .pirq = 4);
        NEW(bind_pirq, "pirq-15", .pirq = 15);
        NEW(bind_pirq, "pirq-40", .pirq = 40);
        NEW(bind_pirq, "will-share", .pirq = 4, .flags = 1);
        NEW(bind_pirq, "unknown-flags", .pirq = 4, .flags = ~0U);
    }
    POINTERS(bind_pirq);
    OLD(bind_vcpu, "unbound-to-1", .port = unbound, .vcpu = 1);
    OLD(bind_vcpu, "unbound-to-0", .port = unbound, .vcpu = 0);
    OLD(bind_vcpu, "interdomain-to-1", .port = local, .vcpu = 1);
    OLD(bind_vcpu, "interdomain-back", .port = local, .vcpu = 0);
    OLD(bind_vcpu, "absent-vcpu", .port = unbound, .vcpu = 2);
    OLD(bind_vcpu, "largest-vcpu", .port = unbound, .vcpu = ~0U);
    OLD(bind_vcpu, "virq-of-vcpu", .port = virq, .vcpu = 1);
    OLD(bind_vcpu, "virq-of-vcpu-same", .port = virq, .vcpu = 0);
    OLD(bind_vcpu, "global-virq", .port = global, .vcpu = 1);
    OLD(bind_vcpu, "ipi", .port = ipi, .vcpu = 1);
    OLD(bind_vcpu, "port-0", .port = 0, .vcpu = 0);
    OLD(bind_vcpu, "closed", .port = closed, .vcpu = 0);
    OLD(bind_vcpu, "too-large", .port = 4096, .vcpu = 0);
    OLD(bind_vcpu, "largest", .port = ~0U, .vcpu = 0);
    OLD(bind_vcpu, "closed-absent-vcpu", .port = closed, .vcpu = 2);
    POINTERS(bind_vcpu);
}

static void close_and_send(void)
{
    evtchn_port_t port = open_port();

    OLD(close, "unbound", .port = port);
    OLD(close, "twice", .port = port);
    OLD(close, "port-0", .port = 0);
    OLD(close, "closed", .port = closed);
    OLD(close, "last-port", .port = 4095);
    OLD(close, "too-large", .port = 4096);
    OLD(close, "largest", .port = ~0U);
    POINTERS(close);
    YES("event_channel_op/close/forgets-pending",
        ({ MAKE(bind_ipi, .vcpu = 0); CALL(send, .port = got); close_port(got); !port_pending(got); }));
    YES("event_channel_op/close/keeps-mask",
        ({ port = open_port(); close_port(port); shared_info->evtchn_mask[port / 64] >> port % 64 & 1; }));
    TEXT("event_channel_op/close/other-end-becomes-unbound", "%d",
         ({ evtchn_port_t r = open_port();
            MAKE(bind_interdomain, .remote_dom = DOMID_SELF, .remote_port = r); close_port(got);
            seen = (struct evtchn_status){.dom = DOMID_SELF, .port = r};
            event_channel_op(EVTCHNOP_status, &seen); close_port(r); seen.status; }));

    OLD(send, "unbound", .port = unbound);
    OLD(send, "unbound-for-other", .port = foreign);
    OLD(send, "interdomain", .port = local);
    OLD(send, "other-end", .port = remote);
    OLD(send, "ipi", .port = ipi);
    OLD(send, "virq", .port = virq);
    OLD(send, "global-virq", .port = global);
    OLD(send, "port-0", .port = 0);
    OLD(send, "closed", .port = closed);
    OLD(send, "last-port", .port = 4095);
    OLD(send, "too-large", .port = 4096);
    OLD(send, "largest", .port = ~0U);
    POINTERS(send);
    YES("event_channel_op/send/sets-pending-of-peer",
        ({ clear(remote); CALL(send, .port = local); port_pending(remote); }));
    YES("event_channel_op/send/not-of-sender",
        ({ clear(local); CALL(send, .port = local); port_pending(local); }));
    YES("event_channel_op/send/masked-leaves-selector",
        ({ events_off(); this_vcpu()->info->evtchn_pending_sel = 0; clear(ipi);
           CALL(send, .port = ipi); uint64_t s = this_vcpu()->info->evtchn_pending_sel; events_on();
           s == 0; }));
    YES("event_channel_op/send/unmasked-sets-selector",
        ({ events_off(); this_vcpu()->info->evtchn_pending_sel = 0; clear(ipi);
           shared_info->evtchn_mask[ipi / 64] &= ~(1UL << ipi % 64); CALL(send, .port = ipi);
           uint64_t s = this_vcpu()->info->evtchn_pending_sel; event_mask(ipi); events_on();
           s & 1UL << ipi / 64; }));
    YES("event_channel_op/send/pending-already-leaves-selector",
        ({ events_off(); this_vcpu()->info->evtchn_pending_sel = 0;
           shared_info->evtchn_mask[ipi / 64] &= ~(1UL << ipi % 64); CALL(send, .port = ipi);
           uint64_t s = this_vcpu()->info->evtchn_pending_sel; event_mask(ipi); events_on();
           s == 0; }));
}

static void unmask(void)
{
    OLD(unmask, "unbound", .port = unbound);
    OLD(unmask, "ipi", .port = ipi);
    OLD(unmask, "port-0", .port = 0);
    OLD(unmask, "closed", .port = closed);
    OLD(unmask, "last-port", .port = 4095);
    OLD(unmask, "too-large", .port = 4096);
    OLD(unmask, "largest", .port = ~0U);
    POINTERS(unmask);
    YES("event_channel_op/unmask/clears-mask",
        ({ event_mask(ipi); CALL(unmask, .port = ipi);
           bool m = shared_info->evtchn_mask[ipi / 64] >> ipi % 64 & 1; event_mask(ipi); !m; }));
    YES("event_channel_op/unmask/pending-sets-selector",
        ({ events_off(); clear(ipi); event_mask(ipi); CALL(send, .port = ipi);
           this_vcpu()->info->evtchn_pending_sel = 0; this_vcpu()->info->evtchn_upcall_pending = 0;
           CALL(unmask, .port = ipi); uint64_t s = this_vcpu()->info->evtchn_pending_sel;
           bool u = this_vcpu()->info->evtchn_upcall_pending; event_mask(ipi); clear(ipi);
           events_on(); (s & 1UL << ipi / 64) && u; }));
    for (unsigned word = 0; word < 16; word++)
        if (word != 0)
            shared_info->evtchn_mask[word] = ~0UL;
}

static void status(void)
{
#define ASKED(name, who, which)                                                              \
    TEXT("event_channel_op/status/" name, "%ld state %d vcpu %d",                            \
         ({ seen = (struct evtchn_status){.dom = who, .port = which};                        \
            event_channel_op(EVTCHNOP_status, &seen); }), seen.status, seen.vcpu)
#define REFUSED(name, who, which)                                                            \
    CASE("event_channel_op/status/" name,                                                    \
         ({ seen = (struct evtchn_status){.dom = who, .port = which};                        \
            event_channel_op(EVTCHNOP_status, &seen); }))
    REFUSED("unbound", DOMID_SELF, unbound);
    DO("event_channel_op/status/fields-follow", seen.status = 0);
    ASKED("unbound-state", DOMID_SELF, unbound);
    ASKED("interdomain-state", DOMID_SELF, local);
    ASKED("virq-state", DOMID_SELF, virq);
    TEXT("event_channel_op/status/virq-number", "%u", seen.u.virq);
    ASKED("global-virq-state", DOMID_SELF, global);
    ASKED("ipi-state", DOMID_SELF, ipi);
    ASKED("closed-state", DOMID_SELF, closed);
    ASKED("own-number", own_domid(), ipi);
    YES("event_channel_op/status/interdomain-peer",
        ({ seen = (struct evtchn_status){.dom = DOMID_SELF, .port = local};
           event_channel_op(EVTCHNOP_status, &seen);
           seen.u.interdomain.dom == own_domid() && seen.u.interdomain.port == remote; }));
    REFUSED("port-0", DOMID_SELF, 0);
    REFUSED("last-port", DOMID_SELF, 1023);
    REFUSED("too-large", DOMID_SELF, 4096);
    REFUSED("largest", DOMID_SELF, ~0U);
    REFUSED("domain-0", 0, 0);
    REFUSED("absent-domain", 777, 1);
    REFUSED("xen", DOMID_XEN, 1);
    REFUSED("io", DOMID_IO, 1);
    REFUSED("invalid", DOMID_INVALID, 1);
    POINTERS(status);
}

static void compat(void)
{
#define OP(name, number, ...)                                                     \
    CASE("event_channel_op_compat/" name,                                         \
         ({ struct evtchn_op op = {.cmd = number, __VA_ARGS__};                   \
            HC(event_channel_op_compat, &op); }))
    OP("bind_ipi/vcpu-0", EVTCHNOP_bind_ipi, .u.bind_ipi.vcpu = 0);
    OP("bind_ipi/absent-vcpu", EVTCHNOP_bind_ipi, .u.bind_ipi.vcpu = 9);
    OP("bind_virq/absent-virq", EVTCHNOP_bind_virq, .u.bind_virq.virq = 24);
    OP("bind_virq/twice", EVTCHNOP_bind_virq, .u.bind_virq.virq = VIRQ_DEBUG);
    OP("bind_pirq/too-large", EVTCHNOP_bind_pirq, .u.bind_pirq.pirq = 100000);
    OP("bind_interdomain/port-0", EVTCHNOP_bind_interdomain,
       .u.bind_interdomain.remote_dom = DOMID_SELF);
    OP("alloc_unbound/self", EVTCHNOP_alloc_unbound, .u.alloc_unbound.dom = DOMID_SELF,
       .u.alloc_unbound.remote_dom = DOMID_SELF);
    OP("close/closed", EVTCHNOP_close, .u.close.port = closed);
    OP("send/ipi", EVTCHNOP_send, .u.send.port = ipi);
    OP("send/closed", EVTCHNOP_send, .u.send.port = closed);
    OP("status/ipi", EVTCHNOP_status, .u.status.dom = DOMID_SELF, .u.status.port = ipi);
    OP("status/port-0", EVTCHNOP_status, .u.status.dom = DOMID_SELF, .u.status.port = 0);
    OP("bind_vcpu/ipi", EVTCHNOP_bind_vcpu, .u.bind_vcpu.port = ipi);
    OP("unmask/closed", EVTCHNOP_unmask, .u.unmask.port = closed);
    OP("reset/not-there", EVTCHNOP_reset);
    OP("init_control/not-there", EVTCHNOP_init_control);
    OP("expand_array/not-there", EVTCHNOP_expand_array);
    OP("set_priority/not-there", EVTCHNOP_set_priority);
    OP("unknown-14", 14);
    OP("unknown-largest", ~0U);
    BAD_POINTERS("event_channel_op_compat/pointer", HC(event_channel_op_compat, pointer));
}

/* Loses all ports, that of the console among them: it is bound again. */
static void reset(void)
{
    evtchn_port_t *console = &start_info->console.domU.evtchn;
    struct evtchn_status end = {.dom = DOMID_SELF, .port = *console};

    OLD(reset, "absent-domain", .dom = 777);
    OLD(reset, "xen", .dom = DOMID_XEN);
    OLD(reset, "invalid", .dom = DOMID_INVALID);
    if (!is_dom0())
        OLD(reset, "domain-0", .dom = 0);
    POINTERS(reset);
    if (!is_dom0())
        event_channel_op(EVTCHNOP_status, &end);
    CASE("event_channel_op/reset/self", ({
             int64_t result = CALL(reset, .dom = DOMID_SELF);
             if (!is_dom0()) {
                 MAKE(bind_interdomain, .remote_dom = end.u.interdomain.dom,
                      .remote_port = end.u.interdomain.port);
                 *console = got;
             }
             result;
         }));
    REFUSED("after-reset", DOMID_SELF, ipi);
    ASKED("after-reset-state", DOMID_SELF, ipi);
}

void family(void)
{
    make_ports();
    alloc_unbound();
    bind_interdomain();
    bind_virq();
    bind_others();
    close_and_send();
    unmask();
    status();
    compat();
    CASE("event_channel_op/reset/continued-absent-domain",
         event_channel_op(14, &(struct evtchn_reset){.dom = 777}));
    CASE("event_channel_op/unknown-15", event_channel_op(15, &seen));
    CASE("event_channel_op/unknown-16", event_channel_op(16, &seen));
    CASE("event_channel_op/unknown-largest", event_channel_op(~0U, &seen));
    CASE("event_channel_op/unknown-unmapped", event_channel_op(99, (void *)UNMAPPED));
    reset();
}
