/* The page allocator: a bitmap of the domain's frames, searched from where it last succeeded. */
#include <zendo/zendo.h>

#define MAX_PAGES (1UL << (30 - PAGE_SHIFT)) /* the kit maps and uses the first GiB */
#define TABLE_ENTRIES 512UL

static uint64_t used[MAX_PAGES / 64];
static uint64_t end_pfn, next_pfn;
static size_t available;
static spinlock_t lock;

static bool is_used(uint64_t pfn)
{
    return used[pfn / 64] >> pfn % 64 & 1;
}

static void mark(uint64_t pfn, bool taken)
{
    if (taken)
        used[pfn / 64] |= 1UL << pfn % 64;
    else
        used[pfn / 64] &= ~(1UL << pfn % 64);
}

/* First frame of a run of free ones, 0 when there is none. */
static uint64_t find(uint64_t from, uint64_t to, size_t count)
{
    size_t run = 0;

    for (uint64_t pfn = from; pfn < to; pfn++) {
        run = is_used(pfn) ? 0 : run + 1;
        if (run == count)
            return pfn + 1 - count;
    }
    return 0;
}

void *pages_alloc(size_t count)
{
    bool on = events_off();
    uint64_t first;

    spin_lock(&lock);
    first = find(next_pfn, end_pfn, count);
    if (!first)
        first = find(0, end_pfn, count);
    if (first) {
        for (uint64_t pfn = first; pfn < first + count; pfn++)
            mark(pfn, true);
        next_pfn = first + count;
        available -= count;
    }
    spin_unlock(&lock);
    if (on)
        events_on();
    return first ? memset(pfn_to_virt(first), 0, count * PAGE_SIZE) : NULL;
}

void *page_alloc(void)
{
    return pages_alloc(1);
}

void pages_free(void *first, size_t count)
{
    uint64_t pfn = virt_to_pfn(first);
    bool on = events_off();

    spin_lock(&lock);
    for (size_t i = 0; i < count; i++)
        mark(pfn + i, false);
    available += count;
    spin_unlock(&lock);
    if (on)
        events_on();
}

size_t pages_available(void)
{
    return available;
}

/* Makes frames available for the first time, whole words of the bitmap at once. */
static void release(uint64_t from, uint64_t to)
{
    uint64_t pfn = from;

    for (; pfn < to && pfn % 64; pfn++)
        mark(pfn, false);
    for (; pfn + 64 <= to; pfn += 64)
        used[pfn / 64] = 0;
    for (; pfn < to; pfn++)
        mark(pfn, false);
    available += to - from;
    end_pfn = to;
}

/* Maps 2 MiB more of the domain's memory at KERNEL_BASE: one page table, filled and then hung in. */
static void map_more(uint64_t first, uint64_t count)
{
    uint64_t va = (uint64_t)pfn_to_virt(first);
    uint64_t *table = page_alloc();

    if (!table)
        panic("no memory for page tables");
    for (uint64_t i = 0; i < count; i++)
        table[i] = pfn_to_mfn(first + i) << PAGE_SHIFT | PTE_KERNEL;
    pt_make_readonly(table);
    if (pt_write(pt_table(va, 2), va >> 21 & (TABLE_ENTRIES - 1),
                 virt_to_mfn(table) << PAGE_SHIFT | PTE_TABLE))
        panic("cannot map frame %lx", first);
}

void page_init(void)
{
    /* The page tables and the boot stack after them are the last things the builder places. */
    uint64_t first_free =
        virt_to_pfn((void *)start_info->pt_base) + start_info->nr_pt_frames + 1;
    uint64_t last = start_info->nr_pages < MAX_PAGES ? start_info->nr_pages : MAX_PAGES;
    uint64_t mapped = first_free;

    while (mapped < last && pt_lookup((uint64_t)pfn_to_virt(mapped)))
        mapped++;
    memset(used, 0xff, sizeof(used));
    release(first_free, mapped);
    while (mapped < last) {
        uint64_t count = TABLE_ENTRIES - mapped % TABLE_ENTRIES;

        if (count > last - mapped)
            count = last - mapped;
        map_more(mapped, count);
        release(mapped, mapped + count);
        mapped += count;
    }
}
