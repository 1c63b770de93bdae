/* set_gdt, update_descriptor, and the LDT: which descriptors a guest may have. */
#include "harness.h"

#define CODE64 0x00affb000000ffffUL
#define DATA 0x00cff3000000ffffUL
#define TYPED(type, s, dpl) ((uint64_t)((type) | (s) << 4 | (dpl) << 5 | 0x80) << 40 | 0x00cf00000000ffffUL)

static uint64_t frames[20];
static uint64_t *gdt; /* mapped read-only when in use */

static uint64_t machine(const uint64_t *entry)
{
    return (virt_to_mfn(entry) << 12) + (uint64_t)entry % PAGE_SIZE;
}

static int64_t install(unsigned entries)
{
    frames[0] = virt_to_mfn(gdt);
    return HC(set_gdt, frames, entries);
}

/* A page of descriptors whose sixth one is given. */
static int64_t install_with(uint64_t descriptor)
{
    uint64_t *page = new_page();
    int64_t result;

    page[5] = descriptor;
    pt_make_readonly(page);
    frames[0] = virt_to_mfn(page);
    result = HC(set_gdt, frames, 512);
    HC(set_gdt, NULL, 0);
    return result;
}

static uint64_t stored(uint64_t descriptor)
{
    HC(update_descriptor, machine(&gdt[9]), descriptor);
    return gdt[9];
}

static void load_ds(uint16_t selector)
{
    __asm__ volatile("mov %0, %%ds" : : "r"((uint32_t)selector));
}

static void tables(void)
{
    char name[64];

    CASE("set_gdt/none", HC(set_gdt, NULL, 0));
    CASE("set_gdt/writable-page", ({ frames[0] = virt_to_mfn(new_page()); HC(set_gdt, frames, 512); }));
    CASE("set_gdt/plain", install(512));
    CASE("set_gdt/again", install(512));
    CASE("set_gdt/one-entry", install(1));
    CASE("set_gdt/sixteen", install(16));
    CASE("set_gdt/7169-entries", install(7169));
    CASE("set_gdt/8192-entries", install(8192));
    CASE("set_gdt/most-entries", install(~0U));
    CASE("set_gdt/foreign", ({ frames[0] = FOREIGN_MFN; HC(set_gdt, frames, 512); }));
    CASE("set_gdt/absent", ({ frames[0] = ABSENT_MFN; HC(set_gdt, frames, 512); }));
    CASE("set_gdt/invalid", ({ frames[0] = INVALID_MFN; HC(set_gdt, frames, 512); }));
    CASE("set_gdt/page-table", ({ frames[0] = virt_to_mfn((void *)start_info->pt_base); HC(set_gdt, frames, 512); }));
    CASE("set_gdt/second-foreign", ({ frames[0] = virt_to_mfn(gdt); frames[1] = FOREIGN_MFN; HC(set_gdt, frames, 513); }));
    CASE("set_gdt/same-frame-twice", ({ frames[0] = frames[1] = virt_to_mfn(gdt); HC(set_gdt, frames, 1024); }));
    CASE("set_gdt/7168-entries", ({ for (int i = 0; i < 14; i++) frames[i] = virt_to_mfn(gdt); HC(set_gdt, frames, 7168); }));
    BAD_POINTERS("set_gdt/frames", HC(set_gdt, pointer, 512));
    CASE("set_gdt/frames-into-gap", ({ *(uint64_t *)before_gap(8) = virt_to_mfn(gdt); HC(set_gdt, before_gap(8), 1024); }));
    CASE("set_gdt/unmapped-none", HC(set_gdt, UNMAPPED, 0));
    for (volatile unsigned type = 0; type < 16; type++) {
        snprintf(name, sizeof(name), "set_gdt/with-system-type-%u", type);
        CASE(name, install_with(TYPED((uint64_t)type, 0, 3)));
        snprintf(name, sizeof(name), "set_gdt/with-segment-type-%u", type);
        CASE(name, install_with(TYPED((uint64_t)type, 1, 3)));
    }
    CASE("set_gdt/with-ring-0-code", install_with(TYPED(11UL, 1, 0)));
    CASE("set_gdt/with-ring-0-data", install_with(TYPED(3UL, 1, 0)));
    CASE("set_gdt/with-not-present-gate", install_with(0xeUL << 40));
}

