/* mmu_update: entries of tables of every level, the machine-to-phys table, and writing tables like
 * plain memory (vm_assist writable_pagetables). */
#include "harness.h"

static char *data;       /* a page to map */
static uint64_t data_mfn;
static char *target;     /* its mapping is changed */
static uint64_t *l1;     /* the table with the entry of `target` */
static uint64_t slot;    /* machine address of that entry */

static int64_t update(uint64_t ptr, uint64_t val)
{
    struct mmu_update request = {.ptr = ptr, .val = val};

    return HC(mmu_update, &request, 1, NULL, DOMID_SELF);
}

static int64_t with(uint64_t ptr, uint64_t val, uint64_t foreign)
{
    struct mmu_update request = {.ptr = ptr, .val = val};

    return HC(mmu_update, &request, 1, NULL, foreign);
}

static uint64_t machine(const void *address)
{
    return (virt_to_mfn(address) << 12) + (uint64_t)address % PAGE_SIZE;
}

/* Which flags an entry has after it was written; the frame is cut out. */
static uint64_t flags_after(uint64_t flags)
{
    update(slot, data_mfn << 12 | flags);
    return l1[(uint64_t)target >> 12 & 511] & ~PTE_FRAME;
}

#define L1(name, value) CASE("mmu_update/normal/l1-" name, update(slot, value))
#define FLAGS(name, flags) HEX("mmu_update/normal/l1-flags-" name, flags_after(flags))

static void leaf(void)
{
    char name[64];

    L1("plain", data_mfn << 12 | PTE_KERNEL);
    L1("readonly", data_mfn << 12 | PTE_KERNEL_READONLY);
    L1("not-present", 0);
    L1("not-present-garbage", 0x12345670UL << 12);
    L1("not-present-all-ones", ~1UL);
    L1("own-page-again", virt_to_mfn(target) << 12 | PTE_KERNEL);
    L1("foreign", FOREIGN_MFN << 12 | PTE_PRESENT);
    L1("foreign-writable", FOREIGN_MFN << 12 | PTE_KERNEL);
    L1("absent", ABSENT_MFN << 12 | PTE_PRESENT);
    L1("frame-of-ones", 0x000ffffffffff000UL | PTE_PRESENT);
    L1("frame-above-address-width", 1UL << 50 | PTE_PRESENT);
    L1("page-table-readonly", virt_to_mfn(l1) << 12 | PTE_KERNEL_READONLY);
    L1("page-table-writable", virt_to_mfn(l1) << 12 | PTE_KERNEL);
    L1("root-readonly", virt_to_mfn((void *)start_info->pt_base) << 12 | PTE_KERNEL_READONLY);
    L1("root-writable", virt_to_mfn((void *)start_info->pt_base) << 12 | PTE_KERNEL);
    L1("shared-info", start_info->shared_info | PTE_KERNEL);
    if (!is_dom0()) {
        L1("vga", 0xb8000UL | PTE_KERNEL);
        L1("local-apic", 0xfee00000UL | PTE_KERNEL);
    }
    for (volatile unsigned bit = 0; bit < 64; bit++) {
        if (bit >= 12 && bit < 52)
            continue;
        snprintf(name, sizeof(name), "mmu_update/normal/l1-bit-%u", bit);
        CASE(name, update(slot, data_mfn << 12 | PTE_PRESENT | 1UL << bit));
    }
    FLAGS("present", PTE_PRESENT);
    FLAGS("kernel", PTE_KERNEL);
    FLAGS("user", PTE_PRESENT | PTE_USER);
    FLAGS("user-writable", PTE_PRESENT | PTE_USER | PTE_WRITE);
    FLAGS("global", PTE_PRESENT | 0x100);
    FLAGS("global-user", PTE_PRESENT | PTE_USER | 0x100);
    FLAGS("no-execute", PTE_PRESENT | PTE_NO_EXECUTE);
    FLAGS("available", PTE_PRESENT | 0xe00);
    FLAGS("bit-52", PTE_PRESENT | 1UL << 52);
    FLAGS("bit-52-user", PTE_PRESENT | PTE_USER | 1UL << 52);
    FLAGS("bits-53-to-58", PTE_PRESENT | 0x3fUL << 53);
    FLAGS("bits-59-to-62", PTE_PRESENT | 0xfUL << 59);
    FLAGS("write-through", PTE_PRESENT | 8);
    FLAGS("not-present-user", PTE_USER);
    CASE("mmu_update/normal/l1-unaligned-4", update(slot + 4, 0));
    CASE("mmu_update/commands/4", update(slot | 4, 0));
    CASE("mmu_update/commands/5", update(slot | 5, 0));
    CASE("mmu_update/commands/6", update(slot | 6, 0));
    CASE("mmu_update/commands/7", update(slot | 7, 0));
    update(slot, data_mfn << 12 | PTE_KERNEL);
    HEX("mmu_update/preserve-ad/keeps-accessed", ({
            update(slot, data_mfn << 12 | PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_WRITE);
            update(slot | MMU_PT_UPDATE_PRESERVE_AD, data_mfn << 12 | PTE_PRESENT);
            l1[(uint64_t)target >> 12 & 511] & 0x60; }));
    HEX("mmu_update/normal/drops-accessed", ({
            update(slot, data_mfn << 12 | PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_WRITE);
            update(slot, data_mfn << 12 | PTE_PRESENT);
            l1[(uint64_t)target >> 12 & 511] & 0x60; }));
    CASE("mmu_update/preserve-ad/l1-plain", update(slot | MMU_PT_UPDATE_PRESERVE_AD, data_mfn << 12 | PTE_KERNEL));
    CASE("mmu_update/preserve-ad/l1-foreign", update(slot | MMU_PT_UPDATE_PRESERVE_AD, FOREIGN_MFN << 12 | 1));
    CASE("mmu_update/no-translate/l1-plain", update(slot | MMU_PT_UPDATE_NO_TRANSLATE, data_mfn << 12 | PTE_KERNEL));
    CASE("mmu_update/no-translate/l1-foreign", update(slot | MMU_PT_UPDATE_NO_TRANSLATE, FOREIGN_MFN << 12 | 1));
    CASE("mmu_update/normal/plain-page", update(machine(data), 0x1234));
    HEX("mmu_update/normal/plain-page-written", *(uint64_t *)data);
    CASE("mmu_update/normal/foreign-page", update(FOREIGN_MFN << 12, 0));
    CASE("mmu_update/normal/absent-page", update(ABSENT_MFN << 12, 0));
    CASE("mmu_update/normal/highest-page", update(0x000ffffffffff000UL, 0));
    CASE("mmu_update/normal/shared-info-page", update(start_info->shared_info + 4088, 0));
}

