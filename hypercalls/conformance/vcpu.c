/* vcpu_op: the domain's vcpus. It has two; the second one is started late and stays down before. */
#include "harness.h"

extern char event_entry[], failsafe_entry[], syscall_entry[];

static struct vcpu_guest_context *context;
static volatile unsigned started;

static int64_t op(uint32_t command, uint32_t vcpu, void *argument)
{
    return vcpu_op(command, vcpu, argument);
}

#define OP(name, command, vcpu, argument) CASE("vcpu_op/" name, op(command, vcpu, argument))
#define POINTERS(name, command, vcpu) BAD_POINTERS("vcpu_op/" name, op(command, vcpu, pointer))

static void numbers(void)
{
    static const char *const names[] = {
        "initialise", "up", "down", "is_up", "get_runstate_info", "register_runstate_memory_area",
        "set_periodic_timer", "stop_periodic_timer", "set_singleshot_timer", "stop_singleshot_timer",
        "register_vcpu_info", "send_nmi", "get_physid", "register_vcpu_time_memory_area", "unknown-14",
        "unknown-15"};
    static uint64_t zeros[700];
    char name[80];

    for (volatile unsigned i = 0; i < 16; i++) {
        snprintf(name, sizeof(name), "vcpu_op/%s/absent-vcpu", names[i]);
        CASE(name, op(i, 2, zeros));
        snprintf(name, sizeof(name), "vcpu_op/%s/vcpu-32", names[i]);
        CASE(name, op(i, 32, zeros));
        snprintf(name, sizeof(name), "vcpu_op/%s/largest-vcpu", names[i]);
        CASE(name, op(i, ~0U, zeros));
    }
    OP("unknown-14/vcpu-0", 14, 0, zeros);
    OP("unknown-largest/vcpu-0", ~0U, 0, zeros);
}

static void runstates(void)
{
    static struct vcpu_runstate_info state;
    static struct vcpu_time_info time;
    struct vcpu_register_runstate_memory_area area = {.addr = (uint64_t)&state};
    struct vcpu_register_time_memory_area clock = {.addr = (uint64_t)&time};

    OP("get_runstate_info/own", VCPUOP_get_runstate_info, 0, &state);
    TEXT("vcpu_op/get_runstate_info/own-state", "%d", state.state);
    YES("vcpu_op/get_runstate_info/times-add-up",
        state.time[0] + state.time[1] + state.time[2] + state.time[3] >= state.time[0] && state.time[0] > 0);
    OP("get_runstate_info/other", VCPUOP_get_runstate_info, 1, &state);
    TEXT("vcpu_op/get_runstate_info/other-state", "%d", state.state);
    POINTERS("get_runstate_info", VCPUOP_get_runstate_info, 0);
    OP("get_runstate_info/readonly", VCPUOP_get_runstate_info, 0, readonly_page);
    state.state = 77;
    OP("register_runstate_memory_area/own", VCPUOP_register_runstate_memory_area, 0, &area);
    TEXT("vcpu_op/register_runstate_memory_area/filled", "%d", state.state);
    area.addr = 0;
    OP("register_runstate_memory_area/none", VCPUOP_register_runstate_memory_area, 0, &area);
    area.addr = UNMAPPED;
    OP("register_runstate_memory_area/area-unmapped", VCPUOP_register_runstate_memory_area, 0, &area);
    area.addr = HYPERVISORS;
    OP("register_runstate_memory_area/area-hypervisors", VCPUOP_register_runstate_memory_area, 0, &area);
    area.addr = NON_CANONICAL;
    OP("register_runstate_memory_area/area-non-canonical", VCPUOP_register_runstate_memory_area, 0, &area);
    area.addr = (uint64_t)&state + 3;
    OP("register_runstate_memory_area/area-unaligned", VCPUOP_register_runstate_memory_area, 0, &area);
    area.addr = (uint64_t)&state;
    OP("register_runstate_memory_area/other-vcpu", VCPUOP_register_runstate_memory_area, 1, &area);
    POINTERS("register_runstate_memory_area", VCPUOP_register_runstate_memory_area, 0);
    area.addr = 0;
    op(VCPUOP_register_runstate_memory_area, 0, &area);
    OP("register_vcpu_time_memory_area/own", VCPUOP_register_vcpu_time_memory_area, 0, &clock);
    YES("vcpu_op/register_vcpu_time_memory_area/filled", time.version != 0 && !(time.version & 1));
    clock.addr = UNMAPPED;
    OP("register_vcpu_time_memory_area/area-unmapped", VCPUOP_register_vcpu_time_memory_area, 0, &clock);
    clock.addr = HYPERVISORS;
    OP("register_vcpu_time_memory_area/area-hypervisors", VCPUOP_register_vcpu_time_memory_area, 0, &clock);
    clock.addr = 0;
    OP("register_vcpu_time_memory_area/none", VCPUOP_register_vcpu_time_memory_area, 0, &clock);
    POINTERS("register_vcpu_time_memory_area", VCPUOP_register_vcpu_time_memory_area, 0);
}

