/* physdev_op and its old form: interrupts and devices, of which a domU owns none. */
#include "harness.h"

static int64_t op(uint32_t command, void *argument)
{
    return HC(physdev_op, command, argument);
}

#define OP(name, number, type, ...)                                     \
    CASE("physdev_op/" name, op(number, &(struct type){__VA_ARGS__}))

static void privileges(void)
{
    static uint8_t bitmap[8192];
    char name[48];

    for (volatile unsigned level = 0; level < 5; level++) {
        snprintf(name, sizeof(name), "physdev_op/set_iopl/level-%u", level);
        CASE(name, op(PHYSDEVOP_set_iopl, &(struct physdev_set_iopl){level}));
    }
    OP("set_iopl/largest", PHYSDEVOP_set_iopl, physdev_set_iopl, ~0U);
    OP("set_iopl/back", PHYSDEVOP_set_iopl, physdev_set_iopl, 0);
    BAD_POINTERS("physdev_op/set_iopl", op(PHYSDEVOP_set_iopl, pointer));
    OP("set_iobitmap/whole", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, bitmap, 65536);
    OP("set_iobitmap/part", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, bitmap, 9);
    OP("set_iobitmap/too-many", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, bitmap, 65537);
    OP("set_iobitmap/most", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, bitmap, ~0U);
    OP("set_iobitmap/bitmap-unmapped", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, (void *)UNMAPPED, 8);
    OP("set_iobitmap/bitmap-hypervisors", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, (void *)HYPERVISORS, 8);
    OP("set_iobitmap/bitmap-non-canonical", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, (void *)NON_CANONICAL, 8);
    OP("set_iobitmap/none", PHYSDEVOP_set_iobitmap, physdev_set_iobitmap, NULL, 0);
    BAD_POINTERS("physdev_op/set_iobitmap", op(PHYSDEVOP_set_iobitmap, pointer));
}

static void interrupts(void)
{
    struct physdev_irq_status_query query = {.irq = 4};

    CASE("physdev_op/irq_status_query/irq-4", op(PHYSDEVOP_irq_status_query, &query));
    if (!is_dom0())
        HEX("physdev_op/irq_status_query/irq-4-flags", query.flags);
    OP("irq_status_query/irq-0", PHYSDEVOP_irq_status_query, physdev_irq_status_query, 0);
    OP("irq_status_query/irq-15", PHYSDEVOP_irq_status_query, physdev_irq_status_query, 15);
    OP("irq_status_query/irq-100000", PHYSDEVOP_irq_status_query, physdev_irq_status_query, 100000);
    OP("irq_status_query/largest", PHYSDEVOP_irq_status_query, physdev_irq_status_query, ~0U);
    BAD_POINTERS("physdev_op/irq_status_query", op(PHYSDEVOP_irq_status_query, pointer));
    OP("eoi/irq-4", PHYSDEVOP_eoi, physdev_eoi, 4);
    OP("eoi/irq-100000", PHYSDEVOP_eoi, physdev_eoi, 100000);
    OP("eoi/largest", PHYSDEVOP_eoi, physdev_eoi, ~0U);
    BAD_POINTERS("physdev_op/eoi", op(PHYSDEVOP_eoi, pointer));
    OP("get_free_pirq/gsi", PHYSDEVOP_get_free_pirq, physdev_get_free_pirq, 1);
    OP("get_free_pirq/unknown-type", PHYSDEVOP_get_free_pirq, physdev_get_free_pirq, 99);
    BAD_POINTERS("physdev_op/get_free_pirq", op(PHYSDEVOP_get_free_pirq, pointer));
    OP("map_pirq/absent-domain", PHYSDEVOP_map_pirq, physdev_map_pirq, .domid = 777);
    OP("map_pirq/unknown-type", PHYSDEVOP_map_pirq, physdev_map_pirq, .domid = DOMID_SELF, .type = 99);
    OP("unmap_pirq/absent-domain", PHYSDEVOP_unmap_pirq, physdev_unmap_pirq, .domid = 777);
    OP("unmap_pirq/negative", PHYSDEVOP_unmap_pirq, physdev_unmap_pirq, .domid = DOMID_SELF, .pirq = -1);
    OP("unmap_pirq/not-mapped", PHYSDEVOP_unmap_pirq, physdev_unmap_pirq, .domid = DOMID_SELF, .pirq = 200);
    if (!is_dom0()) {
        OP("get_free_pirq/msi", PHYSDEVOP_get_free_pirq, physdev_get_free_pirq, 0);
        OP("map_pirq/gsi", PHYSDEVOP_map_pirq, physdev_map_pirq, .domid = DOMID_SELF, .type = 1, .index = 4, .pirq = 4);
        OP("map_pirq/msi", PHYSDEVOP_map_pirq, physdev_map_pirq, .domid = DOMID_SELF, .type = 0, .index = -1, .pirq = -1);
        OP("map_pirq/domain-0", PHYSDEVOP_map_pirq, physdev_map_pirq, .domid = 0, .type = 1, .index = 4, .pirq = 4);
        OP("unmap_pirq/domain-0", PHYSDEVOP_unmap_pirq, physdev_unmap_pirq, .domid = 0, .pirq = 4);
        OP("setup_gsi/gsi-4", PHYSDEVOP_setup_gsi, physdev_setup_gsi, 4);
        OP("alloc_irq_vector/irq-4", PHYSDEVOP_alloc_irq_vector, physdev_irq, 4);
    }
    BAD_POINTERS("physdev_op/map_pirq", op(PHYSDEVOP_map_pirq, pointer));
    BAD_POINTERS("physdev_op/unmap_pirq", op(PHYSDEVOP_unmap_pirq, pointer));
    OP("free_irq_vector/irq-4", PHYSDEVOP_free_irq_vector, physdev_irq, 4);
    OP("alloc_irq_vector/irq-100000", PHYSDEVOP_alloc_irq_vector, physdev_irq, 100000);
    BAD_POINTERS("physdev_op/alloc_irq_vector", op(PHYSDEVOP_alloc_irq_vector, pointer));
    BAD_POINTERS("physdev_op/setup_gsi", op(PHYSDEVOP_setup_gsi, pointer));
}

