/* Grant tables, version 1: 512 entries of 8 bytes in each frame. */
#include <zendo/zendo.h>

#define FRAMES 4
#define ENTRIES (FRAMES * PAGE_SIZE / sizeof(struct grant_entry_v1))

static struct grant_entry_v1 *table;
static grant_ref_t next = GNTTAB_NR_RESERVED_ENTRIES;

void grant_init(void)
{
    uint64_t frames[FRAMES];
    struct gnttab_setup_table setup = {
        .dom = DOMID_SELF, .nr_frames = FRAMES, .frame_list = frames};

    if (grant_table_op(GNTTABOP_setup_table, &setup, 1) || setup.status != GNTST_okay)
        panic("no grant table: status %d", setup.status);
    table = pt_map_frames(frames, FRAMES, PTE_KERNEL);
    if (!table)
        panic("cannot map the grant table");
}

static int free_entry(void)
{
    for (size_t tries = 0; tries < ENTRIES; tries++) {
        grant_ref_t reference = next++;

        if (next == ENTRIES)
            next = GNTTAB_NR_RESERVED_ENTRIES;
        if (table[reference].flags == GTF_invalid)
            return (int)reference;
    }
    return -ENOSPC;
}

int grant_access(domid_t domain, const void *page, bool readonly)
{
    int reference = free_entry();
    uint16_t flags = readonly ? GTF_permit_access | GTF_readonly : GTF_permit_access;

    if (reference < 0)
        return reference;
    table[reference].frame = (uint32_t)virt_to_mfn(page);
    table[reference].domid = domain;
    __atomic_store_n(&table[reference].flags, flags, __ATOMIC_RELEASE);
    return reference;
}

bool grant_end(grant_ref_t reference)
{
    uint16_t flags = __atomic_load_n(&table[reference].flags, __ATOMIC_ACQUIRE);

    do {
        if (flags & (GTF_reading | GTF_writing))
            return false;
    } while (!__atomic_compare_exchange_n(&table[reference].flags, &flags, GTF_invalid, false,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return true;
}

void *grant_map(domid_t domain, grant_ref_t reference, bool readonly, uint32_t *handle)
{
    struct gnttab_map_grant_ref map = {.ref = reference, .dom = domain, .flags = GNTMAP_host_map};
    void *page = page_alloc();

    /* The mapping takes the place of a page of ours: the tables above it exist. */
    if (!page || pt_unmap((uint64_t)page))
        return NULL;
    map.host_addr = (uint64_t)page;
    if (readonly)
        map.flags |= GNTMAP_readonly;
    if (grant_table_op(GNTTABOP_map_grant_ref, &map, 1) || map.status != GNTST_okay) {
        pt_map((uint64_t)page, virt_to_mfn(page), PTE_KERNEL);
        pages_free(page, 1);
        return NULL;
    }
    *handle = map.handle;
    return page;
}

bool grant_unmap(void *page, uint32_t handle)
{
    struct gnttab_unmap_grant_ref unmap = {.host_addr = (uint64_t)page, .handle = handle};

    if (grant_table_op(GNTTABOP_unmap_grant_ref, &unmap, 1) || unmap.status != GNTST_okay)
        return false;
    pt_map((uint64_t)page, virt_to_mfn(page), PTE_KERNEL);
    pages_free(page, 1);
    return true;
}

int grant_copy_from(domid_t domain, grant_ref_t reference, uint16_t offset, void *to,
                    uint16_t length)
{
    struct gnttab_copy copy = {.len = length, .flags = GNTCOPY_source_gref};

    copy.source.u.ref = reference;
    copy.source.domid = domain;
    copy.source.offset = offset;
    copy.dest.u.gmfn = virt_to_mfn(to);
    copy.dest.domid = DOMID_SELF;
    copy.dest.offset = (uint16_t)((uint64_t)to % PAGE_SIZE);
    return grant_table_op(GNTTABOP_copy, &copy, 1) ? GNTST_general_error : copy.status;
}

int grant_copy_to(domid_t domain, grant_ref_t reference, uint16_t offset, const void *from,
                  uint16_t length)
{
    struct gnttab_copy copy = {.len = length, .flags = GNTCOPY_dest_gref};

    copy.source.u.gmfn = virt_to_mfn(from);
    copy.source.domid = DOMID_SELF;
    copy.source.offset = (uint16_t)((uint64_t)from % PAGE_SIZE);
    copy.dest.u.ref = reference;
    copy.dest.domid = domain;
    copy.dest.offset = offset;
    return grant_table_op(GNTTABOP_copy, &copy, 1) ? GNTST_general_error : copy.status;
}
