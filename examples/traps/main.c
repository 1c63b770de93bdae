/* Traps: a breakpoint in the kernel, then a user program with system calls, a page fault that is
 * resolved and a privileged instruction. */
#include <zendo/zendo.h>

#define USER_CODE 0x400000UL
#define USER_STACK 0x800000UL
#define USER_DATA 0x1000000UL

extern const char user_program[], user_program_end[];

static unsigned breakpoints, page_faults, privileged;

static bool breakpoint(struct trap_frame *frame)
{
    (void)frame;
    breakpoints++;
    return true;
}

static bool system_call(struct trap_frame *frame)
{
    switch (frame->rax) {
    case 0:
        printk("%s\n", (const char *)frame->rdi);
        return true;
    case 1:
        user_exit((int64_t)frame->rdi);
    default:
        return false;
    }
}

/* Gives the one page that may appear on demand; any other fault is a mistake. */
static bool page_fault(struct trap_frame *frame)
{
    uint64_t address = trap_fault_address();

    if (!trap_from_user(frame) || address / PAGE_SIZE != USER_DATA / PAGE_SIZE)
        return false;
    printk("kernel: page fault at %lx, error code %x\n", address, frame->error_code);
    page_faults++;
    return user_map(USER_DATA, page_alloc(), PTE_WRITE | PTE_NO_EXECUTE) == 0;
}

static bool general_protection(struct trap_frame *frame)
{
    if (!trap_from_user(frame))
        return false;
    printk("kernel: user mode may not execute hlt\n");
    privileged++;
    frame->rip += 1;
    return true;
}

static void load_program(void)
{
    char *code = page_alloc(), *stack = page_alloc();

    memcpy(code, user_program, (size_t)(user_program_end - user_program));
    if (user_map(USER_CODE, code, 0) ||
        user_map(USER_STACK - PAGE_SIZE, stack, PTE_WRITE | PTE_NO_EXECUTE))
        panic("cannot map the program");
}

int kernel_main(void)
{
    trap_handle(TRAP_BREAKPOINT, breakpoint);
    trap_handle(TRAP_SYSCALL, system_call);
    trap_handle(TRAP_PAGE_FAULT, page_fault);
    trap_handle(TRAP_GENERAL_PROTECTION, general_protection);

    __asm__ volatile("int3");
    printk("kernel: back from %u breakpoint\n", breakpoints);

    user_init();
    load_program();
    int64_t result = user_run(USER_CODE, USER_STACK, 0);
    printk("kernel: the program ended with %ld\n", result);
    return result == 42 && page_faults == 1 && privileged == 1 ? 0 : 1;
}
