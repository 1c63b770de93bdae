/* User mode, and two processes: a kernel root and a user root of the page tables for each. */
#include "bench.h"

#define USER_CODE 0x400000UL
#define USER_STACK 0x800000UL
#define ROOT_ENTRIES 512
#define FIRST_FOREIGN 256 /* the hypervisor's slots of a root */
#define END_FOREIGN 272

extern const char user_program[], user_program_end[];

static struct {
    uint64_t kernel_root, user_root; /* machine frames */
} processes[2];

/* The program makes system call 0 as often as it was told to and then system call 1. */
static bool system_call(struct trap_frame *frame)
{
    if (frame->rax == 1)
        user_exit(0);
    return true;
}

static void pin(uint64_t root)
{
    struct mmuext_op operation = {.cmd = MMUEXT_PIN_L4_TABLE, .arg1.mfn = root};

    if (mmuext_op(&operation, 1))
        panic("cannot pin a page table");
}

/* A root with the same tables below it as another one; `user` takes the user's half only. */
static uint64_t copy_root(const uint64_t *from, bool user)
{
    uint64_t *copy = page_alloc();

    if (!copy)
        panic("no memory for a page table");
    for (unsigned i = 0; i < (user ? FIRST_FOREIGN : ROOT_ENTRIES); i++)
        copy[i] = i >= FIRST_FOREIGN && i < END_FOREIGN ? 0 : from[i];
    if (pt_make_readonly(copy))
        panic("cannot make a page table");
    pin(virt_to_mfn(copy));
    return virt_to_mfn(copy);
}

static void load_program(void)
{
    char *code = page_alloc(), *stack = page_alloc();

    memcpy(code, user_program, (size_t)(user_program_end - user_program));
    if (user_map(USER_CODE, code, 0) ||
        user_map(USER_STACK - PAGE_SIZE, stack, PTE_WRITE | PTE_NO_EXECUTE))
        panic("cannot map the program");
}

static int switch_to(unsigned process)
{
    struct mmuext_op operations[2] = {
        {.cmd = MMUEXT_NEW_BASEPTR, .arg1.mfn = processes[process].kernel_root},
        {.cmd = MMUEXT_NEW_USER_BASEPTR, .arg1.mfn = processes[process].user_root}};

    return mmuext_op(operations, 2) != 0;
}

void processes_prepare(void)
{
    const uint64_t *root = (const uint64_t *)start_info->pt_base;

    trap_handle(TRAP_SYSCALL, system_call);
    user_init();
    load_program();
    processes[0].kernel_root = virt_to_mfn(root);
    processes[0].user_root = copy_root(root, true);
    processes[1].kernel_root = copy_root(root, false);
    processes[1].user_root = copy_root(root, true);
    if (switch_to(0))
        panic("cannot switch page tables");
}

/* From user mode by SYSCALL, back by the iret hypercall. */
static uint64_t user_system_call(uint64_t count)
{
    return (uint64_t)user_run(USER_CODE, USER_STACK, count);
}

/* What a kernel asks for when the next thread is of another process; there and back. */
static uint64_t process_switch(uint64_t count)
{
    uint64_t failed = 0;

    for (; count > 0; count--) {
        failed |= (uint64_t)switch_to(1);
        failed |= (uint64_t)switch_to(0);
    }
    return failed;
}

/* The same with a system call of each process in between. */
static uint64_t process_switch_and_run(uint64_t count)
{
    uint64_t failed = 0;

    for (; count > 0; count--) {
        failed |= (uint64_t)switch_to(1);
        failed |= (uint64_t)user_run(USER_CODE, USER_STACK, 1);
        failed |= (uint64_t)switch_to(0);
        failed |= (uint64_t)user_run(USER_CODE, USER_STACK, 1);
    }
    return failed;
}

const struct benchmark process_benchmarks[] = {
    {"user_system_call", user_system_call, 1, false},
    {"process_switch", process_switch, 2, false},
    {"process_switch_and_run", process_switch_and_run, 2, false},
    {0}};
