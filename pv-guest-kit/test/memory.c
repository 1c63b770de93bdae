/* Pages, page tables and grants. */
#include "check.h"

#define FAR_AWAY 0x7f0000000000UL

void test_pages(void)
{
    size_t before = pages_available();
    char *one = page_alloc();
    char *many = pages_alloc(100);

    CHECK(one && many && (many < one || many >= one + PAGE_SIZE));
    CHECK(pages_available() == before - 101);
    CHECK(one[0] == 0 && many[100 * PAGE_SIZE - 1] == 0);
    CHECK(mfn_to_pfn(virt_to_mfn(one)) == virt_to_pfn(one));
    memset(many, 0xff, 100 * PAGE_SIZE);
    pages_free(one, 1);
    pages_free(many, 100);
    CHECK(pages_available() == before);
    CHECK(!pages_alloc(before + 1));

    char *all[64];
    size_t count = 0;
    while (count < 64 && (all[count] = pages_alloc(before / 32)) != NULL)
        count++;
    CHECK(count >= 16);
    while (count > 0)
        pages_free(all[--count], before / 32);
    CHECK(pages_available() == before);
}

void test_page_tables(void)
{
    uint32_t *page = page_alloc();
    volatile uint32_t *alias = (volatile uint32_t *)FAR_AWAY;

    CHECK(!may_read(alias));
    CHECK(pt_map(FAR_AWAY, virt_to_mfn(page), PTE_KERNEL) == 0);
    CHECK(may_write(alias) && page[0] == 1);
    CHECK(pt_protect(FAR_AWAY, PTE_KERNEL_READONLY) == 0);
    CHECK(may_read(alias) && !may_write(alias));
    CHECK((pt_lookup(FAR_AWAY) & PTE_FRAME) == virt_to_mfn(page) << PAGE_SHIFT);
    CHECK(pt_unmap(FAR_AWAY) == 0);
    CHECK(!may_read(alias));
    CHECK(pt_lookup(FAR_AWAY) == 0);

    /* Page tables may be read but not written, and not mapped for writing either. */
    uint64_t *root = (uint64_t *)start_info->pt_base;
    CHECK(may_read(root) && !may_write(&root[0]));
    CHECK(pt_map(FAR_AWAY, virt_to_mfn(root), PTE_KERNEL) != 0);
    CHECK(pt_map(0xffff800000000000UL, virt_to_mfn(page), PTE_KERNEL) == -EINVAL);
    pages_free(page, 1);
}

void test_grants(void)
{
    domid_t me = own_domid();
    char *page = page_alloc(), *other = page_alloc();
    uint32_t handle;

    grant_init();
    int reference = grant_access(me, page, false);
    CHECK(reference >= GNTTAB_NR_RESERVED_ENTRIES);
    char *mapped = grant_map(me, (grant_ref_t)reference, false, &handle);
    CHECK(mapped && mapped != page);
    if (!mapped)
        return;
    memcpy(mapped, "through the grant", 18);
    CHECK(!strcmp(page, "through the grant"));
    CHECK(!grant_end((grant_ref_t)reference));
    CHECK(grant_unmap(mapped, handle));
    CHECK(may_write(mapped));
    CHECK(grant_copy_from(me, (grant_ref_t)reference, 8, other + 100, 9) == GNTST_okay);
    CHECK(!memcmp(other + 100, "the grant", 9));
    CHECK(grant_copy_to(me, (grant_ref_t)reference, 0, other + 100, 9) == GNTST_okay);
    CHECK(!memcmp(page, "the grant", 9));
    CHECK(grant_end((grant_ref_t)reference));
    CHECK(!grant_map(me, (grant_ref_t)reference, false, &handle));

    reference = grant_access(me, page, true);
    CHECK(!grant_map(me, (grant_ref_t)reference, false, &handle));
    mapped = grant_map(me, (grant_ref_t)reference, true, &handle);
    CHECK(mapped && may_read(mapped) && !may_write(mapped));
    CHECK(mapped && grant_unmap(mapped, handle));
    CHECK(grant_copy_to(me, (grant_ref_t)reference, 0, other, 4) == GNTST_general_error);
    CHECK(grant_end((grant_ref_t)reference));
    pages_free(page, 1);
    pages_free(other, 1);
}