static void upper(void)
{
    uint64_t *root = (uint64_t *)start_info->pt_base, *l3 = new_table(), *l2 = new_table(), *low = new_table();
    char name[64];
    unsigned free4 = 100, free3 = 7, free2 = 9; /* slots that nobody uses */

    (void)free3;
#define UPPER(name, table, index, value) CASE("mmu_update/normal/" name, update(machine(&(table)[index]), value))
#define TABLE(t) (virt_to_mfn(t) << 12 | PTE_TABLE)
    UPPER("l4-empty-table", root, free4, TABLE(l3));
    HEX("mmu_update/normal/l4-flags", root[free4] & ~PTE_FRAME);
    UPPER("l3-empty-table", l3, free3, TABLE(l2));
    HEX("mmu_update/normal/l3-flags", l3[free3] & ~PTE_FRAME);
    UPPER("l2-empty-table", l2, free2, TABLE(low));
    HEX("mmu_update/normal/l2-flags", l2[free2] & ~PTE_FRAME);
    UPPER("l2-same-again", l2, free2, TABLE(low));
    UPPER("l2-readonly", l2, free2, virt_to_mfn(low) << 12 | PTE_PRESENT | PTE_USER);
    UPPER("l2-large-page", l2, free2 + 1, (data_mfn & ~511UL) << 12 | PTE_TABLE | 0x80);
    UPPER("l3-huge-page", l3, free3 + 1, 0UL << 12 | PTE_TABLE | 0x80);
    UPPER("l4-bit-7", root, free4 + 1, virt_to_mfn(l3) << 12 | PTE_TABLE | 0x80);
    UPPER("l2-global", l2, free2 + 1, TABLE(low) | 0x100);
    UPPER("l2-no-execute", l2, free2 + 1, TABLE(low) | PTE_NO_EXECUTE);
    UPPER("l2-plain-page", l2, free2 + 2, TABLE(data));
    UPPER("l2-l3", l2, free2 + 2, TABLE(l3));
    UPPER("l2-itself", l2, free2 + 2, TABLE(l2));
    UPPER("l2-itself-readonly", l2, free2 + 2, virt_to_mfn(l2) << 12 | PTE_PRESENT | PTE_USER);
    UPPER("l2-foreign", l2, free2 + 3, FOREIGN_MFN << 12 | PTE_TABLE);
    UPPER("l2-absent", l2, free2 + 3, ABSENT_MFN << 12 | PTE_TABLE);
    UPPER("l2-not-present", l2, free2 + 3, 0x1234UL << 12);
    UPPER("l3-l1", l3, free3 + 2, TABLE(low));
    UPPER("l3-itself-readonly", l3, free3 + 2, virt_to_mfn(l3) << 12 | PTE_PRESENT | PTE_USER);
    UPPER("l3-foreign", l3, free3 + 3, FOREIGN_MFN << 12 | PTE_TABLE);
    UPPER("l4-l2", root, free4 + 2, TABLE(l2));
    UPPER("l4-root", root, free4 + 2, TABLE(root));
    UPPER("l4-root-readonly", root, free4 + 2, virt_to_mfn(root) << 12 | PTE_PRESENT | PTE_USER);
    UPPER("l4-root-removed", root, free4 + 2, 0);
    UPPER("l4-foreign", root, free4 + 3, FOREIGN_MFN << 12 | PTE_TABLE);
    UPPER("l4-slot-255", root, 255, 0);
    for (volatile unsigned i = 256; i < 273; i++) {
        snprintf(name, sizeof(name), "mmu_update/normal/l4-slot-%u", i);
        CASE(name, update(machine(&root[i]), i == 272 ? 0 : TABLE(l3)));
    }
    snprintf(name, sizeof(name), "mmu_update/normal/l4-slot-256-empty");
    CASE(name, update(machine(&root[256]), 0));
    /* Tables in use are not writable, wherever the entry is. */
    UPPER("l1-of-new-table-writes-itself", low, 0, virt_to_mfn(low) << 12 | PTE_KERNEL);
    UPPER("l1-of-new-table-plain", low, 1, data_mfn << 12 | PTE_KERNEL);
    UPPER("l2-removed", l2, free2, 0);
    CASE("mmu_update/normal/table-becomes-writable", update_va_mapping((uint64_t)low, virt_to_mfn(low) << 12 | PTE_KERNEL, UVMF_INVLPG));
    UPPER("l2-writable-page-as-table", l2, free2, TABLE(low));
    UPPER("l4-removed", root, free4, 0);
    /* A table with one bad entry does not become one. */
    uint64_t *bad = new_page();
    bad[17] = FOREIGN_MFN << 12 | PTE_PRESENT;
    pt_make_readonly(bad);
    uint64_t *fresh = new_table();
    UPPER("l4-fresh", root, free4, TABLE(fresh));
    uint64_t *middle = new_table();
    UPPER("l3-fresh", fresh, 0, TABLE(middle));
    UPPER("l2-table-with-foreign-entry", middle, 0, TABLE(bad));
    uint64_t *garbage = new_page();
    memset(garbage, 0xff, PAGE_SIZE);
    pt_make_readonly(garbage);
    UPPER("l2-table-of-ones", middle, 0, TABLE(garbage));
    UPPER("l4-fresh-removed", root, free4, 0);
}