static void timers(void)
{
    struct vcpu_set_periodic_timer periodic = {.period_ns = 1000000};
    struct vcpu_set_singleshot_timer once = {.timeout_abs_ns = time_now() + SECONDS};

#define PERIOD(name, ns) CASE("vcpu_op/set_periodic_timer/" name, (periodic.period_ns = ns, op(VCPUOP_set_periodic_timer, 0, &periodic)))
    PERIOD("1-ms", 1000000);
    PERIOD("below-1-ms", 999999);
    PERIOD("0", 0);
    PERIOD("1-s", SECONDS);
    PERIOD("largest", ~0UL);
    PERIOD("largest-positive", ~0UL >> 1);
    OP("set_periodic_timer/other-vcpu", VCPUOP_set_periodic_timer, 1, &periodic);
    POINTERS("set_periodic_timer", VCPUOP_set_periodic_timer, 0);
    OP("stop_periodic_timer/own", VCPUOP_stop_periodic_timer, 0, NULL);
    OP("stop_periodic_timer/twice", VCPUOP_stop_periodic_timer, 0, NULL);
    OP("stop_periodic_timer/other-vcpu", VCPUOP_stop_periodic_timer, 1, NULL);
    OP("stop_periodic_timer/argument-ignored", VCPUOP_stop_periodic_timer, 0, (void *)UNMAPPED);
    OP("set_singleshot_timer/own", VCPUOP_set_singleshot_timer, 0, &once);
    OP("set_singleshot_timer/other-vcpu", VCPUOP_set_singleshot_timer, 1, &once);
    once.timeout_abs_ns = 1;
    OP("set_singleshot_timer/past", VCPUOP_set_singleshot_timer, 0, &once);
    once.flags = VCPU_SSHOTTMR_future;
    OP("set_singleshot_timer/past-future-flag", VCPUOP_set_singleshot_timer, 0, &once);
    once.flags = ~0U;
    OP("set_singleshot_timer/unknown-flags", VCPUOP_set_singleshot_timer, 0, &once);
    POINTERS("set_singleshot_timer", VCPUOP_set_singleshot_timer, 0);
    OP("stop_singleshot_timer/own", VCPUOP_stop_singleshot_timer, 0, NULL);
    OP("stop_singleshot_timer/twice", VCPUOP_stop_singleshot_timer, 0, NULL);
    OP("stop_singleshot_timer/other-vcpu", VCPUOP_stop_singleshot_timer, 1, NULL);
}

static void registration(void)
{
    struct vcpu_register_vcpu_info info = {.mfn = virt_to_mfn(new_page())};
    uint64_t mfn = info.mfn;
    struct vcpu_get_physid physid;

#define INFO(name, vcpu, ...) \
    CASE("vcpu_op/register_vcpu_info/" name, ({ \
             struct vcpu_register_vcpu_info i_ = {__VA_ARGS__}; op(VCPUOP_register_vcpu_info, vcpu, &i_); }))
    INFO("offset-unaligned", 1, .mfn = mfn, .offset = 4);
    INFO("offset-too-large", 1, .mfn = mfn, .offset = 4096 - 56);
    INFO("offset-largest", 1, .mfn = mfn, .offset = ~0U);
    INFO("foreign", 1, .mfn = FOREIGN_MFN);
    INFO("absent", 1, .mfn = ABSENT_MFN);
    INFO("invalid", 1, .mfn = INVALID_MFN);
    INFO("page-table", 1, .mfn = virt_to_mfn((void *)start_info->pt_base));
    INFO("reserved-field", 1, .mfn = mfn, .offset = 64, .rsvd = ~0U);
    INFO("twice", 1, .mfn = mfn, .offset = 128);
    POINTERS("register_vcpu_info", VCPUOP_register_vcpu_info, 0);
    OP("get_physid/own", VCPUOP_get_physid, 0, &physid);
    OP("get_physid/unmapped", VCPUOP_get_physid, 0, (void *)UNMAPPED);
    OP("send_nmi/argument", VCPUOP_send_nmi, 1, &physid);
    OP("send_nmi/own-argument", VCPUOP_send_nmi, 0, (void *)UNMAPPED);
    OP("send_nmi/down-vcpu", VCPUOP_send_nmi, 1, NULL);
}

