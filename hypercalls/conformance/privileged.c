/* domctl, sysctl, platform_op: the control domain's. What a domU gets, by version and command; domain
 * 0 is asked only what changes nothing. */
#include "harness.h"

static struct xen_domctl domctl;
static struct xen_sysctl sysctl;
static struct xen_platform_op platform;

static int64_t ask_domctl(uint32_t command, domid_t domain, uint32_t version)
{
    memset(&domctl, 0, sizeof(domctl));
    domctl.cmd = command;
    domctl.domain = domain;
    domctl.interface_version = version;
    return HC(domctl, &domctl);
}

static int64_t ask_sysctl(uint32_t command, uint32_t version)
{
    memset(&sysctl, 0, sizeof(sysctl));
    sysctl.cmd = command;
    sysctl.interface_version = version;
    return HC(sysctl, &sysctl);
}

static int64_t ask_platform(uint32_t command, uint32_t version)
{
    memset(&platform, 0, sizeof(platform));
    platform.cmd = command;
    platform.interface_version = version;
    return HC(platform_op, &platform);
}

static void domains(void)
{
    static const struct { const char *name; uint16_t number; } all[] = {
        {"createdomain", 1}, {"destroydomain", 2}, {"pausedomain", 3}, {"unpausedomain", 4}, {"getdomaininfo", 5},
        {"setvcpuaffinity", 9}, {"shadow_op", 10}, {"max_mem", 11}, {"setvcpucontext", 12}, {"getvcpucontext", 13},
        {"getvcpuinfo", 14}, {"max_vcpus", 15}, {"scheduler_op", 16}, {"setdomainhandle", 17}, {"setdebugging", 18},
        {"irq_permission", 19}, {"iomem_permission", 20}, {"ioport_permission", 21}, {"hypercall_init", 22},
        {"settimeoffset", 24}, {"getvcpuaffinity", 25}, {"resumedomain", 27}, {"sendtrigger", 28}, {"subscribe", 29},
        {"set_address_size", 35}, {"get_address_size", 36}, {"assign_device", 37}, {"set_ext_vcpucontext", 42},
        {"get_ext_vcpucontext", 43}, {"set_target", 46}, {"debug_op", 54}, {"gettscinfo", 59}, {"settscinfo", 60},
        {"getpageframeinfo3", 61}, {"setvcpuextstate", 62}, {"getvcpuextstate", 63}, {"set_virq_handler", 66},
        {"setnodeaffinity", 68}, {"getnodeaffinity", 69}, {"get_vcpu_msrs", 72}, {"set_vcpu_msrs", 73},
        {"soft_reset", 79}, {"get_cpu_policy", 82}, {"set_cpu_policy", 83}, {"gdbsx_guestmemio", 1000},
        {"gdbsx_pausevcpu", 1001}, {"gdbsx_unpausevcpu", 1002}, {"gdbsx_domstatus", 1003},
    };
    char name[64];

    for (volatile unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        snprintf(name, sizeof(name), "domctl/%s/wrong-version", all[i].name);
        CASE(name, ask_domctl(all[i].number, 0, XEN_DOMCTL_INTERFACE_VERSION + 1));
        if (all[i].number == 1 && is_dom0())
            continue;
        snprintf(name, sizeof(name), "domctl/%s/absent-domain", all[i].name);
        CASE(name, ask_domctl(all[i].number, 777, XEN_DOMCTL_INTERFACE_VERSION));
        if (is_dom0())
            continue;
        snprintf(name, sizeof(name), "domctl/%s/self", all[i].name);
        CASE(name, ask_domctl(all[i].number, DOMID_SELF, XEN_DOMCTL_INTERFACE_VERSION));
        snprintf(name, sizeof(name), "domctl/%s/domain-0", all[i].name);
        CASE(name, ask_domctl(all[i].number, 0, XEN_DOMCTL_INTERFACE_VERSION));
    }
    CASE("domctl/version-0", ask_domctl(XEN_DOMCTL_getdomaininfo, 0, 0));
    CASE("domctl/version-before", ask_domctl(XEN_DOMCTL_getdomaininfo, 0, XEN_DOMCTL_INTERFACE_VERSION - 1));
    CASE("domctl/version-largest", ask_domctl(XEN_DOMCTL_getdomaininfo, 0, ~0U));
    CASE("domctl/unknown-0", ask_domctl(0, 0, XEN_DOMCTL_INTERFACE_VERSION));
    CASE("domctl/unknown-999", ask_domctl(999, 0, XEN_DOMCTL_INTERFACE_VERSION));
    CASE("domctl/unknown-999-absent-domain", ask_domctl(999, 777, XEN_DOMCTL_INTERFACE_VERSION));
    CASE("domctl/getdomaininfo/xen", ask_domctl(XEN_DOMCTL_getdomaininfo, DOMID_XEN, XEN_DOMCTL_INTERFACE_VERSION));
    CASE("domctl/getdomaininfo/invalid", ask_domctl(XEN_DOMCTL_getdomaininfo, DOMID_INVALID, XEN_DOMCTL_INTERFACE_VERSION));
    BAD_POINTERS("domctl/pointer", HC(domctl, pointer));
    CASE("domctl/readonly", HC(domctl, readonly_page));
}

