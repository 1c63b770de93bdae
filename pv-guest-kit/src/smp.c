/* Secondary vcpus: each gets a stack, a struct vcpu and the same page table, traps and callbacks. */
#include <zendo/zendo.h>

extern char event_entry[], failsafe_entry[], syscall_entry[];

void spin_lock(spinlock_t *lock)
{
    while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE))
        while (lock->taken)
            sched_op(SCHEDOP_yield, NULL);
}

void spin_unlock(spinlock_t *lock)
{
    __atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

bool smp_is_up(uint32_t vcpu)
{
    return vcpu_op(VCPUOP_is_up, vcpu, NULL) == 1;
}

uint32_t smp_count(void)
{
    uint32_t count = 1;

    while (count < MAX_VCPUS && vcpu_op(VCPUOP_is_up, count, NULL) >= 0)
        count++;
    return count;
}

/* The first function on the new stack. */
static void vcpu_main(struct vcpu *vcpu)
{
    timer_init();
    vcpu->start(vcpu->start_argument);
    events_off();
    vcpu_op(VCPUOP_down, vcpu->id, NULL);
    panic("vcpu %u cannot go down", vcpu->id);
}

static void fill_context(struct vcpu_guest_context *context, struct vcpu *vcpu)
{
    uint64_t root = virt_to_mfn((void *)start_info->pt_base);

    context->flags = VGCF_in_kernel | VGCF_syscall_disables_events | VGCF_failsafe_disables_events;
    context->user_regs.rip = (uint64_t)vcpu_main;
    context->user_regs.rdi = (uint64_t)vcpu;
    context->user_regs.rsp = vcpu->stack_top - 8; /* as if called */
    context->user_regs.rflags = 0x202;
    context->user_regs.cs = FLAT_RING3_CS64;
    context->user_regs.ss = FLAT_RING3_SS64;
    context->kernel_ss = FLAT_RING3_SS64;
    context->kernel_sp = vcpu->stack_top;
    for (unsigned i = 0; trap_table[i].address; i++)
        context->trap_ctxt[trap_table[i].vector] = trap_table[i];
    context->ctrlreg[3] = root << PAGE_SHIFT;
    context->event_callback_eip = (uint64_t)event_entry;
    context->failsafe_callback_eip = (uint64_t)failsafe_entry;
    context->syscall_callback_eip = (uint64_t)syscall_entry;
    context->gs_base_kernel = (uint64_t)vcpu;
}

/* The page that all vcpus share has room for the first ones; others name a place of their own. Gives
 * 0 or a negative error. */
static int64_t find_info(struct vcpu *vcpu)
{
    struct vcpu_register_vcpu_info place = {.mfn = virt_to_mfn(vcpu),
                                            .offset = offsetof(struct vcpu, own_info)};

    if (vcpu->id < XEN_LEGACY_MAX_VCPUS) {
        vcpu->info = &shared_info->vcpu_info[vcpu->id];
        return 0;
    }
    vcpu->info = &vcpu->own_info;
    return vcpu_op(VCPUOP_register_vcpu_info, vcpu->id, &place);
}

int smp_start(uint32_t id, void (*function)(void *), void *argument)
{
    struct vcpu *vcpu = page_alloc();
    struct vcpu_guest_context *context = pages_alloc(2);
    char *stack = pages_alloc(STACK_SIZE / PAGE_SIZE);
    int64_t error;

    if (!vcpu || !context || !stack)
        return -ENOMEM;
    vcpu->self = vcpu;
    vcpu->id = id;
    error = find_info(vcpu);
    if (error)
        return (int)error;
    vcpu->info->evtchn_upcall_mask = 1;
    vcpu->stack_top = (uint64_t)stack + STACK_SIZE;
    vcpu->start = function;
    vcpu->start_argument = argument;
    fill_context(context, vcpu);
    error = vcpu_op(VCPUOP_initialise, id, context);
    pages_free(context, 2);
    if (error)
        return (int)error;
    return (int)vcpu_op(VCPUOP_up, id, NULL);
}
