/* A guest that does what a host tells it: any hypercall with any arguments, stores to page tables, privileged
 * instructions, odd frames. What goes wrong is caught and the next instruction is executed, as long as the domain
 * lives. On two vcpus at once when the ramdisk has a program for each. */
#include "program.h"

#define PAGES 16
#define ARGUMENT_PAGES 3
#define CLASSES 8
#define KEPT 8
#define VCPUS 2

extern char event_entry[], failsafe_entry[], syscall_entry[];

/* One vcpu at work. */
struct worker {
    struct attempt recovery;
    struct vcpu *vcpu;
    bool armed;
    char *arguments;
    uint64_t kept[CLASSES][KEPT];
    unsigned next[CLASSES];
    const uint64_t *program, *end;
    unsigned round;
    uint64_t opcode;
    volatile bool done;
};

int64_t raw_hypercall(const uint64_t *six);
void raw_iret(const uint64_t *frame);
void privileged(uint64_t which, uint64_t a, uint64_t b);

static struct worker workers[VCPUS];
static char *pages[ROLES][PAGES];
static uint64_t frames[ROLES][PAGES];
static unsigned counts[ROLES];

static void add(enum role role, void *page, uint64_t mfn)
{
    if (counts[role] < PAGES) {
        pages[role][counts[role]] = page;
        frames[role][counts[role]++] = mfn;
    }
}

static void add_page(enum role role, void *page)
{
    add(role, page, virt_to_mfn(page));
}

static uint64_t operand(struct worker *worker, uint64_t word)
{
    int64_t number = (int64_t)(word << 8) >> 8;
    unsigned a = word & 0xfff;
    unsigned b = (word >> 12 & 0xfff) + worker->round;
    int64_t c = (int32_t)(word >> 24);
    unsigned page = 0;

    if (word >> 56 >= KIND_FRAME && word >> 56 <= KIND_MACHINE) {
        a %= ROLES;
        page = b % counts[a];
    }
    switch (word >> 56) {
    case KIND_FRAME:
        return frames[a][page];
    case KIND_ENTRY:
        return frames[a][page] << PAGE_SHIFT | (c & 0x7fffffff) | (uint64_t)(c < 0) << 63;
    case KIND_ADDRESS:
        return (uint64_t)pages[a][page] + (uint64_t)c;
    case KIND_MACHINE:
        return (frames[a][page] << PAGE_SHIFT) + (uint64_t)c;
    case KIND_ARGUMENT:
        return (uint64_t)worker->arguments + (uint64_t)c;
    case KIND_RESULT:
        a %= CLASSES;
        return worker->kept[a][(worker->next[a] - 1 - b % KEPT) % KEPT];
    case KIND_HIGH:
        return (uint64_t)number | 0xffUL << 56;
    case KIND_BIT:
        return (1UL << a % 64) - b;
    case KIND_TIME:
        return time_now() + (uint64_t)c;
    default:
        return (uint64_t)number;
    }
}

static void store(uint64_t address, uint64_t size, uint64_t value)
{
    switch (size) {
    case 1:
        *(volatile uint8_t *)address = (uint8_t)value;
        break;
    case 2:
        *(volatile uint16_t *)address = (uint16_t)value;
        break;
    case 4:
        *(volatile uint32_t *)address = (uint32_t)value;
        break;
    default:
        *(volatile uint64_t *)address = value;
    }
}

static uint64_t load(uint64_t address, uint64_t size)
{
    switch (size) {
    case 1:
        return *(volatile uint8_t *)address;
    case 2:
        return *(volatile uint16_t *)address;
    case 4:
        return *(volatile uint32_t *)address;
    default:
        return *(volatile uint64_t *)address;
    }
}

static void keep(struct worker *worker, unsigned class, uint64_t value)
{
    class %= CLASSES;
    worker->kept[class][worker->next[class]++ % KEPT] = value;
}