static void systems(void)
{
    static const struct { const char *name; uint16_t number; } all[] = {
        {"readconsole", 1}, {"tbuf_op", 2}, {"physinfo", 3}, {"sched_id", 4}, {"perfc_op", 5}, {"getdomaininfolist", 6},
        {"debug_keys", 7}, {"getcpuinfo", 8}, {"availheap", 9}, {"get_pmstat", 10}, {"cpu_hotplug", 11}, {"pm_op", 12},
        {"page_offline_op", 14}, {"lockprof_op", 15}, {"cputopoinfo", 16}, {"numainfo", 17}, {"cpupool_op", 18},
        {"scheduler_op", 19}, {"pcitopoinfo", 22}, {"get_cpu_levelling_caps", 25}, {"get_cpu_featureset", 26},
        {"livepatch_op", 27}, {"get_cpu_policy", 29},
    };
    char name[64];

    for (volatile unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        snprintf(name, sizeof(name), "sysctl/%s/wrong-version", all[i].name);
        CASE(name, ask_sysctl(all[i].number, XEN_SYSCTL_INTERFACE_VERSION - 1));
        if (is_dom0())
            continue;
        snprintf(name, sizeof(name), "sysctl/%s/zeros", all[i].name);
        CASE(name, ask_sysctl(all[i].number, XEN_SYSCTL_INTERFACE_VERSION));
    }
    CASE("sysctl/version-0", ask_sysctl(XEN_SYSCTL_physinfo, 0));
    CASE("sysctl/version-largest", ask_sysctl(XEN_SYSCTL_physinfo, ~0U));
    CASE("sysctl/unknown-0", ask_sysctl(0, XEN_SYSCTL_INTERFACE_VERSION));
    CASE("sysctl/unknown-13", ask_sysctl(13, XEN_SYSCTL_INTERFACE_VERSION));
    CASE("sysctl/unknown-999", ask_sysctl(999, XEN_SYSCTL_INTERFACE_VERSION));
    CASE("sysctl/sched_id/plain", ask_sysctl(XEN_SYSCTL_sched_id, XEN_SYSCTL_INTERFACE_VERSION));
    CASE("sysctl/physinfo/plain", ask_sysctl(XEN_SYSCTL_physinfo, XEN_SYSCTL_INTERFACE_VERSION));
    BAD_POINTERS("sysctl/pointer", HC(sysctl, pointer));
    CASE("sysctl/readonly", HC(sysctl, readonly_page));
}

static void machine(void)
{
    static const struct { const char *name; uint16_t number; } all[] = {
        {"settime32", 17}, {"add_memtype", 31}, {"del_memtype", 32}, {"read_memtype", 33}, {"microcode_update", 35},
        {"platform_quirk", 39}, {"get_cpu_version", 48}, {"efi_runtime_call", 49}, {"firmware_info", 50},
        {"enter_acpi_sleep", 51}, {"change_freq", 52}, {"getidletime", 53}, {"set_processor_pminfo", 54},
        {"get_cpuinfo", 55}, {"cpu_online", 56}, {"cpu_offline", 57}, {"cpu_hotadd", 58}, {"mem_hotadd", 59},
        {"core_parking", 60}, {"resource_op", 61}, {"settime64", 62}, {"get_symbol", 63},
    };
    char name[64];

    for (volatile unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        snprintf(name, sizeof(name), "platform_op/%s/wrong-version", all[i].name);
        CASE(name, ask_platform(all[i].number, XENPF_INTERFACE_VERSION + 1));
        if (is_dom0())
            continue;
        snprintf(name, sizeof(name), "platform_op/%s/zeros", all[i].name);
        CASE(name, ask_platform(all[i].number, XENPF_INTERFACE_VERSION));
    }
    CASE("platform_op/version-0", ask_platform(XENPF_get_cpuinfo, 0));
    CASE("platform_op/unknown-0", ask_platform(0, XENPF_INTERFACE_VERSION));
    CASE("platform_op/unknown-999", ask_platform(999, XENPF_INTERFACE_VERSION));
    BAD_POINTERS("platform_op/pointer", HC(platform_op, pointer));
    CASE("platform_op/readonly", HC(platform_op, readonly_page));
}

void family(void)
{
    domains();
    systems();
    machine();
}
