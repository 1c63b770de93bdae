/* One vcpu takes a page away and has translations dropped while another writes to it without pause. When the hypercall
 * has returned, no write may land any more: a second mapping of the page shows it. */
#include "litmus.h"

#define WRITES 64
#define WAYS 5

static uint64_t *window;          /* where the writer writes; comes and goes */
static volatile uint64_t *alias;  /* the same page, always there, only read */
static volatile bool mapped, stop;
static volatile uint64_t faults;
static uint64_t late, rounds_to_do;
static struct {
    volatile uint64_t value __attribute__((aligned(64)));
} written;

/* The page is gone: wait until it is back, then try again. */
static bool wait_for_page(struct trap_frame *frame)
{
    (void)frame;
    if ((trap_fault_address() & ~(PAGE_SIZE - 1)) != (uint64_t)window)
        return false;
    faults++;
    for (unsigned looks = 1; !mapped && !stop; looks++)
        if (looks % 1000 == 0)
            sched_op(SCHEDOP_yield, NULL);
    return true;
}

static void write_on(void)
{
    for (uint64_t i = 1; !stop; i++) {
        __asm__ volatile("movq %1, %0" : "=m"(window[i % WRITES]) : "r"(i) : "memory");
        written.value = i;
    }
}

static void update_entry(uint64_t entry, uint64_t flags)
{
    if (hypercall(__HYPERVISOR_update_va_mapping, (uint64_t)window, entry, flags, 0))
        panic("update_va_mapping refused");
}

static void flush(uint32_t command)
{
    uint64_t everybody = ~0UL;
    struct mmuext_op op = {.cmd = command};

    if (command == MMUEXT_INVLPG_ALL || command == MMUEXT_INVLPG_MULTI)
        op.arg1.linear_addr = (uint64_t)window;
    op.arg2.vcpumask = &everybody;
    if (hypercall(__HYPERVISOR_mmuext_op, (uint64_t)&op, 1, 0, DOMID_SELF))
        panic("mmuext_op %u refused", command);
}

/* Takes the page away in one of the ways a kernel has; odd times it only becomes read-only. */
static void take_away(unsigned way, uint64_t entry)
{
    switch (way) {
    case 0:
        update_entry(entry, UVMF_INVLPG | UVMF_ALL);
        break;
    case 1:
        update_entry(entry, UVMF_TLB_FLUSH | UVMF_ALL);
        break;
    case 2:
        update_entry(entry, 0);
        flush(MMUEXT_TLB_FLUSH_MULTI);
        break;
    case 3:
        update_entry(entry, 0);
        flush(MMUEXT_INVLPG_ALL);
        break;
    default:
        update_entry(entry, 0);
        flush(MMUEXT_INVLPG_MULTI);
    }
}

/* What the page holds; a write that lands changes it. */
static uint64_t contents(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < WRITES; i++)
        sum = sum * 31 + alias[i];
    return sum;
}

static void take_and_give(void)
{
    uint64_t frame = virt_to_mfn((void *)alias) << PAGE_SHIFT;

    for (uint64_t round = 0; round < rounds_to_do; round++) {
        uint64_t before = written.value;

        while (written.value < before + WRITES / 2)
            cpu_relax();
        mapped = false;
        take_away((unsigned)(round % WAYS), round & 1 ? frame | PTE_KERNEL_READONLY : 0);
        uint64_t at_return = contents();
        for (unsigned i = 0; i < 50; i++)
            cpu_relax();
        late += contents() != at_return;
        /* A read-only entry that becomes writable costs at most a fault more. */
        update_entry(frame | PTE_KERNEL, 0);
        mapped = true;
    }
    stop = true;
    update_entry(frame | PTE_KERNEL, UVMF_TLB_FLUSH | UVMF_ALL);
}

static void part(uint32_t member)
{
    if (member == 0)
        take_and_give();
    else
        write_on();
}

uint64_t unmap_check(uint64_t rounds)
{
    void *page = page_alloc();
    uint64_t mfn;

    if (!page)
        panic("no page");
    mfn = virt_to_mfn(page);
    alias = page;
    window = pt_map_frames(&mfn, 1, PTE_KERNEL);
    if (!window)
        panic("no mapping");
    rounds_to_do = rounds;
    mapped = true;
    trap_handle(TRAP_PAGE_FAULT, wait_for_page);
    crew_run(2, part);
    printk("LITMUS unmap rounds=%lu faults=%lu relaxed=0 forbidden=%lu\n", rounds, faults, late);
    return late;
}
