/* Hypercalls that are refused to most or all PV guests: kexec, mca, hypfs, hvm, argo, xenpmu, xsm, tmem,
 * xenoprof, dm_op. */
#include "harness.h"

static uint64_t zeros[32];

#define NUMBERS(operation, call, count)                                         \
    for (volatile unsigned n = 0; n < (count); n++) {                           \
        char name_[48];                                                         \
        snprintf(name_, sizeof(name_), operation "/command-%u", n);             \
        memset(zeros, 0, sizeof(zeros));                                        \
        CASE(name_, call);                                                      \
    }                                                                           \
    CASE(operation "/command-largest", ({ unsigned n = ~0U; (void)n; call; }))

void family(void)
{
    NUMBERS("hvm_op", HC(hvm_op, n, zeros), 27);
    BAD_POINTERS("hvm_op/set_param", HC(hvm_op, 0, pointer));
    BAD_POINTERS("hvm_op/get_param", HC(hvm_op, 1, pointer));
    zeros[0] = DOMID_SELF;
    CASE("hvm_op/set_param/self", HC(hvm_op, 0, zeros));
    CASE("hvm_op/get_param/self", HC(hvm_op, 1, zeros));
    zeros[0] = 777;
    CASE("hvm_op/set_param/absent-domain", HC(hvm_op, 0, zeros));
    CASE("hvm_op/get_param/absent-domain", HC(hvm_op, 1, zeros));
    NUMBERS("argo_op", HC(argo_op, n, zeros, 0, 0, 0), 6);
    static const char *const counters[] = {"mode_get", "mode_set", "feature_get", "feature_set", "init",
                                           "finish", "lvtpc_set", "flush"};
    for (volatile unsigned n = 0; n < 8; n++) {
        char name[48];

        snprintf(name, sizeof(name), "xenpmu_op/%s/zeros", counters[n]);
        CASE(name, HC(xenpmu_op, n, zeros));
        snprintf(name, sizeof(name), "xenpmu_op/%s/unmapped", counters[n]);
        CASE(name, HC(xenpmu_op, n, UNMAPPED));
    }
    CASE("xenpmu_op/unknown-8", HC(xenpmu_op, 8, zeros));
    CASE("xenpmu_op/unknown-largest", HC(xenpmu_op, ~0U, zeros));
    BAD_POINTERS("xenpmu_op/pointer", HC(xenpmu_op, 0, pointer));
    NUMBERS("xsm_op", HC(xsm_op, n, zeros), 3);
    CASE("xsm_op/pointer/unmapped", HC(xsm_op, UNMAPPED));
    NUMBERS("tmem_op", HC(tmem_op, n, zeros), 3);
    if (!is_dom0()) {
        NUMBERS("xenoprof_op", HC(xenoprof_op, n, zeros), 18);
        NUMBERS("kexec_op", HC(kexec_op, n, zeros), 10);
        NUMBERS("hypfs_op", HC(hypfs_op, n, zeros, 0, zeros, 8), 5);
    }
    BAD_POINTERS("xenoprof_op/init", HC(xenoprof_op, 0, pointer));
    BAD_POINTERS("kexec_op/pointer", HC(kexec_op, 1, pointer));
    CASE("mca/zeros", HC(mca, zeros));
    BAD_POINTERS("mca/pointer", HC(mca, pointer));
    CASE("dm_op/self-none", HC(dm_op, DOMID_SELF, 0, NULL));
    CASE("dm_op/self-one", HC(dm_op, DOMID_SELF, 1, zeros));
    CASE("dm_op/own-number", HC(dm_op, own_domid(), 1, zeros));
    CASE("dm_op/absent-domain", HC(dm_op, 777, 1, zeros));
    CASE("dm_op/domain-0", HC(dm_op, 0, 1, zeros));
    CASE("dm_op/xen", HC(dm_op, DOMID_XEN, 1, zeros));
    CASE("dm_op/many", HC(dm_op, DOMID_SELF, 100, zeros));
    BAD_POINTERS("dm_op/pointer", HC(dm_op, DOMID_SELF, 1, pointer));
    CASE("paging_domctl_cont/plain", hypercall5(49, (uint64_t)zeros, 0, 0, 0, 0));
    CASE("paging_domctl_cont/unmapped", hypercall5(49, UNMAPPED, 0, 0, 0, 0));
}