static void lists(void)
{
    struct mmu_update requests[4];
    uint32_t done;
    const uint64_t good = data_mfn << 12 | PTE_KERNEL, bad = FOREIGN_MFN << 12 | 1;

#define LIST(name, v0, v1, v2, count)                                                        \
    TEXT("mmu_update/list/" name, "%ld done %u", ({                                          \
             for (unsigned i = 0; i < 4; i++)                                                \
                 requests[i] = (struct mmu_update){slot, i == 0 ? v0 : i == 1 ? v1 : v2};    \
             done = 77; HC(mmu_update, requests, count, &done, DOMID_SELF); }), done)
    LIST("three", good, good, good, 3);
    LIST("none", good, good, good, 0);
    LIST("second-bad", good, bad, good, 3);
    LIST("first-bad", bad, good, good, 3);
    LIST("last-bad", good, good, bad, 3);
    LIST("most", bad, good, good, 0x7fffffff);
    LIST("preempted-bit-alone", bad, good, good, 0x80000000U);
    CASE("mmu_update/list/null-none", HC(mmu_update, NULL, 0, NULL, DOMID_SELF));
    BAD_POINTERS("mmu_update/list", HC(mmu_update, pointer, 1, NULL, DOMID_SELF));
    CASE("mmu_update/list/done-unmapped", ({ requests[0] = (struct mmu_update){slot, good};
         HC(mmu_update, requests, 1, UNMAPPED, DOMID_SELF); }));
    CASE("mmu_update/list/done-hypervisors", ({ requests[0] = (struct mmu_update){slot, good};
         HC(mmu_update, requests, 1, HYPERVISORS, DOMID_SELF); }));
    TEXT("mmu_update/list/into-gap", "%ld done %u", ({ *(struct mmu_update *)before_gap(16) = (struct mmu_update){slot, good};
         done = 77; HC(mmu_update, before_gap(16), 2, &done, DOMID_SELF); }), done);
    CASE("mmu_update/list/null-continued", HC(mmu_update, NULL, 0x80000000UL, NULL, 5));
    CASE("mmu_update/domain/own-number", with(slot, good, own_domid()));
    CASE("mmu_update/domain/domain-0", with(slot, good, 0));
    CASE("mmu_update/domain/absent", with(slot, good, 777));
    CASE("mmu_update/domain/io", with(slot, good, DOMID_IO));
    CASE("mmu_update/domain/xen", with(slot, good, DOMID_XEN));
    CASE("mmu_update/domain/invalid", with(slot, good, DOMID_INVALID));
    CASE("mmu_update/domain/tables-of-self", with(slot, good, DOMID_SELF | (uint64_t)(own_domid() + 1) << 16));
    CASE("mmu_update/domain/tables-of-domain-0", with(slot, good, DOMID_SELF | 1UL << 16));
    CASE("mmu_update/domain/tables-of-absent", with(slot, good, DOMID_SELF | 778UL << 16));
    CASE("mmu_update/domain/io-vga", with(slot, 0xb8000 | 1, DOMID_IO));
}