static void devices(void)
{
    static const struct { const char *name; uint32_t number; } all[] = {
        {"apic_read", 8}, {"apic_write", 9}, {"manage_pci_add", 15}, {"manage_pci_remove", 16},
        {"restore_msi", 19}, {"manage_pci_add_ext", 20}, {"pci_mmcfg_reserved", 24}, {"pci_device_add", 25},
        {"pci_device_remove", 26}, {"restore_msi_ext", 27}, {"dbgp_op", 29}, {"prepare_msix", 30}, {"release_msix", 31},
    };
    static uint8_t zeros[64];
    char name[64];

    for (volatile unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        snprintf(name, sizeof(name), "physdev_op/%s/unmapped", all[i].name);
        CASE(name, op(all[i].number, (void *)UNMAPPED));
        snprintf(name, sizeof(name), "physdev_op/%s/hypervisors", all[i].name);
        CASE(name, op(all[i].number, (void *)HYPERVISORS));
        if (is_dom0())
            continue;
        snprintf(name, sizeof(name), "physdev_op/%s/zeros", all[i].name);
        CASE(name, op(all[i].number, zeros));
    }
    struct physdev_pirq_eoi_gmfn gmfn = {.gmfn = virt_to_mfn(new_page())};
    static const uint32_t forms[] = {PHYSDEVOP_pirq_eoi_gmfn_v1, PHYSDEVOP_pirq_eoi_gmfn_v2};
    for (volatile unsigned i = 0; i < 2; i++) {
#define EOI(what, ...)                                                                  \
    snprintf(name, sizeof(name), "physdev_op/pirq_eoi_gmfn_v%u/" what, i + 1);          \
    CASE(name, op(forms[i], __VA_ARGS__))
        EOI("foreign", &(struct physdev_pirq_eoi_gmfn){FOREIGN_MFN});
        EOI("absent", &(struct physdev_pirq_eoi_gmfn){ABSENT_MFN});
        EOI("invalid", &(struct physdev_pirq_eoi_gmfn){INVALID_MFN});
        EOI("page-table", &(struct physdev_pirq_eoi_gmfn){virt_to_mfn((void *)start_info->pt_base)});
        EOI("unmapped", (void *)UNMAPPED);
        EOI("hypervisors", (void *)HYPERVISORS);
    }
    CASE("physdev_op/pirq_eoi_gmfn_v2/plain", op(PHYSDEVOP_pirq_eoi_gmfn_v2, &gmfn));
    CASE("physdev_op/pirq_eoi_gmfn_v2/twice", op(PHYSDEVOP_pirq_eoi_gmfn_v2, &gmfn));
    CASE("physdev_op/pirq_eoi_gmfn_v1/after-v2", op(PHYSDEVOP_pirq_eoi_gmfn_v1, &gmfn));
    for (volatile unsigned number = 0; number < 36; number++) {
        if (number > 4 && number != 18 && number != 22 && number < 32)
            continue;
        snprintf(name, sizeof(name), "physdev_op/unknown-%u", number);
        CASE(name, op(number, zeros));
    }
    CASE("physdev_op/unknown-largest", op(~0U, zeros));
}

