/* callback_op, set_callbacks, nmi_op, stack_switch, fpu_taskswitch: what is registered. The kit's
 * entry points are put back at the end of each group. */
#include "harness.h"

extern char event_entry[], failsafe_entry[], syscall_entry[];

static int64_t add(uint32_t type, uint32_t flags, const void *address)
{
    struct callback_register argument = {
        .type = (uint16_t)type, .flags = (uint16_t)flags, .address = (uint64_t)address};

    return HC(callback_op, CALLBACKOP_register, &argument);
}

static int64_t drop(uint32_t type)
{
    struct callback_unregister argument = {.type = (uint16_t)type};

    return HC(callback_op, CALLBACKOP_unregister, &argument);
}

static void put_back(void)
{
    add(CALLBACKTYPE_event, 0, event_entry);
    add(CALLBACKTYPE_failsafe, CALLBACKF_mask_events, failsafe_entry);
    add(CALLBACKTYPE_syscall, CALLBACKF_mask_events, syscall_entry);
}

static const char *const types[] = {"event",    "failsafe", "syscall", "sysenter-deprecated",
                                    "nmi",      "sysenter", "type-6",  "syscall32",
                                    "type-8",   "type-255", "type-65535"};
static const uint32_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 255, 65535};

static void registering(void)
{
    char name[64];

    for (volatile unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
#define EACH(what, call)                                                         \
    snprintf(name, sizeof(name), "callback_op/" what, types[i]);                 \
    CASE(name, call)
        EACH("register/%s", add(numbers[i], 0, event_entry));
        EACH("register/%s-masking", add(numbers[i], CALLBACKF_mask_events, event_entry));
        EACH("register/%s-unknown-flags", add(numbers[i], 0xfffe, event_entry));
        EACH("register/%s-non-canonical", add(numbers[i], 0, (void *)NON_CANONICAL));
        EACH("register/%s-hypervisors", add(numbers[i], 0, (void *)HYPERVISORS));
        EACH("register/%s-null", add(numbers[i], 0, NULL));
        EACH("unregister/%s", drop(numbers[i]));
        EACH("unregister/%s-twice", drop(numbers[i]));
        put_back();
    }
    BAD_POINTERS("callback_op/register", HC(callback_op, CALLBACKOP_register, pointer));
    BAD_POINTERS("callback_op/unregister", HC(callback_op, CALLBACKOP_unregister, pointer));
    CASE("callback_op/unknown-2", HC(callback_op, 2, NULL));
    CASE("callback_op/unknown-largest", HC(callback_op, ~0U, NULL));
}

static void at_once(void)
{
    CASE("set_callbacks/plain", HC(set_callbacks, event_entry, failsafe_entry, syscall_entry));
    put_back();
    CASE("set_callbacks/nulls", HC(set_callbacks, NULL, NULL, NULL));
    put_back();
    CASE("set_callbacks/non-canonical-event",
         HC(set_callbacks, NON_CANONICAL, failsafe_entry, syscall_entry));
    put_back();
    CASE("set_callbacks/non-canonical-failsafe",
         HC(set_callbacks, event_entry, NON_CANONICAL, syscall_entry));
    put_back();
    CASE("set_callbacks/non-canonical-syscall",
         HC(set_callbacks, event_entry, failsafe_entry, NON_CANONICAL));
    put_back();
    CASE("set_callbacks/hypervisors", HC(set_callbacks, event_entry, HYPERVISORS, syscall_entry));
    put_back();
}

static void nmis(void)
{
    struct xennmi_callback callback = {.handler_address = (uint64_t)failsafe_entry};
    struct xennmi_callback null = {0}, bad = {.handler_address = NON_CANONICAL};

    CASE("nmi_op/register_callback/plain", HC(nmi_op, XENNMI_register_callback, &callback));
    CASE("nmi_op/register_callback/null-address", HC(nmi_op, XENNMI_register_callback, &null));
    CASE("nmi_op/register_callback/address-non-canonical", HC(nmi_op, XENNMI_register_callback, &bad));
    BAD_POINTERS("nmi_op/register_callback", HC(nmi_op, XENNMI_register_callback, pointer));
    CASE("nmi_op/unregister_callback/plain", HC(nmi_op, XENNMI_unregister_callback, NULL));
    CASE("nmi_op/unregister_callback/twice", HC(nmi_op, XENNMI_unregister_callback, NULL));
    CASE("nmi_op/unregister_callback/unmapped", HC(nmi_op, XENNMI_unregister_callback, UNMAPPED));
    CASE("nmi_op/unknown-2", HC(nmi_op, 2, NULL));
    CASE("nmi_op/unknown-largest", HC(nmi_op, ~0U, NULL));
}

static bool device_seen;

static bool on_device(struct trap_frame *frame)
{
    if (frame->vector == 7)
        device_seen = true;
    return frame->vector == 7;
}

static void switches(void)
{
    uint64_t stack = this_vcpu()->stack_top;

    CASE("stack_switch/plain", HC(stack_switch, FLAT_RING3_SS64, stack));
    CASE("stack_switch/ring-0-selector", HC(stack_switch, FLAT_RING3_SS64 & ~3, stack));
    CASE("stack_switch/null-selector", HC(stack_switch, 0, stack));
    CASE("stack_switch/none-there", HC(stack_switch, 0x43, stack));
    CASE("stack_switch/unaligned", HC(stack_switch, FLAT_RING3_SS64, stack - 3));
    CASE("stack_switch/null", HC(stack_switch, FLAT_RING3_SS64, NULL));
    CASE("stack_switch/non-canonical", HC(stack_switch, FLAT_RING3_SS64, NON_CANONICAL));
    CASE("stack_switch/hypervisors", HC(stack_switch, FLAT_RING3_SS64, HYPERVISORS));
    HC(stack_switch, FLAT_RING3_SS64, stack);
    CASE("fpu_taskswitch/set", HC(fpu_taskswitch, 1));
    CASE("fpu_taskswitch/clear", HC(fpu_taskswitch, 0));
    CASE("fpu_taskswitch/large", HC(fpu_taskswitch, ~0UL));
    DO("fpu_taskswitch/set-traps-x87", __asm__ volatile("fnop"));
    HC(fpu_taskswitch, 1);
    DO("fpu_taskswitch/set-traps-sse", __asm__ volatile("movups %xmm0, %xmm0"));
    DO("fpu_taskswitch/clear-does-not-trap",
       HC(fpu_taskswitch, 1); HC(fpu_taskswitch, 0); __asm__ volatile("fnop"));
    exception_filter = on_device;
    YES("fpu_taskswitch/trap-clears",
        ({ HC(fpu_taskswitch, 1); __asm__ volatile("fnop"); bool first = device_seen;
           device_seen = false; __asm__ volatile("fnop"); first && !device_seen; }));
    exception_filter = NULL;
    HC(fpu_taskswitch, 0);
}

void family(void)
{
    registering();
    at_once();
    nmis();
    switches();
}