static void select(uint64_t which, uint16_t selector)
{
    switch (which & 3) {
    case 0:
        __asm__ volatile("mov %0, %%ds" ::"r"(selector));
        break;
    case 1:
        __asm__ volatile("mov %0, %%es" ::"r"(selector));
        break;
    default:
        /* Not GS, whose base says which vcpu this is. */
        __asm__ volatile("mov %0, %%fs" ::"r"(selector));
    }
}

static void block(uint64_t microseconds)
{
    events_off();
    hypercall(__HYPERVISOR_set_timer_op, time_now() + microseconds * 1000, 0, 0, 0);
    sched_op(SCHEDOP_block, NULL);
    events_on();
}

static void repair(struct worker *worker)
{
    struct callback_register callback = {.type = CALLBACKTYPE_event};

    hypercall(__HYPERVISOR_set_trap_table, (uint64_t)trap_table, 0, 0, 0);
    vcpu_set_this(worker->vcpu);
    hypercall(__HYPERVISOR_stack_switch, FLAT_RING3_SS64, worker->vcpu->stack_top, 0, 0);
    hypercall(__HYPERVISOR_vm_assist, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables, 0, 0);
    callback.address = (uint64_t)event_entry;
    hypercall(__HYPERVISOR_callback_op, CALLBACKOP_register, (uint64_t)&callback, 0, 0);
    callback.type = CALLBACKTYPE_failsafe;
    callback.address = (uint64_t)failsafe_entry;
    hypercall(__HYPERVISOR_callback_op, CALLBACKOP_register, (uint64_t)&callback, 0, 0);
    callback.type = CALLBACKTYPE_syscall;
    callback.address = (uint64_t)syscall_entry;
    hypercall(__HYPERVISOR_callback_op, CALLBACKOP_register, (uint64_t)&callback, 0, 0);
}

static const uint8_t operands[OPCODES] = {
    [OP_SET] = 3, [OP_CALL] = 7, [OP_KEEP] = 3, [OP_STORE] = 3, [OP_LOAD] = 2, [OP_EXCHANGE] = 3,
    [OP_PRIVILEGED] = 3, [OP_SELECTOR] = 2, [OP_IRET] = 6, [OP_SLEEP] = 1, [OP_JUMP] = 1,
};

static void execute(struct worker *worker, uint64_t opcode, uint64_t *o)
{
    uint64_t limit = ARGUMENT_PAGES * PAGE_SIZE - 8;

    switch (opcode) {
    case OP_SET:
        store((uint64_t)worker->arguments + o[0] % limit, o[1], o[2]);
        break;
    case OP_CALL:
        keep(worker, o[6], (uint64_t)raw_hypercall(o));
        break;
    case OP_KEEP:
        keep(worker, o[2], load((uint64_t)worker->arguments + o[0] % limit, o[1]));
        break;
    case OP_STORE:
        store(o[0], o[1], o[2]);
        break;
    case OP_LOAD:
        load(o[0], o[1]);
        break;
    case OP_EXCHANGE:
        __atomic_compare_exchange_n((uint64_t *)o[0], &o[1], o[2], false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST);
        break;
    case OP_PRIVILEGED:
        privileged(o[0], o[1], o[2]);
        break;
    case OP_SELECTOR:
        select(o[0], (uint16_t)o[1]);
        break;
    case OP_IRET:
        raw_iret(o);
        break;
    case OP_SLEEP:
        block(o[0] % 200);
        break;
    case OP_JUMP:
        ((void (*)(void))o[0])();
        break;
    case OP_REPAIR:
        repair(worker);
        break;
    }
}

/* Executes one instruction; what goes wrong in it ends it. */
static void step(struct worker *worker)
{
    uint64_t values[8];

    worker->opcode = *worker->program % OPCODES;
    if (attempt(&worker->recovery) == 0) {
        for (unsigned i = 0; i < operands[worker->opcode]; i++)
            values[i] = operand(worker, worker->program[1 + i]);
        worker->armed = true;
        execute(worker, worker->opcode, values);
    }
    worker->armed = false;
    worker->program += 1 + operands[worker->opcode];
}

