/* memory_op: getting, giving back and describing memory. */
#include "harness.h"

static xen_pfn_t list[600];

static int64_t op(uint64_t command, void *argument)
{
    return HC(memory_op, command, argument);
}

#define CALL(command, type, ...) op(command, &(struct type){__VA_ARGS__})
#define ONE(name, command, type, ...) CASE("memory_op/" name, CALL(command, type, __VA_ARGS__))
#define POINTERS(name, command) BAD_POINTERS("memory_op/" name, op(command, pointer))

/* The frames of `count` pages that are mapped nowhere any more, in `list`. */
static void unmapped_frames(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        void *page = new_page();

        list[i] = virt_to_mfn(page);
        pt_unmap((uint64_t)page);
    }
}

static int64_t take(unsigned count, uint32_t order, domid_t domain)
{
    return CALL(XENMEM_decrease_reservation, xen_memory_reservation, .extent_start = list,
                .nr_extents = count, .extent_order = order, .domid = domain);
}

static int64_t populate(uint64_t pfn, unsigned count, uint32_t order)
{
    for (unsigned i = 0; i < count; i++)
        list[i] = pfn + (uint64_t)i * (1UL << order);
    return CALL(XENMEM_populate_physmap, xen_memory_reservation, .extent_start = list,
                .nr_extents = count, .extent_order = order, .domid = DOMID_SELF);
}

