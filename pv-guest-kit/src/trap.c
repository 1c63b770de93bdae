/* Exceptions: the table the hypervisor gets, and the way from a frame to its handler. */
#include <zendo/zendo.h>

#define EXCEPTIONS 22
#define VECTORS 258
#define CALLERS 16

#define TRAP_FLAG_USER 3 /* user mode may raise it with an INT instruction */
#define TRAP_FLAG_EVENTS_OFF 4

extern const uint64_t exception_entries[EXCEPTIONS];

void event_upcall(void);
void trap_dispatch(struct trap_frame *frame);

static trap_handler *handlers[VECTORS];
static struct trap_info table[EXCEPTIONS + 1];
const struct trap_info *trap_table = table;

void trap_init(void)
{
    for (unsigned vector = 0; vector < EXCEPTIONS; vector++) {
        table[vector].vector = (uint8_t)vector;
        table[vector].flags = TRAP_FLAG_EVENTS_OFF;
        if (vector == TRAP_BREAKPOINT)
            table[vector].flags |= TRAP_FLAG_USER;
        table[vector].cs = FLAT_RING3_CS64;
        table[vector].address = exception_entries[vector];
    }
    hypercall(__HYPERVISOR_set_trap_table, (uint64_t)table, 0, 0, 0);
}

void trap_handle(unsigned vector, trap_handler *handler)
{
    handlers[vector] = handler;
}

uint64_t trap_fault_address(void)
{
    return this_vcpu()->info->arch.cr2;
}

static void print_callers(uint64_t frame_pointer)
{
    printk("callers:");
    for (unsigned i = 0; i < CALLERS && frame_pointer >= KERNEL_BASE; i++) {
        const uint64_t *link = (const uint64_t *)frame_pointer;

        if (frame_pointer % 16 || !pt_lookup(frame_pointer))
            break;
        printk(" %lx", link[1]);
        frame_pointer = link[0] > frame_pointer ? link[0] : 0;
    }
    printk("\n");
}

void trap_print(const struct trap_frame *frame)
{
    printk("vcpu %u, %s mode, vector %u, error code %x, fault address %lx\n", this_vcpu()->id,
           trap_from_user(frame) ? "user" : "kernel", frame->vector, frame->error_code,
           trap_fault_address());
    printk("rip %016lx  rsp %016lx  rflags %08lx\n", frame->rip, frame->rsp, frame->rflags);
    printk("rax %016lx  rbx %016lx  rcx %016lx\n", frame->rax, frame->rbx, frame->rcx);
    printk("rdx %016lx  rsi %016lx  rdi %016lx\n", frame->rdx, frame->rsi, frame->rdi);
    printk("rbp %016lx  r8  %016lx  r9  %016lx\n", frame->rbp, frame->r8, frame->r9);
    printk("r10 %016lx  r11 %016lx  r12 %016lx\n", frame->r10, frame->r11, frame->r12);
    printk("r13 %016lx  r14 %016lx  r15 %016lx\n", frame->r13, frame->r14, frame->r15);
    if (!trap_from_user(frame))
        print_callers(frame->rbp);
}

/* Called by entry.S for everything that enters the kernel. */
void trap_dispatch(struct trap_frame *frame)
{
    if (frame->vector == TRAP_EVENT) {
        event_upcall();
        return;
    }
    if (handlers[frame->vector] && handlers[frame->vector](frame))
        return;
    trap_print(frame);
    panic("unexpected exception %u", frame->vector);
}