static void machine_to_phys(void)
{
    uint64_t pfn = mfn_to_pfn(data_mfn);

#define M2P(name, ptr, val) CASE("mmu_update/machphys/" name, update((ptr) | MMU_MACHPHYS_UPDATE, val))
    M2P("plain", data_mfn << 12, pfn + 5);
    HEX("mmu_update/machphys/written", mfn_to_pfn(data_mfn) - pfn);
    M2P("all-ones", data_mfn << 12, ~0UL);
    M2P("back", data_mfn << 12, pfn);
    M2P("foreign", FOREIGN_MFN << 12, 0);
    M2P("absent", ABSENT_MFN << 12, 0);
    M2P("low-bits", data_mfn << 12 | 0x7f8, pfn);
    M2P("shared-info", start_info->shared_info, pfn);
    M2P("page-table", virt_to_mfn(l1) << 12, virt_to_pfn(l1));
}

static volatile uint64_t *entry_of_target(void)
{
    return &l1[(uint64_t)target >> 12 & 511];
}

/* Writing the mapped table, which is mapped read-only. */
static void emulated(void)
{
    const uint64_t good = data_mfn << 12 | PTE_KERNEL;

    /* Domain 0 has it without asking. */
    DO("writable-tables/off/store", *entry_of_target() = good);
    HC(vm_assist, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables);
    DO("writable-tables/on/store", *entry_of_target() = good);
    HEX("writable-tables/on/stored-flags", *entry_of_target() & ~PTE_FRAME & ~0x60UL);
    DO("writable-tables/on/store-zero", *entry_of_target() = 0);
    DO("writable-tables/on/store-foreign", *entry_of_target() = FOREIGN_MFN << 12 | PTE_PRESENT);
    DO("writable-tables/on/store-table-writable", *entry_of_target() = virt_to_mfn(l1) << 12 | PTE_KERNEL);
    DO("writable-tables/on/store-32", *(volatile uint32_t *)entry_of_target() = 0);
    DO("writable-tables/on/store-16", *(volatile uint16_t *)entry_of_target() = 0);
    DO("writable-tables/on/store-8", *(volatile uint8_t *)entry_of_target() = 0);
    DO("writable-tables/on/store-unaligned", *(volatile uint64_t *)((char *)entry_of_target() + 4) = 0);
    DO("writable-tables/on/exchange", __atomic_exchange_n(entry_of_target(), good, __ATOMIC_SEQ_CST));
    DO("writable-tables/on/compare-exchange", __sync_bool_compare_and_swap(entry_of_target(), *entry_of_target(), good));
    DO("writable-tables/on/locked-and", __asm__ volatile("lock andb $0xfd, %0" : "+m"(*entry_of_target())));
    HEX("writable-tables/on/locked-and-result", *entry_of_target() & 2);
    DO("writable-tables/on/locked-bit", __asm__ volatile("lock btrl $5, %0" : "+m"(*entry_of_target())));
    DO("writable-tables/on/or", __asm__ volatile("orq $2, %0" : "+m"(*entry_of_target())));
    DO("writable-tables/on/string-store", __asm__ volatile("stosq" : : "D"(entry_of_target()), "a"(0) : "memory"));
    DO("writable-tables/on/sse-store", __asm__ volatile("movups %%xmm0, (%0)" : : "r"((uint64_t)entry_of_target() & ~15UL) : "memory"));
    DO("writable-tables/on/root", *(volatile uint64_t *)(start_info->pt_base + 8 * 101) = 0);
    HC(vm_assist, VMASST_CMD_disable, VMASST_TYPE_writable_pagetables);
    DO("writable-tables/off-again/store", *entry_of_target() = good);
}

void family(void)
{
    data = new_page();
    target = new_page();
    data_mfn = virt_to_mfn(data);
    l1 = pt_table((uint64_t)target, 1);
    slot = machine(&l1[(uint64_t)target >> 12 & 511]);
    leaf();
    upper();
    lists();
    machine_to_phys();
    emulated();
}