static void reservations(void)
{
    static const struct { const char *name; uint32_t number; } all[] = {
        {"increase_reservation", 0}, {"decrease_reservation", 1}, {"populate_physmap", 6}};
    char name[80];

    for (volatile unsigned i = 0; i < 3; i++) {
#define EACH(what, ...)                                                                    \
    snprintf(name, sizeof(name), "memory_op/%s/" what, all[i].name);                       \
    CASE(name, ({ list[0] = ABSENT_MFN; CALL(all[i].number, xen_memory_reservation, __VA_ARGS__); }))
        EACH("none", .extent_start = list, .domid = DOMID_SELF);
        EACH("absent-domain", .extent_start = list, .nr_extents = 1, .domid = 777);
        EACH("xen", .extent_start = list, .nr_extents = 1, .domid = DOMID_XEN);
        EACH("io", .extent_start = list, .nr_extents = 1, .domid = DOMID_IO);
        EACH("invalid", .extent_start = list, .nr_extents = 1, .domid = DOMID_INVALID);
        EACH("most-extents", .extent_start = list, .nr_extents = ~0UL, .domid = DOMID_SELF);
        EACH("order-too-large", .extent_start = list, .nr_extents = 1, .extent_order = 40, .domid = DOMID_SELF);
        EACH("order-largest", .extent_start = list, .nr_extents = 1, .extent_order = ~0U, .domid = DOMID_SELF);
        EACH("list-unmapped", .extent_start = (void *)UNMAPPED, .nr_extents = 1, .domid = DOMID_SELF);
        EACH("list-hypervisors", .extent_start = (void *)HYPERVISORS, .nr_extents = 1, .domid = DOMID_SELF);
        EACH("list-non-canonical", .extent_start = (void *)NON_CANONICAL, .nr_extents = 1, .domid = DOMID_SELF);
        if (!is_dom0()) {
            EACH("domain-0", .extent_start = list, .nr_extents = 1, .domid = 0);
        }
        snprintf(name, sizeof(name), "memory_op/%s/start-behind-end", all[i].name);
        CASE(name, CALL(all[i].number | 5 << 6, xen_memory_reservation, .extent_start = list,
                        .nr_extents = 1, .domid = DOMID_SELF));
        static const struct { const char *name; uint64_t address; } bad[] = {
            {"null", 0}, {"unmapped", UNMAPPED}, {"hypervisors", HYPERVISORS}, {"non-canonical", NON_CANONICAL}};
        for (volatile unsigned j = 0; j < 4; j++) {
            snprintf(name, sizeof(name), "memory_op/%s/%s", all[i].name, bad[j].name);
            CASE(name, op(all[i].number, (void *)bad[j].address));
        }
    }
    /* The domain has all it may have: only what it gives back it can get again. */
    CASE("memory_op/decrease_reservation/foreign", (list[0] = FOREIGN_MFN, take(1, 0, DOMID_SELF)));
    CASE("memory_op/decrease_reservation/invalid-frame", (list[0] = INVALID_MFN, take(1, 0, DOMID_SELF)));
    CASE("memory_op/decrease_reservation/unmapped-page", (unmapped_frames(1), take(1, 0, DOMID_SELF)));
    CASE("memory_op/decrease_reservation/gone-already", take(1, 0, DOMID_SELF));
    CASE("memory_op/decrease_reservation/own-number", (unmapped_frames(1), take(1, 0, own_domid())));
    CASE("memory_op/decrease_reservation/three", (unmapped_frames(3), take(3, 0, DOMID_SELF)));
    CASE("memory_op/decrease_reservation/second-foreign",
         (unmapped_frames(3), list[1] = FOREIGN_MFN, take(3, 0, DOMID_SELF)));
    CASE("memory_op/decrease_reservation/mapped-page",
         ({ char *page = new_page(); list[0] = virt_to_mfn(page); take(1, 0, DOMID_SELF); }));
    CASE("memory_op/decrease_reservation/page-table",
         ({ char *page = new_table(); list[0] = virt_to_mfn(page); take(1, 0, DOMID_SELF); }));
    TEXT("memory_op/decrease_reservation/machphys-entry", "%lx",
         ({ unmapped_frames(1); xen_pfn_t mfn = list[0]; take(1, 0, DOMID_SELF); mfn_to_pfn(mfn); }));
    uint64_t pfn = start_info->nr_pages;
    CASE("memory_op/populate_physmap/one", populate(pfn, 1, 0));
    YES("memory_op/populate_physmap/machphys-entry", (populate(pfn + 1, 1, 0), mfn_to_pfn(list[0]) == pfn + 1));
    CASE("memory_op/populate_physmap/two", populate(pfn + 2, 2, 0));
    CASE("memory_op/populate_physmap/last-pfn", populate(~0UL, 1, 0));
    CASE("memory_op/populate_physmap/list-readonly",
         CALL(XENMEM_populate_physmap, xen_memory_reservation, .extent_start = (void *)readonly_page, .nr_extents = 1, .domid = DOMID_SELF));
    CASE("memory_op/increase_reservation/one",
         CALL(XENMEM_increase_reservation, xen_memory_reservation, .extent_start = list, .nr_extents = 1, .domid = DOMID_SELF));
    CASE("memory_op/increase_reservation/no-list",
         CALL(XENMEM_increase_reservation, xen_memory_reservation, .nr_extents = 1, .domid = DOMID_SELF));
    CASE("memory_op/increase_reservation/more-than-allowed",
         CALL(XENMEM_increase_reservation, xen_memory_reservation, .extent_start = list, .nr_extents = 500, .domid = DOMID_SELF));
    CASE("memory_op/increase_reservation/10-address-bits",
         CALL(XENMEM_increase_reservation, xen_memory_reservation, .extent_start = list, .nr_extents = 1, .mem_flags = 10, .domid = DOMID_SELF));
}

