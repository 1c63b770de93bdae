/* mmuext_op: pinning tables, changing roots, flushing, clearing and copying pages. */
#include "harness.h"

static uint64_t *root, *l1, *l2, *l3, *l4, *plain;

static int64_t op(uint32_t cmd, uint64_t arg1, uint64_t arg2)
{
    struct mmuext_op request = {.cmd = cmd, .arg1.linear_addr = arg1};

    request.arg2.src_mfn = arg2;
    return mmuext_op(&request, 1);
}

static int64_t for_domain(uint32_t cmd, uint64_t arg1, uint64_t domain)
{
    struct mmuext_op request = {.cmd = cmd, .arg1.linear_addr = arg1};

    return HC(mmuext_op, &request, 1, NULL, domain);
}

#define OP(name, cmd, arg1, arg2) CASE("mmuext_op/" name, op(cmd, U(arg1), U(arg2)))

static void pinning(void)
{
    static const char *const levels[] = {"pin_l1_table", "pin_l2_table", "pin_l3_table", "pin_l4_table"};
    uint64_t *tables[] = {l1, l2, l3, l4};
    char name[80];

    for (volatile unsigned i = 0; i < 4; i++) {
#define PIN(what, mfn)                                               \
    snprintf(name, sizeof(name), "mmuext_op/%s/" what, levels[i]);   \
    CASE(name, op(MMUEXT_PIN_L1_TABLE + i, mfn, 0))
        PIN("plain", virt_to_mfn(tables[i]));
        PIN("twice", virt_to_mfn(tables[i]));
        PIN("foreign", FOREIGN_MFN);
        PIN("absent", ABSENT_MFN);
        PIN("invalid", INVALID_MFN);
        PIN("writable-page", virt_to_mfn(plain));
        PIN("other-level", virt_to_mfn(tables[(i + 1) % 4]));
        PIN("root", virt_to_mfn(root));
        PIN("shared-info", start_info->shared_info >> 12);
        snprintf(name, sizeof(name), "mmuext_op/unpin_table/level-%u", i + 1);
        CASE(name, op(MMUEXT_UNPIN_TABLE, virt_to_mfn(tables[i]), 0));
        snprintf(name, sizeof(name), "mmuext_op/unpin_table/level-%u-twice", i + 1);
        CASE(name, op(MMUEXT_UNPIN_TABLE, virt_to_mfn(tables[i]), 0));
        uint64_t *bad = new_page();
        bad[100] = FOREIGN_MFN << 12 | PTE_TABLE;
        pt_make_readonly(bad);
        PIN("with-foreign-entry", virt_to_mfn(bad));
        bad = new_page();
        bad[100] = ABSENT_MFN << 12 | PTE_TABLE;
        pt_make_readonly(bad);
        PIN("with-absent-entry", virt_to_mfn(bad));
        bad = new_page();
        bad[100] = virt_to_mfn(plain) << 12 | PTE_TABLE | 0x80;
        pt_make_readonly(bad);
        PIN("with-large-entry", virt_to_mfn(bad));
        bad = new_page();
        bad[100] = virt_to_mfn(plain) << 12 | PTE_TABLE;
        pt_make_readonly(bad);
        PIN("with-entry-of-plain-page", virt_to_mfn(bad));
        bad = new_page();
        bad[100] = virt_to_mfn(bad) << 12 | PTE_TABLE;
        pt_make_readonly(bad);
        PIN("with-itself", virt_to_mfn(bad));
        bad = new_page();
        bad[100] = virt_to_mfn(bad) << 12 | PTE_PRESENT | PTE_USER;
        pt_make_readonly(bad);
        PIN("with-itself-readonly", virt_to_mfn(bad));
        bad = new_page();
        bad[100] = 0x1234560UL << 12;
        pt_make_readonly(bad);
        PIN("with-not-present-entry", virt_to_mfn(bad));
        bad = new_page();
        bad[256] = FOREIGN_MFN << 12 | PTE_TABLE;
        pt_make_readonly(bad);
        PIN("with-entry-256", virt_to_mfn(bad));
    }
    OP("unpin_table/plain-page", MMUEXT_UNPIN_TABLE, virt_to_mfn(plain), 0);
    OP("unpin_table/foreign", MMUEXT_UNPIN_TABLE, FOREIGN_MFN, 0);
    OP("unpin_table/absent", MMUEXT_UNPIN_TABLE, ABSENT_MFN, 0);
    OP("unpin_table/invalid", MMUEXT_UNPIN_TABLE, INVALID_MFN, 0);
    HEX("mmuext_op/pin_l4_table/entry-256-after", ({
            uint64_t *table = new_table(); op(MMUEXT_PIN_L4_TABLE, virt_to_mfn(table), 0); table[256]; }));
    YES("mmuext_op/pin_l4_table/entry-261-after", ({
            uint64_t *table = new_table(); op(MMUEXT_PIN_L4_TABLE, virt_to_mfn(table), 0); table[261] != 0; }));
    CASE("mmuext_op/pin_l1_table/made-writable", ({
             uint64_t *table = new_table(); op(MMUEXT_PIN_L1_TABLE, virt_to_mfn(table), 0);
             update_va_mapping((uint64_t)table, virt_to_mfn(table) << 12 | PTE_KERNEL, UVMF_INVLPG); }));
    CASE("mmuext_op/unpin_table/made-writable", ({
             uint64_t *table = new_table(); op(MMUEXT_PIN_L1_TABLE, virt_to_mfn(table), 0);
             op(MMUEXT_UNPIN_TABLE, virt_to_mfn(table), 0);
             update_va_mapping((uint64_t)table, virt_to_mfn(table) << 12 | PTE_KERNEL, UVMF_INVLPG); }));
}

