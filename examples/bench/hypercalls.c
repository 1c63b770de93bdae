/* Calls of the hypervisor that come straight back. */
#include "bench.h"

#define BATCH 128
#define CALLS 32

static char *pages;
static uint64_t first_entry; /* machine address of the entry that maps the first of the pages */

/* BATCH pages whose entries lie in one table. */
void hypercalls_prepare(void)
{
    char *room = pages_alloc(2 * BATCH);

    if (!room)
        panic("no memory for the pages that are mapped");
    uint64_t pfn = virt_to_pfn(room);
    pages = pfn_to_virt((pfn + BATCH - 1) & ~(BATCH - 1UL));
    const uint64_t *table = pt_table((uint64_t)pages, 1);
    first_entry = (virt_to_mfn(table) << PAGE_SHIFT) + (virt_to_pfn(pages) % 512) * 8;
}

static uint64_t mapping_of(unsigned page)
{
    return virt_to_mfn(pages + page * PAGE_SIZE) << PAGE_SHIFT | PTE_KERNEL;
}

static uint64_t null_call(uint64_t count)
{
    int64_t version = 0;

    for (; count > 0; count--)
        version = hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
    return (uint64_t)version;
}

static uint64_t multicall(uint64_t count)
{
    static struct multicall_entry calls[CALLS];
    uint64_t failed = 0;

    for (; count > 0; count--) {
        for (unsigned i = 0; i < CALLS; i++) {
            calls[i].op = __HYPERVISOR_xen_version;
            calls[i].args[0] = XENVER_version;
        }
        failed |= hypercall(__HYPERVISOR_multicall, (uint64_t)calls, CALLS, 0, 0) != 0;
    }
    return failed;
}

static uint64_t update_one_mapping(uint64_t count)
{
    uint64_t failed = 0;

    for (; count > 0; count--)
        failed |= update_va_mapping((uint64_t)pages, mapping_of(count & 1), UVMF_INVLPG) != 0;
    return failed;
}

/* Maps the pages one place further each time, and in the end as they were. */
static uint64_t update_many_mappings(uint64_t count)
{
    static struct mmu_update updates[BATCH];
    uint64_t failed = 0;

    for (; count > 0; count--) {
        for (unsigned i = 0; i < BATCH; i++) {
            updates[i].ptr = (first_entry + i * 8) | MMU_NORMAL_PT_UPDATE;
            updates[i].val = mapping_of((i + count - 1) % BATCH);
        }
        failed |= mmu_update(updates, BATCH) != 0;
    }
    return failed;
}

static uint64_t set_timer(uint64_t count)
{
    uint64_t later = time_now() + 3600 * SECONDS;
    uint64_t failed = 0;

    for (; count > 0; count--)
        failed |= hypercall(__HYPERVISOR_set_timer_op, later + count, 0, 0, 0) != 0;
    hypercall(__HYPERVISOR_set_timer_op, 0, 0, 0, 0);
    return failed;
}

static uint64_t read_clock(uint64_t count)
{
    uint64_t backwards = 0, last = 0;

    for (; count > 0; count--) {
        uint64_t now = time_now();

        backwards |= now < last;
        last = now;
    }
    return backwards;
}

const struct benchmark hypercall_benchmarks[] = {
    {"call_xen_version", null_call, 1, false},
    {"call_multicall_32_per_call", multicall, CALLS, false},
    {"call_update_va_mapping", update_one_mapping, 1, false},
    {"call_mmu_update_128_per_entry", update_many_mappings, BATCH, false},
    {"call_set_timer_op", set_timer, 1, false},
    {"clock_read", read_clock, 1, false},
    {0}};