static void describing(void)
{
    static struct { uint8_t bytes[20 * 16]; } map;
    struct xen_memory_map ask = {.nr_entries = 16, .buffer = &map};
    struct xen_machphys_mapping mapping;

    YES("memory_op/maximum_ram_page/plausible", op(XENMEM_maximum_ram_page, NULL) > (int64_t)virt_to_mfn(&map));
    YES("memory_op/maximum_ram_page/argument-ignored", op(XENMEM_maximum_ram_page, (void *)UNMAPPED) > 0);
#define OF_DOMAIN(name, number)                                                        \
    YES("memory_op/" name "/self", CALL(number, xen_memory_domain, DOMID_SELF) > 0);   \
    YES("memory_op/" name "/own-number", CALL(number, xen_memory_domain, own_domid()) > 0); \
    ONE(name "/absent-domain", number, xen_memory_domain, 777);                        \
    ONE(name "/xen", number, xen_memory_domain, DOMID_XEN);                            \
    ONE(name "/invalid", number, xen_memory_domain, DOMID_INVALID);                    \
    if (!is_dom0())                                                                    \
        ONE(name "/domain-0", number, xen_memory_domain, 0);                           \
    POINTERS(name, number)
    OF_DOMAIN("current_reservation", XENMEM_current_reservation);
    OF_DOMAIN("maximum_reservation", XENMEM_maximum_reservation);
    shared_info->arch.max_pfn = 4711;
    OF_DOMAIN("maximum_gpfn", XENMEM_maximum_gpfn);
    CASE("memory_op/maximum_gpfn/follows-shared-info", CALL(XENMEM_maximum_gpfn, xen_memory_domain, DOMID_SELF));
    shared_info->arch.max_pfn = 0;
    YES("memory_op/current_reservation/number-of-pages",
        CALL(XENMEM_current_reservation, xen_memory_domain, DOMID_SELF) <= (int64_t)start_info->nr_pages + 32);
    CASE("memory_op/machphys_mapping/plain", op(XENMEM_machphys_mapping, &mapping));
    HEX("memory_op/machphys_mapping/start", mapping.v_start);
    HEX("memory_op/machphys_mapping/end", mapping.v_end);
    if (!is_dom0())
        HEX("memory_op/machphys_mapping/max-mfn", mapping.max_mfn);
    POINTERS("machphys_mapping", XENMEM_machphys_mapping);
    CASE("memory_op/machphys_mapping/readonly", op(XENMEM_machphys_mapping, readonly_page));
    ONE("machphys_mfn_list/plain", XENMEM_machphys_mfn_list, xen_machphys_mfn_list, .max_extents = 1, .extent_start = list);
    ONE("machphys_mfn_list/none", XENMEM_machphys_mfn_list, xen_machphys_mfn_list, .max_extents = 0, .extent_start = list);
    ONE("machphys_mfn_list/list-unmapped", XENMEM_machphys_mfn_list, xen_machphys_mfn_list, .max_extents = 1, .extent_start = (void *)UNMAPPED);
    POINTERS("machphys_mfn_list", XENMEM_machphys_mfn_list);
    CASE("memory_op/machphys_compat_mfn_list/plain", CALL(XENMEM_machphys_compat_mfn_list, xen_machphys_mfn_list, .max_extents = 1, .extent_start = list));
    CASE("memory_op/memory_map/plain", op(XENMEM_memory_map, &ask));
    TEXT("memory_op/memory_map/entries", "%u", ask.nr_entries);
    ONE("memory_map/no-room", XENMEM_memory_map, xen_memory_map, 0, &map);
    ONE("memory_map/buffer-unmapped", XENMEM_memory_map, xen_memory_map, 16, (void *)UNMAPPED);
    ONE("memory_map/buffer-hypervisors", XENMEM_memory_map, xen_memory_map, 16, (void *)HYPERVISORS);
    POINTERS("memory_map", XENMEM_memory_map);
    if (!is_dom0())
        ONE("machine_memory_map/plain", XENMEM_machine_memory_map, xen_memory_map, 16, &map);
    POINTERS("machine_memory_map", XENMEM_machine_memory_map);
    ONE("set_memory_map/absent-domain", XENMEM_set_memory_map, xen_foreign_memory_map, .domid = 777);
    ONE("set_memory_map/too-many", XENMEM_set_memory_map, xen_foreign_memory_map, .domid = DOMID_SELF, .map.nr_entries = 10000, .map.buffer = &map);
    ONE("set_memory_map/buffer-unmapped", XENMEM_set_memory_map, xen_foreign_memory_map, .domid = DOMID_SELF, .map.nr_entries = 1, .map.buffer = (void *)UNMAPPED);
    POINTERS("set_memory_map", XENMEM_set_memory_map);
}