static void roots(void)
{
    OP("new_baseptr/same", MMUEXT_NEW_BASEPTR, virt_to_mfn(root), 0);
    OP("new_baseptr/foreign", MMUEXT_NEW_BASEPTR, FOREIGN_MFN, 0);
    OP("new_baseptr/absent", MMUEXT_NEW_BASEPTR, ABSENT_MFN, 0);
    OP("new_baseptr/zero", MMUEXT_NEW_BASEPTR, 0, 0);
    OP("new_baseptr/plain-page", MMUEXT_NEW_BASEPTR, virt_to_mfn(plain), 0);
    OP("new_baseptr/l1", MMUEXT_NEW_BASEPTR, virt_to_mfn(pt_table((uint64_t)plain, 1)), 0);
    OP("new_user_baseptr/root", MMUEXT_NEW_USER_BASEPTR, virt_to_mfn(root), 0);
    OP("new_user_baseptr/same", MMUEXT_NEW_USER_BASEPTR, virt_to_mfn(root), 0);
    OP("new_user_baseptr/not-pinned", MMUEXT_NEW_USER_BASEPTR, virt_to_mfn(l4), 0);
    OP("new_user_baseptr/none", MMUEXT_NEW_USER_BASEPTR, 0, 0);
    OP("new_user_baseptr/none-twice", MMUEXT_NEW_USER_BASEPTR, 0, 0);
    OP("new_user_baseptr/foreign", MMUEXT_NEW_USER_BASEPTR, FOREIGN_MFN, 0);
    OP("new_user_baseptr/absent", MMUEXT_NEW_USER_BASEPTR, ABSENT_MFN, 0);
    OP("new_user_baseptr/plain-page", MMUEXT_NEW_USER_BASEPTR, virt_to_mfn(plain), 0);
    OP("new_user_baseptr/l1", MMUEXT_NEW_USER_BASEPTR, virt_to_mfn(pt_table((uint64_t)plain, 1)), 0);
}