static void run(void *argument)
{
    struct worker *worker = argument;
    const uint64_t *start = worker->program;
    const uint64_t *header = (const uint64_t *)start_info->mod_start;

    worker->vcpu = this_vcpu();
    repair(worker);
    events_on();
    for (worker->round = 0; worker->round < header[2]; worker->round++)
        for (worker->program = start; worker->program < worker->end;)
            step(worker);
    worker->done = true;
}

static bool recover(struct trap_frame *frame)
{
    struct worker *worker = &workers[this_vcpu()->id];

    if (!worker->armed)
        return false;
    worker->armed = false;
    attempt_abandon(&worker->recovery, frame);
    frame->rflags = 0x202;
    return true;
}

static void make_pages(void)
{
    for (unsigned i = 0; i < 12; i++)
        add_page(ROLE_DATA, page_alloc());
    for (unsigned i = 0; i < 12; i++)
        add_page(ROLE_TABLE, pt_alloc_table());
    for (unsigned i = 0; i < 12; i++) {
        add_page(ROLE_SPARE, page_alloc());
        pt_unmap((uint64_t)pages[ROLE_SPARE][i]);
    }
    for (unsigned i = 0; i < 3; i++)
        add_page(ROLE_DESCRIPTORS, pt_alloc_table());
    for (unsigned level = 4; level > 0; level--)
        add_page(ROLE_LIVE, pt_table(WINDOW_BASE + (64UL << 20), level));
    for (unsigned i = 0; i < 12; i++)
        add(ROLE_WINDOW, (void *)(WINDOW_BASE + (64UL << 20) + i * PAGE_SIZE), ~0UL >> 12);
}

static void make_special_pages(void)
{
    uint64_t list[2];
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 2, .frame_list = list};
    char *table;

    if (grant_table_op(GNTTABOP_setup_table, &setup, 1) || setup.status != GNTST_okay)
        panic("no grant table");
    table = pt_map_frames(list, 2, PTE_KERNEL);
    add(ROLE_GRANT, table, list[0]);
    add(ROLE_GRANT, table + PAGE_SIZE, list[1]);
    add(ROLE_SPECIAL, shared_info, start_info->shared_info >> PAGE_SHIFT);
    add_page(ROLE_SPECIAL, start_info);
    add(ROLE_SPECIAL, pfn_to_virt(mfn_to_pfn(start_info->console.domU.mfn)),
        start_info->console.domU.mfn);
    add(ROLE_SPECIAL, pfn_to_virt(mfn_to_pfn(start_info->store_mfn)), start_info->store_mfn);
    add_page(ROLE_SPECIAL, (void *)start_info->pt_base);
}

int kernel_main(void)
{
    const uint64_t *header = (const uint64_t *)start_info->mod_start;
    const uint64_t *program;

    if (!start_info->mod_len || header[0] != MAGIC || header[1] > VCPUS)
        panic("no program");
    for (unsigned vector = 0; vector < TRAP_SYSCALL; vector++)
        trap_handle(vector, recover);
    trap_handle(TRAP_SYSCALL, recover);
    make_pages();
    make_special_pages();
    program = header + 3 + header[1];
    for (uint64_t i = 0; i < header[1]; i++) {
        workers[i].arguments = pages_alloc(ARGUMENT_PAGES);
        add_page(ROLE_DATA, workers[i].arguments);
        workers[i].program = program;
        program += header[3 + i];
        workers[i].end = program;
    }
    if (header[1] > 1)
        smp_start(1, run, &workers[1]);
    if (header[1] > 0) {
        run(&workers[0]);
        for (unsigned i = 0; header[1] > 1 && i < 100 && !workers[1].done; i++)
            block(200);
    } else {
        printk("READY\n");
        for (;;)
            events_off(), events_wait();
    }
    return 0;
}