static void updates(void)
{
    char name[64];

    install(512);
#define UPDATE(name, where, what) CASE("update_descriptor/" name, HC(update_descriptor, where, what))
    UPDATE("data", machine(&gdt[9]), DATA);
    UPDATE("code", machine(&gdt[9]), CODE64);
    UPDATE("zero", machine(&gdt[9]), 0);
    UPDATE("unaligned", machine(&gdt[9]) + 4, DATA);
    UPDATE("foreign", FOREIGN_MFN << 12, DATA);
    UPDATE("absent", ABSENT_MFN << 12, DATA);
    UPDATE("page-table", virt_to_mfn((void *)start_info->pt_base) << 12, 0);
    UPDATE("plain-page", machine(new_page()), DATA);
    UPDATE("plain-page-gate", machine(new_page()), TYPED(14UL, 0, 3));
    UPDATE("shared-info", start_info->shared_info + 4088, DATA);
    for (volatile unsigned type = 0; type < 16; type++) {
        snprintf(name, sizeof(name), "update_descriptor/system-type-%u", type);
        CASE(name, HC(update_descriptor, machine(&gdt[9]), TYPED((uint64_t)type, 0, 3)));
        snprintf(name, sizeof(name), "update_descriptor/segment-type-%u", type);
        CASE(name, HC(update_descriptor, machine(&gdt[9]), TYPED((uint64_t)type, 1, 3)));
    }
    HEX("update_descriptor/stored/data", stored(DATA));
    HEX("update_descriptor/stored/ring-0-data", stored(TYPED(3UL, 1, 0)));
    HEX("update_descriptor/stored/ring-1-code", stored(TYPED(11UL, 1, 1)));
    HEX("update_descriptor/stored/not-present-gate", stored(0xeUL << 40));
    HEX("update_descriptor/stored/not-accessed-data", stored(TYPED(2UL, 1, 3)));
    HEX("update_descriptor/stored/conforming-code", stored(TYPED(14UL, 1, 3)));
    stored(DATA);
    DO("update_descriptor/load/data", load_ds(9 << 3 | 3));
    DO("update_descriptor/load/data-ring-0-selector", load_ds(9 << 3));
    DO("update_descriptor/load/empty", load_ds(10 << 3 | 3));
    DO("update_descriptor/load/behind-limit", load_ds(600 << 3 | 3));
    stored(DATA & ~(1UL << 47));
    DO("update_descriptor/load/not-present", load_ds(9 << 3 | 3));
    stored(CODE64);
    DO("update_descriptor/load/code-readable", load_ds(9 << 3 | 3));
    load_ds(0);
    DO("set_gdt/write-page", *(volatile uint64_t *)&gdt[9] = 0);
    CASE("set_gdt/make-writable", update_va_mapping((uint64_t)gdt, virt_to_mfn(gdt) << 12 | PTE_KERNEL, UVMF_INVLPG));
    HC(set_gdt, NULL, 0);
    CASE("set_gdt/make-writable-after", update_va_mapping((uint64_t)gdt, virt_to_mfn(gdt) << 12 | PTE_KERNEL, UVMF_INVLPG));
    pt_make_readonly(gdt);
}

static int64_t set_ldt(uint64_t base, uint32_t entries)
{
    struct mmuext_op op = {.cmd = MMUEXT_SET_LDT, .arg1.linear_addr = base, .arg2.nr_ents = entries};

    return mmuext_op(&op, 1);
}

static void local(void)
{
    uint64_t *ldt = new_page();

    ldt[2] = DATA;
    ldt[3] = TYPED(14UL, 0, 3);
#define LDT(name, base, entries) CASE("mmuext_op/set_ldt/" name, set_ldt(base, entries))
    LDT("plain", (uint64_t)gdt, 512);
    LDT("none", 0, 0);
    LDT("8192-entries", (uint64_t)gdt, 8192);
    LDT("8193-entries", (uint64_t)gdt, 8193);
    LDT("most-entries", (uint64_t)gdt, ~0U);
    LDT("unaligned", (uint64_t)gdt + 8, 512);
    LDT("unmapped", UNMAPPED, 512);
    LDT("hypervisors", HYPERVISORS, 512);
    LDT("non-canonical", NON_CANONICAL, 512);
    LDT("unaligned-none", 8, 0);
    HC(update_descriptor, machine(&gdt[2]), DATA);
    LDT("for-loading", (uint64_t)gdt, 512);
    DO("mmuext_op/set_ldt/load", load_ds(2 << 3 | 7));
    DO("mmuext_op/set_ldt/load-empty", load_ds(20 << 3 | 7));
    DO("mmuext_op/set_ldt/load-behind-limit", load_ds(513 << 3 | 7));
    LDT("writable-page", (uint64_t)ldt, 512);
    DO("mmuext_op/set_ldt/load-writable-page", load_ds(2 << 3 | 7));
    LDT("not-mapped", UNMAPPED, 512);
    DO("mmuext_op/set_ldt/load-not-mapped", load_ds(2 << 3 | 7));
    LDT("back", 0, 0);
    DO("mmuext_op/set_ldt/load-without", load_ds(2 << 3 | 7));
    load_ds(0);
}

void family(void)
{
    gdt = new_page();
    gdt[1] = CODE64;
    gdt[2] = DATA;
    pt_make_readonly(gdt);
    tables();
    updates();
    local();
}