static void flushes(void)
{
    static uint64_t mask = 1, all = ~0UL, none;

    OP("tlb_flush_local/plain", MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
    OP("tlb_flush_all/plain", MMUEXT_TLB_FLUSH_ALL, 0, 0);
    OP("tlb_flush_multi/one", MMUEXT_TLB_FLUSH_MULTI, 0, &mask);
    OP("tlb_flush_multi/all", MMUEXT_TLB_FLUSH_MULTI, 0, &all);
    OP("tlb_flush_multi/none", MMUEXT_TLB_FLUSH_MULTI, 0, &none);
    OP("tlb_flush_multi/null", MMUEXT_TLB_FLUSH_MULTI, 0, NULL);
    OP("tlb_flush_multi/unmapped", MMUEXT_TLB_FLUSH_MULTI, 0, UNMAPPED);
    OP("tlb_flush_multi/hypervisors", MMUEXT_TLB_FLUSH_MULTI, 0, HYPERVISORS);
    OP("invlpg_local/plain", MMUEXT_INVLPG_LOCAL, plain, 0);
    OP("invlpg_local/non-canonical", MMUEXT_INVLPG_LOCAL, NON_CANONICAL, 0);
    OP("invlpg_local/hypervisors", MMUEXT_INVLPG_LOCAL, HYPERVISORS, 0);
    OP("invlpg_all/plain", MMUEXT_INVLPG_ALL, plain, 0);
    OP("invlpg_all/non-canonical", MMUEXT_INVLPG_ALL, NON_CANONICAL, 0);
    OP("invlpg_multi/one", MMUEXT_INVLPG_MULTI, plain, &mask);
    OP("invlpg_multi/unmapped", MMUEXT_INVLPG_MULTI, plain, UNMAPPED);
    OP("invlpg_multi/non-canonical", MMUEXT_INVLPG_MULTI, NON_CANONICAL, &mask);
    if (!is_dom0()) {
        OP("flush_cache/plain", MMUEXT_FLUSH_CACHE, 0, 0);
        OP("flush_cache_global/plain", MMUEXT_FLUSH_CACHE_GLOBAL, 0, 0);
    }
    CASE("mmuext_op/tlb_flush_local/other-domain", for_domain(MMUEXT_TLB_FLUSH_LOCAL, 0, is_dom0() ? DOMID_IO : 0));
    CASE("mmuext_op/tlb_flush_all/io", for_domain(MMUEXT_TLB_FLUSH_ALL, 0, DOMID_IO));
    CASE("mmuext_op/invlpg_local/io", for_domain(MMUEXT_INVLPG_LOCAL, U(plain), DOMID_IO));
    CASE("mmuext_op/tlb_flush_local/own-number", for_domain(MMUEXT_TLB_FLUSH_LOCAL, 0, own_domid()));
    CASE("mmuext_op/tlb_flush_local/absent-domain", for_domain(MMUEXT_TLB_FLUSH_LOCAL, 0, 777));
    CASE("mmuext_op/new_baseptr/io", for_domain(MMUEXT_NEW_BASEPTR, virt_to_mfn(root), DOMID_IO));
    CASE("mmuext_op/pin_l1_table/io", for_domain(MMUEXT_PIN_L1_TABLE, virt_to_mfn(l1), DOMID_IO));
    CASE("mmuext_op/pin_l1_table/absent-domain", for_domain(MMUEXT_PIN_L1_TABLE, virt_to_mfn(l1), 777));
    CASE("mmuext_op/pin_l1_table/xen", for_domain(MMUEXT_PIN_L1_TABLE, virt_to_mfn(l1), DOMID_XEN));
}

static void pages(void)
{
    char *page = new_page(), *copy = new_page();

    page[7] = 7;
    OP("copy_page/plain", MMUEXT_COPY_PAGE, virt_to_mfn(copy), virt_to_mfn(page));
    YES("mmuext_op/copy_page/bytes", copy[7] == 7);
    OP("copy_page/itself", MMUEXT_COPY_PAGE, virt_to_mfn(copy), virt_to_mfn(copy));
    OP("copy_page/to-foreign", MMUEXT_COPY_PAGE, FOREIGN_MFN, virt_to_mfn(page));
    OP("copy_page/from-foreign", MMUEXT_COPY_PAGE, virt_to_mfn(copy), FOREIGN_MFN);
    OP("copy_page/to-absent", MMUEXT_COPY_PAGE, ABSENT_MFN, virt_to_mfn(page));
    OP("copy_page/from-absent", MMUEXT_COPY_PAGE, virt_to_mfn(copy), ABSENT_MFN);
    OP("copy_page/to-page-table", MMUEXT_COPY_PAGE, virt_to_mfn(root), virt_to_mfn(page));
    OP("copy_page/from-page-table", MMUEXT_COPY_PAGE, virt_to_mfn(copy), virt_to_mfn(root));
    OP("clear_page/plain", MMUEXT_CLEAR_PAGE, virt_to_mfn(page), 0);
    YES("mmuext_op/clear_page/bytes", page[7] == 0);
    OP("clear_page/foreign", MMUEXT_CLEAR_PAGE, FOREIGN_MFN, 0);
    OP("clear_page/absent", MMUEXT_CLEAR_PAGE, ABSENT_MFN, 0);
    OP("clear_page/invalid", MMUEXT_CLEAR_PAGE, INVALID_MFN, 0);
    OP("clear_page/page-table", MMUEXT_CLEAR_PAGE, virt_to_mfn(root), 0);
    OP("mark_super/plain", MMUEXT_MARK_SUPER, virt_to_mfn(page), 0);
    OP("unmark_super/plain", MMUEXT_UNMARK_SUPER, virt_to_mfn(page), 0);
    OP("unknown-14", 14, 0, 0);
    OP("unknown-21", 21, 0, 0);
    OP("unknown-99", 99, 0, 0);
    OP("unknown-largest", ~0U, 0, 0);
}

static void lists(void)
{
    struct mmuext_op requests[3];
    uint32_t done;

#define LIST(name, a, b, c, count)                                                       \
    TEXT("mmuext_op/list/" name, "%ld done %u", ({                                       \
             memset(requests, 0, sizeof(requests));                                      \
             requests[0].cmd = a; requests[1].cmd = b; requests[2].cmd = c; done = 77;   \
             HC(mmuext_op, requests, count, &done, DOMID_SELF); }), done)
    const uint32_t good = MMUEXT_TLB_FLUSH_LOCAL, bad = 99;
    LIST("three", good, good, good, 3);
    LIST("none", good, good, good, 0);
    LIST("first-bad", bad, good, good, 3);
    LIST("second-bad", good, bad, good, 3);
    LIST("last-bad", good, good, bad, 3);
    LIST("preempted-bit-alone", bad, good, good, 0x80000000U);
    CASE("mmuext_op/list/null-none", HC(mmuext_op, NULL, 0, NULL, DOMID_SELF));
    CASE("mmuext_op/list/null-continued", HC(mmuext_op, NULL, 0x80000000UL, NULL, 5));
    BAD_POINTERS("mmuext_op/list", HC(mmuext_op, pointer, 1, NULL, DOMID_SELF));
    CASE("mmuext_op/list/done-unmapped", ({ requests[0].cmd = good; HC(mmuext_op, requests, 1, UNMAPPED, DOMID_SELF); }));
    CASE("mmuext_op/list/absent-domain-none", HC(mmuext_op, requests, 0, NULL, 777));
    CASE("mmuext_op/list/tables-of-absent", HC(mmuext_op, requests, 1, NULL, 778UL << 16 | DOMID_SELF));
}

void family(void)
{
    root = (uint64_t *)start_info->pt_base;
    plain = new_page();
    l1 = new_table();
    l2 = new_table();
    l3 = new_table();
    l4 = new_table();
    pinning();
    roots();
    flushes();
    pages();
    lists();
}
