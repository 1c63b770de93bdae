/* update_va_mapping and update_va_mapping_otherdomain: entries by the address that they map. */
#include "harness.h"

static char *data, *target;
static uint64_t good;

#define VA(name, va, pte, flags) CASE("update_va_mapping/" name, HC(update_va_mapping, va, pte, flags))
#define OTHER(name, va, pte, flags, domain) \
    CASE("update_va_mapping_otherdomain/" name, HC(update_va_mapping_otherdomain, va, pte, flags, domain))

void family(void)
{
    uint64_t *root = (uint64_t *)start_info->pt_base;

    data = new_page();
    target = new_page();
    good = virt_to_mfn(data) << 12 | PTE_KERNEL;
    VA("no-flush", target, good, UVMF_NONE);
    VA("flush-page", target, good, UVMF_INVLPG);
    VA("flush-all", target, good, UVMF_TLB_FLUSH);
    VA("flush-page-everywhere", target, good, UVMF_INVLPG | UVMF_ALL);
    VA("flush-all-everywhere", target, good, UVMF_TLB_FLUSH | UVMF_ALL);
    VA("flush-type-3", target, good, 3);
    VA("flush-nothing-everywhere", target, good, UVMF_ALL);
    VA("flush-page-mask", target, good, UVMF_INVLPG | (uint64_t)before_gap(8));
    VA("flush-page-mask-unmapped", target, good, UVMF_INVLPG | UNMAPPED);
    VA("flush-all-mask-unmapped", target, good, UVMF_TLB_FLUSH | UNMAPPED);
    VA("flush-page-mask-hypervisors", target, good, UVMF_INVLPG | HYPERVISORS);
    VA("no-flush-mask-unmapped", target, good, UNMAPPED);
    VA("flush-type-3-mask-unmapped", target, good, 3 | UNMAPPED);
    YES("update_va_mapping/takes-effect", ({
            *data = 42; HC(update_va_mapping, target, good, UVMF_INVLPG); *(volatile char *)target == 42; }));
    DO("update_va_mapping/removed-faults", ({
           HC(update_va_mapping, target, 0, UVMF_INVLPG); (void)*(volatile char *)target; }));
    DO("update_va_mapping/readonly-faults", ({
           HC(update_va_mapping, target, good & ~PTE_WRITE, UVMF_INVLPG); *(volatile char *)target = 1; }));
    VA("unaligned-address", target + 123, good, UVMF_INVLPG);
    VA("not-present", target, 0, UVMF_INVLPG);
    VA("not-present-garbage", target, 0xfffffffffffffff0UL, UVMF_INVLPG);
    VA("foreign", target, FOREIGN_MFN << 12 | 1, UVMF_INVLPG);
    VA("foreign-writable", target, FOREIGN_MFN << 12 | PTE_KERNEL, UVMF_INVLPG);
    VA("absent", target, ABSENT_MFN << 12 | 1, UVMF_INVLPG);
    VA("frame-of-ones", target, PTE_FRAME | 1, UVMF_INVLPG);
    VA("page-table-writable", target, virt_to_mfn(root) << 12 | PTE_KERNEL, UVMF_INVLPG);
    VA("page-table-readonly", target, virt_to_mfn(root) << 12 | PTE_KERNEL_READONLY, UVMF_INVLPG);
    VA("large-page-bit", target, good | 0x80, UVMF_INVLPG);
    VA("bit-52", target, good | 1UL << 52, UVMF_INVLPG);
    VA("write-through", target, good | 8, UVMF_INVLPG);
    VA("table-of-itself-writable", pt_table((uint64_t)target, 1), virt_to_mfn(pt_table((uint64_t)target, 1)) << 12 | PTE_KERNEL, UVMF_INVLPG);
    VA("address-without-table", UNMAPPED, good, UVMF_INVLPG);
    VA("address-non-canonical", NON_CANONICAL, good, UVMF_INVLPG);
    VA("address-hypervisors", HYPERVISORS, good, UVMF_INVLPG);
    VA("address-hypervisors-start", HYPERVISOR_VIRT_START, good, UVMF_INVLPG);
    VA("address-hypervisors-last-page", HYPERVISOR_VIRT_END - PAGE_SIZE, good, UVMF_INVLPG);
    VA("address-hypervisors-end", HYPERVISOR_VIRT_END, good, UVMF_INVLPG);
    VA("address-0", NULL, good, UVMF_INVLPG);
    VA("address-last", ~0UL, good, UVMF_INVLPG);
    if (!is_dom0())
        VA("vga", target, 0xb8000UL | PTE_KERNEL, UVMF_INVLPG);
    OTHER("self", target, good, UVMF_INVLPG, DOMID_SELF);
    OTHER("own-number", target, good, UVMF_INVLPG, own_domid());
    OTHER("absent-domain", target, good, UVMF_INVLPG, 777);
    OTHER("xen", target, good, UVMF_INVLPG, DOMID_XEN);
    OTHER("io", target, good, UVMF_INVLPG, DOMID_IO);
    OTHER("io-own-page", target, good, UVMF_NONE, DOMID_IO);
    OTHER("invalid", target, good, UVMF_INVLPG, DOMID_INVALID);
    if (!is_dom0()) {
        OTHER("domain-0", target, good, UVMF_INVLPG, 0);
        OTHER("domain-0-not-present", target, 0, UVMF_INVLPG, 0);
        OTHER("domain-0-foreign", target, FOREIGN_MFN << 12 | 1, UVMF_INVLPG, 0);
    }
    OTHER("not-present", target, 0, UVMF_INVLPG, DOMID_SELF);
    OTHER("foreign", target, FOREIGN_MFN << 12 | 1, UVMF_INVLPG, DOMID_SELF);
    OTHER("address-hypervisors", HYPERVISORS, good, UVMF_INVLPG, DOMID_SELF);
    OTHER("address-without-table", UNMAPPED, good, UVMF_INVLPG, DOMID_SELF);
}