static void exchange(void)
{
    xen_pfn_t in[2], out[2];
    struct xen_memory_exchange swap;

#define SWAP(name, ...)                                                                           \
    TEXT("memory_op/exchange/" name, "%ld done %lu", ({                                           \
             unmapped_frames(2); in[0] = list[0]; in[1] = list[1];                                \
             out[0] = start_info->nr_pages + 10; out[1] = out[0] + 1;                             \
             swap = (struct xen_memory_exchange){                                                 \
                 .in = {.extent_start = in, .nr_extents = 2, .domid = DOMID_SELF},                \
                 .out = {.extent_start = out, .nr_extents = 2, .domid = DOMID_SELF}};             \
             __VA_ARGS__; op(XENMEM_exchange, &swap); }), swap.nr_exchanged)
    SWAP("two", (void)0);
    SWAP("none", swap.in.nr_extents = swap.out.nr_extents = 0);
    SWAP("sizes-differ", swap.out.nr_extents = 1);
    SWAP("all-done", swap.nr_exchanged = 2);
    SWAP("more-done-than-there", swap.nr_exchanged = 3);
    SWAP("other-domains", swap.out.domid = 777);
    SWAP("absent-domain", swap.in.domid = swap.out.domid = 777);
    SWAP("order-too-large", swap.in.extent_order = swap.out.extent_order = 30);
    SWAP("in-unmapped", swap.in.extent_start = (void *)UNMAPPED);
    SWAP("out-unmapped", swap.out.extent_start = (void *)UNMAPPED);
    SWAP("out-hypervisors", swap.out.extent_start = (void *)HYPERVISORS);
    SWAP("in-foreign", in[0] = FOREIGN_MFN);
    SWAP("in-invalid", in[1] = INVALID_MFN);
    POINTERS("exchange", XENMEM_exchange);
}