static void run(void *argument)
{
    (void)argument;
    started++;
}

static void second(void)
{
    uint64_t root = virt_to_mfn((void *)start_info->pt_base) << 12;

    OP("is_up/own", VCPUOP_is_up, 0, NULL);
    OP("is_up/before-start", VCPUOP_is_up, 1, NULL);
    OP("is_up/argument-ignored", VCPUOP_is_up, 0, (void *)UNMAPPED);
    OP("up/before-initialise", VCPUOP_up, 1, NULL);
    OP("down/down-already", VCPUOP_down, 1, NULL);
    OP("up/own", VCPUOP_up, 0, NULL);
    POINTERS("initialise", VCPUOP_initialise, 1);
    OP("initialise/own", VCPUOP_initialise, 0, context);
#define INIT(name, ...)                                                                 \
    CASE("vcpu_op/initialise/" name, ({                                                 \
             memset(context, 0, sizeof(*context)); context->flags = VGCF_in_kernel;     \
             context->user_regs.cs = FLAT_RING3_CS64; context->user_regs.ss = FLAT_RING3_SS64; \
             context->kernel_ss = FLAT_RING3_SS64; context->ctrlreg[3] = root;          \
             __VA_ARGS__; op(VCPUOP_initialise, 1, context); }))
    INIT("no-root", context->ctrlreg[3] = 0);
    INIT("root-foreign", context->ctrlreg[3] = FOREIGN_MFN << 12);
    INIT("root-absent", context->ctrlreg[3] = ABSENT_MFN << 12);
    INIT("root-no-table", context->ctrlreg[3] = virt_to_mfn(new_page()) << 12);
    INIT("user-root-foreign", context->ctrlreg[1] = FOREIGN_MFN << 12);
    INIT("gdt-too-large", context->gdt_ents = 8192);
    INIT("gdt-foreign", context->gdt_ents = 512; context->gdt_frames[0] = FOREIGN_MFN);
    INIT("ldt-too-large", context->ldt_ents = 8193);
    INIT("ldt-unaligned", context->ldt_ents = 1; context->ldt_base = 8);
    INIT("fs-base-non-canonical", context->fs_base = NON_CANONICAL);
    INIT("gs-base-non-canonical", context->gs_base_kernel = NON_CANONICAL);
    INIT("user-gs-base-non-canonical", context->gs_base_user = NON_CANONICAL);
    INIT("event-callback-non-canonical", context->event_callback_eip = NON_CANONICAL);
    INIT("failsafe-callback-non-canonical", context->failsafe_callback_eip = NON_CANONICAL);
    INIT("syscall-callback-non-canonical", context->syscall_callback_eip = NON_CANONICAL);
    INIT("rip-non-canonical", context->user_regs.rip = NON_CANONICAL);
    CASE("vcpu_op/initialise/started-already", smp_start(1, run, NULL));
    YES("vcpu_op/up/runs", ({
            uint64_t end = time_now() + 5 * SECONDS;
            while (!started && time_now() < end) sched_op(SCHEDOP_yield, NULL);
            started == 1; }));
    YES("vcpu_op/down/ends", ({
            uint64_t end = time_now() + 5 * SECONDS;
            while (op(VCPUOP_is_up, 1, NULL) && time_now() < end) sched_op(SCHEDOP_yield, NULL);
            op(VCPUOP_is_up, 1, NULL) == 0; }));
    CASE("vcpu_op/initialise/after-down", op(VCPUOP_initialise, 1, context));
    OP("down/twice", VCPUOP_down, 1, NULL);
}

void family(void)
{
    context = pages_alloc(2);
    numbers();
    runstates();
    timers();
    second();
    registration();
}
