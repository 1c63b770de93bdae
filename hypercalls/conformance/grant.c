/* grant_table_op: granting, mapping, copying. The domain grants to itself, by its own number. */
#include "harness.h"

#define ENTRY 20 /* the first entry that is played with */

static struct grant_entry_v1 *table;
static domid_t own;
static char *granted, *place, *readonly_grant;
static uint32_t last_handle;

#define CALL(op, count, ...)                                                      \
    ({                                                                            \
        struct gnttab_##op a_ = {__VA_ARGS__};                                    \
        int64_t r_ = grant_table_op(GNTTABOP_##op, &a_, count);                   \
        answer_status(r_, a_.status);                                             \
        a_;                                                                       \
    })
#define ONE(op, name, ...) ASK("grant_table_op/" #op "/" name, CALL(op, 1, __VA_ARGS__))
#define POINTERS(op)                                                              \
    BAD_POINTERS("grant_table_op/" #op, grant_table_op(GNTTABOP_##op, pointer, 1)); \
    CASE("grant_table_op/" #op "/none", grant_table_op(GNTTABOP_##op, NULL, 0));  \
    CASE("grant_table_op/" #op "/too-many", grant_table_op(GNTTABOP_##op, granted, 0x80000000U))

static void grant(unsigned ref, uint16_t flags, domid_t domain, const void *page)
{
    table[ref].flags = 0;
    table[ref].frame = (uint32_t)virt_to_mfn(page);
    table[ref].domid = domain;
    __atomic_store_n(&table[ref].flags, flags, __ATOMIC_RELEASE);
}

static struct gnttab_map_grant_ref map(uint64_t address, uint32_t flags, uint32_t ref, domid_t dom)
{
    struct gnttab_map_grant_ref a = CALL(map_grant_ref, 1, .host_addr = address, .flags = flags,
                                         .ref = ref, .dom = dom);

    last_handle = a.handle;
    return a;
}

static void unmap(uint64_t address, uint64_t bus, uint32_t handle)
{
    CALL(unmap_grant_ref, 1, .host_addr = address, .dev_bus_addr = bus, .handle = handle);
}

#define MAP(name, ...) ASK("grant_table_op/map_grant_ref/" name, map(__VA_ARGS__))
#define UNMAP(name, ...) ASK("grant_table_op/unmap_grant_ref/" name, unmap(__VA_ARGS__))

static void tables(void)
{
    xen_pfn_t frames[70];

    ONE(query_size, "self", .dom = DOMID_SELF);
    ONE(query_size, "own-number", .dom = own);
    ONE(query_size, "domain-0", .dom = 0);
    ONE(query_size, "absent-domain", .dom = 777);
    ONE(query_size, "xen", .dom = DOMID_XEN);
    ONE(query_size, "invalid", .dom = DOMID_INVALID);
    TEXT("grant_table_op/query_size/most", "%u",
         CALL(query_size, 1, .dom = DOMID_SELF).max_nr_frames);
    POINTERS(query_size);
    CASE("grant_table_op/query_size/two", grant_table_op(GNTTABOP_query_size, granted, 2));
    ONE(setup_table, "self", .dom = DOMID_SELF, .nr_frames = 1, .frame_list = frames);
    ONE(setup_table, "own-number", .dom = own, .nr_frames = 1, .frame_list = frames);
    ONE(setup_table, "no-frames", .dom = DOMID_SELF, .nr_frames = 0, .frame_list = frames);
    ONE(setup_table, "five", .dom = DOMID_SELF, .nr_frames = 5, .frame_list = frames);
    ONE(setup_table, "most", .dom = DOMID_SELF, .nr_frames = 64, .frame_list = frames);
    ONE(setup_table, "too-many-frames", .dom = DOMID_SELF, .nr_frames = 65, .frame_list = frames);
    ONE(setup_table, "largest", .dom = DOMID_SELF, .nr_frames = ~0U, .frame_list = frames);
    ONE(setup_table, "domain-0", .dom = 0, .nr_frames = 1, .frame_list = frames);
    ONE(setup_table, "absent-domain", .dom = 777, .nr_frames = 1, .frame_list = frames);
    ONE(setup_table, "list-unmapped", .dom = DOMID_SELF, .nr_frames = 1, .frame_list = (void *)UNMAPPED);
    ONE(setup_table, "list-hypervisors", .dom = DOMID_SELF, .nr_frames = 1, .frame_list = (void *)HYPERVISORS);
    POINTERS(setup_table);
    CASE("grant_table_op/setup_table/two", grant_table_op(GNTTABOP_setup_table, granted, 2));
    ONE(dump_table, "self", .dom = DOMID_SELF);
    ONE(dump_table, "absent-domain", .dom = 777);
}

static void mapping(void)
{
    uint64_t at = (uint64_t)place;

    grant(ENTRY, GTF_permit_access, own, granted);
    grant(ENTRY + 1, GTF_permit_access | GTF_readonly, own, granted);
    grant(ENTRY + 2, GTF_permit_access, 777, granted);
    grant(ENTRY + 3, GTF_accept_transfer, own, granted);
    grant(ENTRY + 4, GTF_transitive, own, granted);
    grant(ENTRY + 5, GTF_permit_access | GTF_sub_page, own, granted);
    grant(ENTRY + 6, GTF_permit_access, own, granted);
    table[ENTRY + 6].frame = ABSENT_MFN;
    grant(ENTRY + 7, GTF_permit_access, own, granted);
    table[ENTRY + 7].frame = FOREIGN_MFN;
    grant(ENTRY + 8, GTF_permit_access, own, (void *)start_info->pt_base);
    MAP("host", at, GNTMAP_host_map, ENTRY, own);
    TEXT("grant_table_op/map_grant_ref/sets-flags", "%x", table[ENTRY].flags);
    YES("grant_table_op/map_grant_ref/shows-page", (granted[5] = 77, place[5] == 77));
    HEX("grant_table_op/map_grant_ref/entry-flags", pt_lookup(at) & ~PTE_FRAME & ~(uint64_t)PTE_DIRTY);
    UNMAP("other-address", at + PAGE_SIZE, 0, last_handle);
    UNMAP("unaligned-address", at + 8, 0, last_handle);
    UNMAP("nothing-named", 0, 0, last_handle);
    UNMAP("bus-address-of-host-map", 0, 0x1000, last_handle);
    UNMAP("host", at, 0, last_handle);
    UNMAP("twice", at, 0, last_handle);
    UNMAP("unused-handle", at, 0, 4000);
    UNMAP("largest-handle", at, 0, ~0U);
    TEXT("grant_table_op/unmap_grant_ref/clears-flags", "%x", table[ENTRY].flags);
    HEX("grant_table_op/unmap_grant_ref/clears-entry", pt_lookup(at));
#define GONE(name, ...) do { MAP(name, __VA_ARGS__); unmap(at, 0, last_handle); } while (0)
    GONE("readonly", at, GNTMAP_host_map | GNTMAP_readonly, ENTRY, own);
    GONE("readonly-of-readonly", at, GNTMAP_host_map | GNTMAP_readonly, ENTRY + 1, own);
    GONE("application", at, GNTMAP_host_map | GNTMAP_application_map, ENTRY, own);
    GONE("available-bits", at, GNTMAP_host_map | 0x70000, ENTRY, own);
    MAP("writable-of-readonly", at, GNTMAP_host_map, ENTRY + 1, own);
    MAP("for-other-domain", at, GNTMAP_host_map, ENTRY + 2, own);
    MAP("transfer-entry", at, GNTMAP_host_map, ENTRY + 3, own);
    MAP("transitive-entry", at, GNTMAP_host_map, ENTRY + 4, own);
    GONE("sub-page-entry", at, GNTMAP_host_map, ENTRY + 5, own);
    MAP("absent-frame", at, GNTMAP_host_map, ENTRY + 6, own);
    MAP("foreign-frame", at, GNTMAP_host_map, ENTRY + 7, own);
    MAP("page-table-writable", at, GNTMAP_host_map, ENTRY + 8, own);
    GONE("page-table-readonly", at, GNTMAP_host_map | GNTMAP_readonly, ENTRY + 8, own);
    MAP("empty-entry", at, GNTMAP_host_map, ENTRY + 100, own);
    MAP("ref-behind-table", at, GNTMAP_host_map, 1000000, own);
    MAP("largest-ref", at, GNTMAP_host_map, ~0U, own);
    MAP("self", at, GNTMAP_host_map, ENTRY, DOMID_SELF);
    MAP("absent-domain", at, GNTMAP_host_map, ENTRY, 777);
    MAP("xen", at, GNTMAP_host_map, ENTRY, DOMID_XEN);
    MAP("invalid-domain", at, GNTMAP_host_map, ENTRY, DOMID_INVALID);
    MAP("no-flags", at, 0, ENTRY, own);
    MAP("readonly-alone", at, GNTMAP_readonly, ENTRY, own);
    MAP("address-unaligned", at + 8, GNTMAP_host_map, ENTRY, own);
    MAP("address-hypervisors", HYPERVISORS, GNTMAP_host_map, ENTRY, own);
    MAP("address-non-canonical", NON_CANONICAL, GNTMAP_host_map, ENTRY, own);
    MAP("address-without-table", UNMAPPED, GNTMAP_host_map, ENTRY, own);
    MAP("contains-entry-unaligned", 0x1004, GNTMAP_host_map | GNTMAP_contains_pte, ENTRY, own);
    MAP("contains-entry-absent", ABSENT_MFN << 12, GNTMAP_host_map | GNTMAP_contains_pte, ENTRY, own);
    MAP("contains-entry-no-table", virt_to_mfn(granted) << 12, GNTMAP_host_map | GNTMAP_contains_pte, ENTRY, own);
    {
        uint64_t *leaf = pt_table(at, 1);
        uint64_t slot = (virt_to_mfn(leaf) << 12) + (at >> 12 & 511) * 8;

        MAP("contains-entry", slot, GNTMAP_host_map | GNTMAP_contains_pte, ENTRY, own);
        UNMAP("contains-entry", slot, 0, last_handle);
    }
    MAP("device", 0, GNTMAP_device_map, ENTRY, own);
    YES("grant_table_op/map_grant_ref/device-bus-address",
        ({ struct gnttab_map_grant_ref m = map(0, GNTMAP_device_map, ENTRY, own);
           unmap(0, m.dev_bus_addr, m.handle); m.dev_bus_addr == virt_to_mfn(granted) << 12; }));
    UNMAP("device-other-address", 0, 0x1000, last_handle - 1);
    UNMAP("device", 0, virt_to_mfn(granted) << 12, last_handle);
    MAP("both", at, GNTMAP_host_map | GNTMAP_device_map, ENTRY, own);
    UNMAP("host-of-both", at, 0, last_handle);
    UNMAP("device-of-both", 0, virt_to_mfn(granted) << 12, last_handle);
    MAP("over-a-page", (uint64_t)new_page(), GNTMAP_host_map, ENTRY, own);
    POINTERS(map_grant_ref);
    POINTERS(unmap_grant_ref);
    CASE("grant_table_op/map_grant_ref/into-gap",
         ({ memset(before_gap(40), 0, 40); grant_table_op(GNTTABOP_map_grant_ref, before_gap(40), 2); }));
    MAP("for-replacing", at, GNTMAP_host_map, ENTRY, own);
    ONE(unmap_and_replace, "bad-handle", .host_addr = at, .new_addr = (uint64_t)new_page(), .handle = 4000);
    ONE(unmap_and_replace, "other-address", .host_addr = at + PAGE_SIZE, .new_addr = (uint64_t)new_page(), .handle = last_handle);
    ONE(unmap_and_replace, "new-unmapped", .host_addr = at, .new_addr = UNMAPPED, .handle = last_handle);
    ONE(unmap_and_replace, "new-hypervisors", .host_addr = at, .new_addr = HYPERVISORS, .handle = last_handle);
    ONE(unmap_and_replace, "plain", .host_addr = at, .new_addr = (uint64_t)new_page(), .handle = last_handle);
    YES("grant_table_op/unmap_and_replace/moved", pt_lookup(at) & PTE_PRESENT);
    ONE(unmap_and_replace, "twice", .host_addr = at, .new_addr = (uint64_t)new_page(), .handle = last_handle);
    POINTERS(unmap_and_replace);
}

static void copying(void)
{
    uint64_t mfn = virt_to_mfn(readonly_grant);

    grant(ENTRY, GTF_permit_access, own, granted);
    grant(ENTRY + 1, GTF_permit_access | GTF_readonly, own, readonly_grant);
#define COPY(name, ...) ONE(copy, name, __VA_ARGS__)
#define FROM_REF(r, d, o) .source = {.u.ref = r, .domid = d, .offset = o}
#define TO_REF(r, d, o) .dest = {.u.ref = r, .domid = d, .offset = o}
#define FROM(m, o) .source = {.u.gmfn = m, .domid = DOMID_SELF, .offset = o}
#define TO(m, o) .dest = {.u.gmfn = m, .domid = DOMID_SELF, .offset = o}
    COPY("from-ref", FROM_REF(ENTRY, own, 0), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("to-ref", FROM(mfn, 0), TO_REF(ENTRY, own, 0), .len = 16, .flags = GNTCOPY_dest_gref);
    COPY("both-refs", FROM_REF(ENTRY + 1, own, 0), TO_REF(ENTRY, own, 0), .len = 16, .flags = 3);
    COPY("no-refs", FROM(mfn, 0), TO(mfn, 64), .len = 16);
    COPY("whole-page", FROM_REF(ENTRY, own, 0), TO(mfn, 0), .len = 4096, .flags = GNTCOPY_source_gref);
    COPY("nothing", FROM_REF(ENTRY, own, 0), TO(mfn, 0), .len = 0, .flags = GNTCOPY_source_gref);
    COPY("source-too-long", FROM_REF(ENTRY, own, 1), TO(mfn, 0), .len = 4096, .flags = GNTCOPY_source_gref);
    COPY("destination-too-long", FROM_REF(ENTRY, own, 0), TO(mfn, 4090), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("offset-outside", FROM_REF(ENTRY, own, 4096), TO(mfn, 0), .len = 0, .flags = GNTCOPY_source_gref);
    COPY("largest-length", FROM_REF(ENTRY, own, 0), TO(mfn, 0), .len = 0xffff, .flags = GNTCOPY_source_gref);
    COPY("to-readonly-ref", FROM(mfn, 0), TO_REF(ENTRY + 1, own, 0), .len = 16, .flags = GNTCOPY_dest_gref);
    COPY("for-other-domain", FROM_REF(ENTRY + 2, own, 0), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("empty-entry", FROM_REF(ENTRY + 100, own, 0), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("largest-ref", FROM_REF(~0U, own, 0), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("ref-of-self", FROM_REF(ENTRY, DOMID_SELF, 0), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("absent-domain", FROM_REF(ENTRY, 777, 0), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("frame-of-absent-domain", .source = {.u.gmfn = mfn, .domid = 777}, TO(mfn, 64), .len = 16);
    COPY("frame-by-own-number", .source = {.u.gmfn = mfn, .domid = own}, TO(mfn, 64), .len = 16);
    COPY("foreign-frame", FROM(FOREIGN_MFN, 0), TO(mfn, 0), .len = 16);
    COPY("absent-frame", FROM(ABSENT_MFN, 0), TO(mfn, 0), .len = 16);
    COPY("invalid-frame", FROM(INVALID_MFN, 0), TO(mfn, 0), .len = 16);
    COPY("to-foreign-frame", FROM(mfn, 0), TO(FOREIGN_MFN, 0), .len = 16);
    COPY("to-page-table", FROM(mfn, 0), TO(virt_to_mfn((void *)start_info->pt_base), 0), .len = 16);
    COPY("from-page-table", FROM(virt_to_mfn((void *)start_info->pt_base), 0), TO(mfn, 0), .len = 16);
    COPY("unknown-flags", FROM(mfn, 0), TO(mfn, 64), .len = 16, .flags = 0xff00);
    YES("grant_table_op/copy/bytes", ({ memset(granted, 7, 64); memset(readonly_grant, 0, 64);
        CALL(copy, 1, FROM_REF(ENTRY, own, 3), TO(mfn, 8), .len = 5, .flags = GNTCOPY_source_gref);
        readonly_grant[7] == 0 && readonly_grant[8] == 7 && readonly_grant[12] == 7 && readonly_grant[13] == 0; }));
    POINTERS(copy);
}

static void others(void)
{
    struct gnttab_transfer transfer = {.mfn = virt_to_mfn(new_page()), .domid = 777};
    struct gnttab_set_version version;
    struct gnttab_get_version get;
    static uint64_t frames[8];

    ONE(transfer, "absent-domain", .mfn = transfer.mfn, .domid = 777, .ref = ENTRY);
    ONE(transfer, "own-number", .mfn = transfer.mfn, .domid = own, .ref = ENTRY);
    ONE(transfer, "foreign-frame", .mfn = FOREIGN_MFN, .domid = 0, .ref = ENTRY);
    ONE(transfer, "absent-frame", .mfn = ABSENT_MFN, .domid = 0, .ref = ENTRY);
    POINTERS(transfer);
#define VERSION(name, v)                                                                     \
    TEXT("grant_table_op/set_version/" name, "%ld version %u",                               \
         (version.version = v, grant_table_op(GNTTABOP_set_version, &version, 1)), version.version)
#define GET(name, domain)                                                                    \
    TEXT("grant_table_op/get_version/" name, "%ld version %u",                               \
         ({ get = (struct gnttab_get_version){.dom = domain};                                \
            grant_table_op(GNTTABOP_get_version, &get, 1); }), get.version)
    GET("self", DOMID_SELF);
    GET("own-number", own);
    GET("absent-domain", 777);
    if (!is_dom0())
        GET("domain-0", 0);
    POINTERS(get_version);
    ONE(get_status_frames, "version-1", .nr_frames = 1, .dom = DOMID_SELF, .frame_list = frames);
    ONE(get_status_frames, "absent-domain", .nr_frames = 1, .dom = 777, .frame_list = frames);
    POINTERS(get_status_frames);
    VERSION("0", 0);
    VERSION("3", 3);
    VERSION("1-again", 1);
    BAD_POINTERS("grant_table_op/set_version", grant_table_op(GNTTABOP_set_version, pointer, 1));
    ONE(swap_grant_ref, "two", .ref_a = ENTRY, .ref_b = ENTRY + 1);
    YES("grant_table_op/swap_grant_ref/swapped", table[ENTRY].flags & GTF_readonly);
    ONE(swap_grant_ref, "same", .ref_a = ENTRY, .ref_b = ENTRY);
    ONE(swap_grant_ref, "behind-table", .ref_a = ENTRY, .ref_b = 10000000);
    ONE(swap_grant_ref, "largest", .ref_a = ~0U, .ref_b = ENTRY);
    ONE(swap_grant_ref, "reserved", .ref_a = 2, .ref_b = ENTRY);
    ONE(swap_grant_ref, "reserved-back", .ref_a = 2, .ref_b = ENTRY);
    POINTERS(swap_grant_ref);
#define FLUSH(name, ...)                                                                     \
    CASE("grant_table_op/cache_flush/" name,                                                 \
         grant_table_op(GNTTABOP_cache_flush, &(struct gnttab_cache_flush){__VA_ARGS__}, 1))
    uint64_t bus = virt_to_mfn(granted) << 12;
    FLUSH("clean", .a.dev_bus_addr = bus, .length = 64, .op = 1);
    FLUSH("invalidate", .a.dev_bus_addr = bus, .length = 64, .op = 2);
    FLUSH("both", .a.dev_bus_addr = bus, .length = 64, .op = 3);
    FLUSH("nothing", .a.dev_bus_addr = bus, .length = 64, .op = 0);
    FLUSH("no-length", .a.dev_bus_addr = bus, .length = 0, .op = 1);
    FLUSH("too-long", .a.dev_bus_addr = bus, .offset = 4000, .length = 200, .op = 1);
    FLUSH("unknown-operation", .a.dev_bus_addr = bus, .length = 64, .op = 4);
    FLUSH("by-ref", .a.ref = ENTRY, .length = 64, .op = 0x80000001U);
    FLUSH("foreign", .a.dev_bus_addr = FOREIGN_MFN << 12, .length = 64, .op = 1);
    FLUSH("absent", .a.dev_bus_addr = ABSENT_MFN << 12, .length = 64, .op = 1);
    BAD_POINTERS("grant_table_op/cache_flush", grant_table_op(GNTTABOP_cache_flush, pointer, 1));
    CASE("grant_table_op/unknown-13", grant_table_op(13, granted, 1));
    CASE("grant_table_op/unknown-13-none", grant_table_op(13, NULL, 0));
    CASE("grant_table_op/unknown-99", grant_table_op(99, granted, 1));
    CASE("grant_table_op/unknown-largest", grant_table_op(~0U, granted, 1));
    CASE("grant_table_op/high-bits", grant_table_op(0x10000, granted, 1));
    /* Version 2, last: the table is another one then. */
    VERSION("2", 2);
    GET("self-version-2", DOMID_SELF);
    ONE(get_status_frames, "version-2", .nr_frames = 1, .dom = DOMID_SELF, .frame_list = frames);
    ONE(get_status_frames, "no-frames", .nr_frames = 0, .dom = DOMID_SELF, .frame_list = frames);
    ONE(get_status_frames, "too-many-frames", .nr_frames = 1000, .dom = DOMID_SELF, .frame_list = frames);
    ONE(get_status_frames, "list-unmapped", .nr_frames = 1, .dom = DOMID_SELF, .frame_list = (void *)UNMAPPED);
    union grant_entry_v2 *entries = (union grant_entry_v2 *)table;
    memset(entries + 100, 0, 10 * sizeof(*entries));
    entries[100].full_page.frame = virt_to_mfn(granted);
    entries[100].hdr.domid = own;
    entries[100].hdr.flags = GTF_permit_access;
    entries[101].sub_page.frame = virt_to_mfn(granted);
    entries[101].sub_page.page_off = 100;
    entries[101].sub_page.length = 50;
    entries[101].hdr.domid = own;
    entries[101].hdr.flags = GTF_permit_access | GTF_sub_page;
    uint64_t mfn = virt_to_mfn(readonly_grant);
    MAP("version-2", (uint64_t)place, GNTMAP_host_map, 100, own);
    UNMAP("version-2", (uint64_t)place, 0, last_handle);
    MAP("version-2-sub-page", (uint64_t)place, GNTMAP_host_map, 101, own);
    COPY("version-2", FROM_REF(100, own, 0), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("sub-page-inside", FROM_REF(101, own, 110), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("sub-page-before", FROM_REF(101, own, 90), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    COPY("sub-page-behind", FROM_REF(101, own, 140), TO(mfn, 0), .len = 16, .flags = GNTCOPY_source_gref);
    VERSION("back-to-1", 1);
}

void family(void)
{
    xen_pfn_t frames[2];
    struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 2, .frame_list = frames};

    own = own_domid();
    granted = new_page();
    readonly_grant = new_page();
    place = pages_alloc(2);
    grant_table_op(GNTTABOP_setup_table, &setup, 1);
    table = pt_map_frames(frames, 2, PTE_KERNEL);
    if (!table || !place || pt_unmap((uint64_t)place))
        panic("no grant table");
    tables();
    mapping();
    copying();
    others();
}
