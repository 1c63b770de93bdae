/* Walking and changing page tables. Entries hold machine frames; mfn_to_pfn() finds the table. */
#include <zendo/zendo.h>

static uint64_t window_next = WINDOW_BASE;

static unsigned index_at(uint64_t va, unsigned level)
{
    return va >> (PAGE_SHIFT + 9 * (level - 1)) & 511;
}

static uint64_t *table_of(uint64_t entry)
{
    return pfn_to_virt(mfn_to_pfn((entry & PTE_FRAME) >> PAGE_SHIFT));
}

static uint64_t *root(void)
{
    return (uint64_t *)start_info->pt_base;
}

/* The hypervisor's part of the address space; its tables are not ours to read. */
static bool is_foreign(uint64_t va)
{
    return va >= HYPERVISOR_VIRT_START && va < HYPERVISOR_VIRT_END;
}

uint64_t pt_lookup(uint64_t va)
{
    uint64_t *table = root();

    if (is_foreign(va))
        return 0;
    for (unsigned level = 4; level > 1; level--) {
        uint64_t entry = table[index_at(va, level)];

        if (!(entry & PTE_PRESENT))
            return 0;
        table = table_of(entry);
    }
    return table[index_at(va, 1)];
}

int pt_make_readonly(void *page)
{
    uint64_t entry = virt_to_mfn(page) << PAGE_SHIFT | PTE_KERNEL_READONLY;

    return (int)update_va_mapping((uint64_t)page, entry, UVMF_INVLPG | UVMF_ALL);
}

void *pt_alloc_table(void)
{
    void *page = page_alloc();

    if (page && pt_make_readonly(page))
        return NULL;
    return page;
}

int pt_write(void *table, unsigned index, uint64_t entry)
{
    struct mmu_update update = {
        .ptr = (virt_to_mfn(table) << PAGE_SHIFT) + index * 8 + MMU_NORMAL_PT_UPDATE,
        .val = entry};

    return (int)mmu_update(&update, 1);
}

void *pt_table(uint64_t va, unsigned wanted)
{
    uint64_t *table = root();

    for (unsigned level = 4; level > wanted; level--) {
        unsigned index = index_at(va, level);

        if (!(table[index] & PTE_PRESENT)) {
            void *lower = pt_alloc_table();

            if (!lower || pt_write(table, index, virt_to_mfn(lower) << PAGE_SHIFT | PTE_TABLE))
                return NULL;
        }
        table = table_of(table[index]);
    }
    return table;
}

int pt_map(uint64_t va, uint64_t mfn, uint64_t flags)
{
    if (is_foreign(va))
        return -EINVAL;
    if (!pt_table(va, 1))
        return -ENOMEM;
    return (int)update_va_mapping(va, mfn << PAGE_SHIFT | flags, UVMF_INVLPG | UVMF_ALL);
}

int pt_unmap(uint64_t va)
{
    return (int)update_va_mapping(va, 0, UVMF_INVLPG | UVMF_ALL);
}

int pt_protect(uint64_t va, uint64_t flags)
{
    uint64_t entry = pt_lookup(va);

    if (!(entry & PTE_PRESENT))
        return -ENOENT;
    return (int)update_va_mapping(va, (entry & PTE_FRAME) | flags, UVMF_INVLPG | UVMF_ALL);
}

void *pt_map_frames(const uint64_t *mfns, size_t count, uint64_t flags)
{
    uint64_t va = __atomic_fetch_add(&window_next, count * PAGE_SIZE, __ATOMIC_RELAXED);

    for (size_t i = 0; i < count; i++)
        if (pt_map(va + i * PAGE_SIZE, mfns[i], flags))
            return NULL;
    return (void *)va;
}
