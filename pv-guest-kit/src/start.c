/* From the first C instruction to kernel_main(), and the ways to end. */
#include <zendo/zendo.h>

struct start_info *start_info;
struct shared_info *shared_info;

extern char boot_stack[];
static struct vcpu boot_vcpu;

/* A page of ours whose place in the page tables the shared page takes. */
static char shared_info_place[PAGE_SIZE] __attribute__((aligned(4096)));

void kernel_start(struct start_info *start);

void vcpu_set_this(struct vcpu *vcpu)
{
    vcpu->self = vcpu;
    hypercall(__HYPERVISOR_set_segment_base, SEGBASE_GS_KERNEL, (uint64_t)vcpu, 0, 0);
}

static void map_shared_info(void)
{
    update_va_mapping((uint64_t)shared_info_place, start_info->shared_info | PTE_KERNEL,
                      UVMF_INVLPG);
    shared_info = (struct shared_info *)shared_info_place;
}

void kernel_start(struct start_info *start)
{
    start_info = start;
    map_shared_info();
    boot_vcpu.info = &shared_info->vcpu_info[0];
    boot_vcpu.stack_top = (uint64_t)boot_stack + STACK_SIZE;
    vcpu_set_this(&boot_vcpu);
    trap_init();
    event_init();
    console_init();
    page_init();
    time_init();
    events_on();
    shutdown(kernel_main() == 0 ? SHUTDOWN_poweroff : SHUTDOWN_crash);
}

_Noreturn void shutdown(uint32_t reason)
{
    struct sched_shutdown argument = {.reason = reason};

    for (;;)
        sched_op(SCHEDOP_shutdown, &argument);
}

_Noreturn void panic(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printk("panic: ");
    vprintk(format, arguments);
    printk("\n");
    va_end(arguments);
    shutdown(SHUTDOWN_crash);
}