static void old(void)
{
#define OLD(name, ...)                                             \
    CASE("physdev_op_compat/" name,                                \
         ({ struct physdev_op o = {__VA_ARGS__}; HC(physdev_op_compat, &o); }))
    OLD("irq_status_query/irq-4", .cmd = PHYSDEVOP_irq_status_query, .u.irq_status_query.irq = 4);
    OLD("irq_status_query/largest", .cmd = PHYSDEVOP_irq_status_query, .u.irq_status_query.irq = ~0U);
    OLD("set_iopl/level-1", .cmd = PHYSDEVOP_set_iopl, .u.set_iopl.iopl = 1);
    OLD("set_iopl/level-0", .cmd = PHYSDEVOP_set_iopl, .u.set_iopl.iopl = 0);
    OLD("set_iopl/level-4", .cmd = PHYSDEVOP_set_iopl, .u.set_iopl.iopl = 4);
    OLD("set_iobitmap/none", .cmd = PHYSDEVOP_set_iobitmap);
    OLD("set_iobitmap/too-many", .cmd = PHYSDEVOP_set_iobitmap, .u.set_iobitmap.nr_ports = 65537);
    OLD("unknown-0", .cmd = 0);
    OLD("eoi/not-there", .cmd = PHYSDEVOP_eoi);
    OLD("unknown-99", .cmd = 99);
    OLD("unknown-largest", .cmd = ~0U);
    if (!is_dom0()) {
        OLD("apic_read/reg-0", .cmd = PHYSDEVOP_apic_read);
        OLD("apic_write/reg-0", .cmd = PHYSDEVOP_apic_write);
        OLD("alloc_irq_vector/irq-4", .cmd = PHYSDEVOP_alloc_irq_vector, .u.irq_op.irq = 4);
    }
    OLD("free_irq_vector/irq-4", .cmd = PHYSDEVOP_free_irq_vector, .u.irq_op.irq = 4);
    if (!is_dom0()) {
        static const struct { const char *name; uint32_t number; } same[] = {
            {"eoi", 12}, {"map_pirq", 13}, {"unmap_pirq", 14}, {"manage_pci_add", 15}, {"manage_pci_remove", 16},
            {"pirq_eoi_gmfn_v1", 17}, {"restore_msi", 19}, {"manage_pci_add_ext", 20}, {"setup_gsi", 21},
            {"get_free_pirq", 23}, {"pci_mmcfg_reserved", 24}, {"pci_device_add", 25}, {"pci_device_remove", 26},
            {"restore_msi_ext", 27}, {"pirq_eoi_gmfn_v2", 28}, {"dbgp_op", 29}, {"prepare_msix", 30}, {"release_msix", 31}};
        static uint64_t zeros[16];
        char name[64];

        for (volatile unsigned i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
            zeros[0] = same[i].number;
            snprintf(name, sizeof(name), "physdev_op_compat/%s/zeros", same[i].name);
            CASE(name, HC(physdev_op_compat, zeros));
        }
    }
    BAD_POINTERS("physdev_op_compat/pointer", HC(physdev_op_compat, pointer));
}

void family(void)
{
    privileges();
    interrupts();
    devices();
    old();
}
