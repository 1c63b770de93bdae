/* event_channel_op, the form with queues: init_control, expand_array, set_priority. A domain that has
 * changed to it does not come back, so this is an image of its own, and the order matters. */
#include "harness.h"

static volatile uint32_t *words; /* the first page of event words */
static struct evtchn_fifo_control_block *control;
static uint64_t control_mfn, second_mfn, words_mfn;

#define CALL(op, ...)                             \
    ({                                            \
        struct evtchn_##op a_ = {__VA_ARGS__};    \
        event_channel_op(EVTCHNOP_##op, &a_);     \
    })
#define CASE_OF(op, name, ...) CASE("event_channel_op/" #op "/" name, CALL(op, __VA_ARGS__))

static evtchn_port_t new_ipi(void)
{
    struct evtchn_bind_ipi bind = {.vcpu = 0};

    event_channel_op(EVTCHNOP_bind_ipi, &bind);
    return bind.port;
}

static void before(void)
{
    CASE_OF(expand_array, "before-init", .array_gfn = words_mfn);
    CASE_OF(set_priority, "before-init", .port = open_port(), .priority = 3);
    CASE_OF(set_priority, "before-init-too-large", .port = open_port(), .priority = 16);
    CASE_OF(set_priority, "before-init-port-0", .port = 0, .priority = 3);
    CASE_OF(set_priority, "before-init-closed", .port = 900, .priority = 3);
    CASE_OF(set_priority, "before-init-largest-port", .port = ~0U, .priority = 3);
    BAD_POINTERS("event_channel_op/init_control", event_channel_op(EVTCHNOP_init_control, pointer));
    BAD_POINTERS("event_channel_op/expand_array", event_channel_op(EVTCHNOP_expand_array, pointer));
    BAD_POINTERS("event_channel_op/set_priority", event_channel_op(EVTCHNOP_set_priority, pointer));
    CASE_OF(init_control, "absent-vcpu", .control_gfn = control_mfn, .vcpu = 2);
    CASE_OF(init_control, "largest-vcpu", .control_gfn = control_mfn, .vcpu = ~0U);
    CASE_OF(init_control, "offset-unaligned", .control_gfn = control_mfn, .offset = 4);
    CASE_OF(init_control, "offset-too-large", .control_gfn = control_mfn, .offset = 4096 - 64);
    CASE_OF(init_control, "offset-largest", .control_gfn = control_mfn, .offset = ~0U);
    CASE_OF(init_control, "offset-page", .control_gfn = control_mfn, .offset = 4096);
    CASE_OF(init_control, "foreign", .control_gfn = FOREIGN_MFN);
    CASE_OF(init_control, "absent", .control_gfn = ABSENT_MFN);
    CASE_OF(init_control, "invalid", .control_gfn = INVALID_MFN);
    CASE_OF(init_control, "page-table", .control_gfn = virt_to_mfn((void *)start_info->pt_base));
    CASE_OF(expand_array, "after-failures", .array_gfn = words_mfn);
}

static void change(void)
{
    struct evtchn_init_control init = {.control_gfn = control_mfn, .vcpu = 0};

    /* Pending before the change, in the two-level form. */
    evtchn_port_t early = new_ipi();
    CALL(send, .port = early);
    events_off();
    TEXT("event_channel_op/init_control/plain", "%ld link bits %u",
         event_channel_op(EVTCHNOP_init_control, &init), init.link_bits);
    CASE_OF(init_control, "twice", .control_gfn = control_mfn, .vcpu = 0);
    CASE_OF(init_control, "other-vcpu", .control_gfn = second_mfn, .vcpu = 1);
    CASE_OF(init_control, "other-vcpu-twice", .control_gfn = second_mfn, .vcpu = 1);
    CASE_OF(expand_array, "foreign", .array_gfn = FOREIGN_MFN);
    CASE_OF(expand_array, "absent", .array_gfn = ABSENT_MFN);
    CASE_OF(expand_array, "invalid", .array_gfn = INVALID_MFN);
    CASE_OF(expand_array, "page-table", .array_gfn = virt_to_mfn((void *)start_info->pt_base));
    for (unsigned i = 0; i < 1024; i++)
        words[i] = 1U << EVTCHN_FIFO_MASKED;
    CASE_OF(expand_array, "first-page", .array_gfn = words_mfn);
    YES("event_channel_op/expand_array/raises-what-was-pending", words[early] >> EVTCHN_FIFO_PENDING & 1);
    CASE_OF(expand_array, "same-page-again", .array_gfn = words_mfn);
    CASE_OF(expand_array, "second-page", .array_gfn = virt_to_mfn(new_page()));
}

static void priorities(void)
{
    evtchn_port_t port = new_ipi();
    char name[64];

    for (volatile unsigned priority = 0; priority < 18; priority++) {
        snprintf(name, sizeof(name), "event_channel_op/set_priority/priority-%u", priority);
        CASE(name, CALL(set_priority, .port = port, .priority = priority));
    }
    CASE_OF(set_priority, "largest-priority", .port = port, .priority = ~0U);
    CASE_OF(set_priority, "port-0", .port = 0, .priority = 3);
    CASE_OF(set_priority, "closed", .port = 900, .priority = 3);
    CASE_OF(set_priority, "last-port", .port = 131071, .priority = 3);
    CASE_OF(set_priority, "too-large-port", .port = 131072, .priority = 3);
    CASE_OF(set_priority, "largest-port", .port = ~0U, .priority = 3);
    close_port(port);
}

#define WORD(name, port) HEX("event_channel_op/fifo/" name, words[port] >> EVTCHN_FIFO_BUSY)

static void queues(void)
{
    evtchn_port_t a = new_ipi(), b = new_ipi(), c = new_ipi();

    WORD("new-port", a);
    CALL(send, .port = a);
    WORD("masked-sent", a);
    HEX("event_channel_op/fifo/masked-ready", control->ready);
    CASE("event_channel_op/fifo/unmask", CALL(unmask, .port = a));
    WORD("unmasked", a);
    HEX("event_channel_op/fifo/unmasked-ready", control->ready);
    YES("event_channel_op/fifo/head", control->head[EVTCHN_FIFO_PRIORITY_DEFAULT] == a);
    YES("event_channel_op/fifo/upcall-pending", this_vcpu()->info->evtchn_upcall_pending);
    CALL(unmask, .port = b);
    CALL(send, .port = b);
    YES("event_channel_op/fifo/linked", (words[a] & 0x1ffff) == b);
    WORD("linked-word", b);
    CALL(send, .port = a);
    WORD("sent-again", a);
    CALL(set_priority, .port = c, .priority = 2);
    CALL(unmask, .port = c);
    CALL(send, .port = c);
    HEX("event_channel_op/fifo/two-priorities-ready", control->ready);
    YES("event_channel_op/fifo/head-of-priority", control->head[2] == c);
    CASE("event_channel_op/fifo/close-linked", CALL(close, .port = b));
    CASE("event_channel_op/fifo/send-closed", CALL(send, .port = b));
    CASE("event_channel_op/fifo/send-last-port", CALL(send, .port = 131071));
    CASE("event_channel_op/fifo/unmask-closed", CALL(unmask, .port = 900));
    CASE("event_channel_op/fifo/poll-pending", ({
             struct sched_poll poll = {.ports = &a, .nr_ports = 1, .timeout = time_now() + MILLISECONDS};
             sched_op(SCHEDOP_poll, &poll); }));
    TEXT("event_channel_op/fifo/status", "%u", ({
             struct evtchn_status status = {.dom = DOMID_SELF, .port = a};
             event_channel_op(EVTCHNOP_status, &status); status.status; }));
}

void family(void)
{
    control = new_page();
    words = new_page();
    control_mfn = virt_to_mfn(control);
    second_mfn = virt_to_mfn(new_page());
    words_mfn = virt_to_mfn((void *)words);
    before();
    change();
    priorities();
    queues();
}