static void others(void)
{
    ONE("add_to_physmap/shared-info", XENMEM_add_to_physmap, xen_add_to_physmap, .domid = DOMID_SELF, .space = XENMAPSPACE_shared_info);
    ONE("add_to_physmap/grant-table", XENMEM_add_to_physmap, xen_add_to_physmap, .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table);
    ONE("add_to_physmap/frame", XENMEM_add_to_physmap, xen_add_to_physmap, .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn);
    ONE("add_to_physmap/foreign", XENMEM_add_to_physmap, xen_add_to_physmap, .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign);
    ONE("add_to_physmap/unknown-space", XENMEM_add_to_physmap, xen_add_to_physmap, .domid = DOMID_SELF, .space = 99);
    ONE("add_to_physmap/absent-domain", XENMEM_add_to_physmap, xen_add_to_physmap, .domid = 777);
    POINTERS("add_to_physmap", XENMEM_add_to_physmap);
    ONE("add_to_physmap_batch/none", XENMEM_add_to_physmap_batch, xen_add_to_physmap_batch, .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn);
    ONE("add_to_physmap_batch/absent-domain", XENMEM_add_to_physmap_batch, xen_add_to_physmap_batch, .domid = 777);
    POINTERS("add_to_physmap_batch", XENMEM_add_to_physmap_batch);
    ONE("remove_from_physmap/self", XENMEM_remove_from_physmap, xen_remove_from_physmap, .domid = DOMID_SELF, .gpfn = virt_to_mfn(list));
    ONE("remove_from_physmap/absent-domain", XENMEM_remove_from_physmap, xen_remove_from_physmap, .domid = 777);
    POINTERS("remove_from_physmap", XENMEM_remove_from_physmap);
    ONE("set_pod_target/self", XENMEM_set_pod_target, xen_pod_target, .domid = DOMID_SELF);
    ONE("set_pod_target/absent-domain", XENMEM_set_pod_target, xen_pod_target, .domid = 777);
    POINTERS("set_pod_target", XENMEM_set_pod_target);
    ONE("get_pod_target/self", XENMEM_get_pod_target, xen_pod_target, .domid = DOMID_SELF);
    ONE("get_pod_target/absent-domain", XENMEM_get_pod_target, xen_pod_target, .domid = 777);
    POINTERS("get_pod_target", XENMEM_get_pod_target);
    CASE("memory_op/get_sharing_freed_pages/null", op(XENMEM_get_sharing_freed_pages, NULL));
    CASE("memory_op/get_sharing_shared_pages/null", op(XENMEM_get_sharing_shared_pages, NULL));
    static uint64_t zeros[16];
    CASE("memory_op/paging_op/zeros", op(XENMEM_paging_op, zeros));
    CASE("memory_op/access_op/zeros", op(XENMEM_access_op, zeros));
    CASE("memory_op/sharing_op/zeros", op(XENMEM_sharing_op, zeros));
    POINTERS("paging_op", XENMEM_paging_op);
    POINTERS("access_op", XENMEM_access_op);
    POINTERS("sharing_op", XENMEM_sharing_op);
    if (!is_dom0()) {
        ONE("claim_pages/self", XENMEM_claim_pages, xen_memory_reservation, .nr_extents = 1, .domid = DOMID_SELF);
        ONE("claim_pages/domain-0", XENMEM_claim_pages, xen_memory_reservation, .nr_extents = 1, .domid = 0);
    }
    ONE("claim_pages/order", XENMEM_claim_pages, xen_memory_reservation, .nr_extents = 1, .extent_order = 1, .domid = DOMID_SELF);
    ONE("claim_pages/list", XENMEM_claim_pages, xen_memory_reservation, .extent_start = list, .nr_extents = 1, .domid = DOMID_SELF);
    ONE("claim_pages/absent-domain", XENMEM_claim_pages, xen_memory_reservation, .nr_extents = 1, .domid = 777);
    POINTERS("claim_pages", XENMEM_claim_pages);
    ONE("get_vnumainfo/self", XENMEM_get_vnumainfo, xen_vnuma_topology_info, .domid = DOMID_SELF);
    ONE("get_vnumainfo/padding", XENMEM_get_vnumainfo, xen_vnuma_topology_info, .domid = DOMID_SELF, .pad = 1);
    ONE("get_vnumainfo/absent-domain", XENMEM_get_vnumainfo, xen_vnuma_topology_info, .domid = 777);
    POINTERS("get_vnumainfo", XENMEM_get_vnumainfo);
    POINTERS("reserved_device_memory_map", XENMEM_reserved_device_memory_map);
    ONE("acquire_resource/self", XENMEM_acquire_resource, xen_mem_acquire_resource, .domid = DOMID_SELF, .type = 1, .nr_frames = 1, .frame_list = list);
    ONE("acquire_resource/own-number", XENMEM_acquire_resource, xen_mem_acquire_resource, .domid = own_domid(), .type = 1, .nr_frames = 1, .frame_list = list);
    ONE("acquire_resource/absent-domain", XENMEM_acquire_resource, xen_mem_acquire_resource, .domid = 777, .type = 1, .nr_frames = 1, .frame_list = list);
    ONE("acquire_resource/padding", XENMEM_acquire_resource, xen_mem_acquire_resource, .domid = DOMID_SELF, .type = 1, .nr_frames = 1, .pad = 1, .frame_list = list);
    ONE("acquire_resource/unknown-type", XENMEM_acquire_resource, xen_mem_acquire_resource, .domid = DOMID_SELF, .type = 99, .nr_frames = 1, .frame_list = list);
    POINTERS("acquire_resource", XENMEM_acquire_resource);
    CASE("memory_op/unknown-8", op(8, zeros));
    CASE("memory_op/unknown-29", op(29, zeros));
    CASE("memory_op/unknown-63", op(63, zeros));
    CASE("memory_op/unknown-largest", op(~0UL, zeros));
    CASE("memory_op/start-without-list", op(XENMEM_maximum_ram_page | 1 << 6, NULL) > 0);
    CASE("memory_op/start-current-reservation", CALL(XENMEM_current_reservation | 1 << 6, xen_memory_domain, DOMID_SELF));
}

void family(void)
{
    describing();
    reservations();
    exchange();
    others();
}
