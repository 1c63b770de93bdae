/* Instructions that trap in a kernel without ring 0: what the hypervisor does for it. Values that
 * depend on the processor are not asked, only whether the instruction goes through. */
#include "harness.h"

static bool rdmsr(uint32_t msr, uint64_t *value)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    *value = (uint64_t)high << 32 | low;
    return true;
}

static void wrmsr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static const struct {
    const char *name;
    uint32_t number;
} msrs[] = {
    {"p5-mc-addr", 0}, {"tsc", 0x10}, {"platform-id", 0x17}, {"apic-base", 0x1b}, {"feature-control", 0x3a},
    {"tsc-adjust", 0x3b}, {"spec-ctrl", 0x48}, {"pred-cmd", 0x49}, {"ucode-write", 0x79}, {"ucode-rev", 0x8b},
    {"pmc0", 0xc1}, {"platform-info", 0xce}, {"mperf", 0xe7}, {"aperf", 0xe8}, {"mtrr-cap", 0xfe},
    {"arch-capabilities", 0x10a}, {"misc-features", 0x140}, {"sysenter-cs", 0x174}, {"sysenter-esp", 0x175},
    {"sysenter-eip", 0x176}, {"mcg-cap", 0x179}, {"mcg-status", 0x17a}, {"perfevtsel0", 0x186}, {"perf-status", 0x198},
    {"perf-ctl", 0x199}, {"therm-status", 0x19c}, {"misc-enable", 0x1a0}, {"energy-perf-bias", 0x1b0},
    {"debugctl", 0x1d9}, {"mtrr-physbase0", 0x200}, {"pat", 0x277}, {"mtrr-def-type", 0x2ff}, {"perf-capabilities", 0x345},
    {"perf-global-ctrl", 0x38f}, {"mc0-ctl", 0x400}, {"mc0-status", 0x401}, {"vmx-basic", 0x480}, {"tsc-deadline", 0x6e0},
    {"x2apic-id", 0x802}, {"xss", 0xda0}, {"efer", 0xc0000080}, {"star", 0xc0000081}, {"lstar", 0xc0000082},
    {"cstar", 0xc0000083}, {"sfmask", 0xc0000084}, {"tsc-aux", 0xc0000103}, {"tsc-ratio", 0xc0000104},
    {"syscfg", 0xc0010010}, {"hwcr", 0xc0010015}, {"nb-cfg", 0xc001001f}, {"pstate-0", 0xc0010064}, {"vm-cr", 0xc0010114},
    {"de-cfg", 0xc0011029}, {"hypercall-page", 0x40000000}, {"hypervisor-2", 0x40000001}, {"viridian", 0x40000010},
    {"none-there", 0x12345678}, {"last", 0xffffffff},
};

static void model_specific(void)
{
    char name[48];
    uint64_t value;

    for (volatile unsigned i = 0; i < sizeof(msrs) / sizeof(msrs[0]); i++) {
        snprintf(name, sizeof(name), "rdmsr/%s", msrs[i].name);
        DO(name, rdmsr(msrs[i].number, &value));
        if (msrs[i].number == 0x40000000 || msrs[i].number == 0x79)
            continue;
        snprintf(name, sizeof(name), "wrmsr/%s", msrs[i].name);
        DO(name, if (msrs[i].number == 0x40000001) value = 0; else rdmsr(msrs[i].number, &value);
           wrmsr(msrs[i].number, value));
    }
#define VALUE(name, msr, mask) HEX("rdmsr/" name, ({ rdmsr(msr, &value); value & (mask); }))
    VALUE("apic-base/value", 0x1b, ~0UL);
    VALUE("pat/value", 0x277, ~0UL);
    VALUE("efer/value", 0xc0000080, ~0UL);
    VALUE("hypercall-page/value", 0x40000000, ~0UL);
    VALUE("mcg-status/value", 0x17a, ~0UL);
    VALUE("mc0-status/value", 0x401, ~0UL);
    VALUE("misc-enable/policy", 0x1a0, 1UL << 7 | 1UL << 11 | 1UL << 12 | 1UL << 18);
    DO("wrmsr/efer/other-value", wrmsr(0xc0000080, 0));
    DO("wrmsr/efer/no-execute-off", wrmsr(0xc0000080, 0x501));
    DO("wrmsr/apic-base/other-value", wrmsr(0x1b, 0xfee00900));
    DO("wrmsr/pat/other-value", wrmsr(0x277, 0));
    DO("wrmsr/tsc/zero", wrmsr(0x10, 0));
    DO("wrmsr/misc-enable/zero", wrmsr(0x1a0, 0));
    DO("wrmsr/hypercall-page/unaligned", wrmsr(0x40000000, 0x1001));
    DO("wrmsr/hypercall-page/foreign", wrmsr(0x40000000, FOREIGN_MFN << 12));
    DO("wrmsr/hypercall-page/absent", wrmsr(0x40000000, ABSENT_MFN << 12));
    DO("wrmsr/hypercall-page/second-page", wrmsr(0x40000000, 1));
    DO("wrmsr/hypercall-page/page-table",
       wrmsr(0x40000000, virt_to_mfn((void *)start_info->pt_base) << 12));
    {
        unsigned char *page = new_page();

        DO("wrmsr/hypercall-page/plain", wrmsr(0x40000000, virt_to_mfn(page) << 12));
        HEX("hypercall-page/version-call", ((int64_t (*)(int, void *))(page + 17 * 32))(0, NULL));
        HEX("hypercall-page/slot-17-number", *(uint32_t *)(page + 17 * 32 + 4));
        HEX("hypercall-page/slot-0-start", *(uint64_t *)page);
        HEX("hypercall-page/slot-0-rest", *(uint64_t *)(page + 8) & 0xffffffffffUL);
        HEX("hypercall-page/iret-start", *(uint64_t *)(page + 23 * 32));
        HEX("hypercall-page/iret-rest", *(uint32_t *)(page + 23 * 32 + 8) & 0xffff);
    }
}

static void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4], bool forced)
{
    if (forced)
        __asm__ volatile(".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e, 0x0f, 0xa2"
                         : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                         : "a"(leaf), "c"(subleaf));
    else
        __asm__ volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
                         : "a"(leaf), "c"(subleaf));
}

static void identification(void)
{
    uint32_t r[4];

#define LEAF(name, leaf, sub, reg, mask) \
    HEX("cpuid/" name, ({ cpuid(leaf, sub, r, true); r[reg] & (mask); }))
#define BIT(name, leaf, reg, bit) \
    YES("cpuid/" name, ({ cpuid(leaf, 0, r, true); r[reg] >> (bit) & 1; }))
    LEAF("hypervisor-base/eax", 0x40000000, 0, 0, ~0U);
    LEAF("hypervisor-base/ebx", 0x40000000, 0, 1, ~0U);
    LEAF("hypervisor-base/ecx", 0x40000000, 0, 2, ~0U);
    LEAF("hypervisor-base/edx", 0x40000000, 0, 3, ~0U);
    LEAF("hypervisor-version/eax", 0x40000001, 0, 0, ~0U);
    LEAF("hypervisor-version/ebx", 0x40000001, 0, 1, ~0U);
    LEAF("hypervisor-page/eax", 0x40000002, 0, 0, ~0U);
    LEAF("hypervisor-page/ebx", 0x40000002, 0, 1, ~0U);
    LEAF("hypervisor-page/ecx", 0x40000002, 0, 2, ~0U);
    LEAF("hypervisor-hvm/eax", 0x40000004, 0, 0, ~0U);
    LEAF("hypervisor-hvm/ebx", 0x40000004, 0, 1, ~0U);
    LEAF("hypervisor-pv/eax", 0x40000005, 0, 0, ~0U);
    LEAF("hypervisor-pv/sub-1", 0x40000005, 1, 1, ~0U);
    LEAF("hypervisor-6/eax", 0x40000006, 0, 0, ~0U);
    LEAF("apic-id", 1, 0, 1, 0xff000000);
    BIT("hypervisor", 1, 2, 31);
    BIT("fpu", 1, 3, 0);
    BIT("vme", 1, 3, 1);
    BIT("de", 1, 3, 2);
    BIT("pse", 1, 3, 3);
    BIT("tsc", 1, 3, 4);
    BIT("msr", 1, 3, 5);
    BIT("pae", 1, 3, 6);
    BIT("mce", 1, 3, 7);
    BIT("cx8", 1, 3, 8);
    BIT("apic", 1, 3, 9);
    BIT("sep", 1, 3, 11);
    BIT("mtrr", 1, 3, 12);
    BIT("pge", 1, 3, 13);
    BIT("mca", 1, 3, 14);
    BIT("cmov", 1, 3, 15);
    BIT("pat", 1, 3, 16);
    BIT("pse36", 1, 3, 17);
    BIT("clflush", 1, 3, 19);
    BIT("dts", 1, 3, 21);
    BIT("acpi", 1, 3, 22);
    BIT("mmx", 1, 3, 23);
    BIT("fxsr", 1, 3, 24);
    BIT("sse", 1, 3, 25);
    BIT("sse2", 1, 3, 26);
    BIT("monitor", 1, 2, 3);
    BIT("vmx", 1, 2, 5);
    BIT("eist", 1, 2, 7);
    BIT("pcid", 1, 2, 17);
    BIT("x2apic", 1, 2, 21);
    BIT("tsc-deadline", 1, 2, 24);
    BIT("tsc-adjust", 7, 1, 1);
    BIT("smep", 7, 1, 7);
    BIT("invpcid", 7, 1, 10);
    BIT("mpx", 7, 1, 14);
    BIT("smap", 7, 1, 20);
    BIT("umip", 7, 2, 2);
    BIT("pku", 7, 2, 3);
    BIT("long-mode", 0x80000001, 3, 29);
    BIT("page-1gb", 0x80000001, 3, 26);
    BIT("no-execute", 0x80000001, 3, 20);
    BIT("syscall", 0x80000001, 3, 11);
    BIT("lahf", 0x80000001, 2, 0);
    BIT("svm", 0x80000001, 2, 2);
    BIT("invariant-tsc", 0x80000007, 3, 8);
    DO("cpuid/plain", cpuid(0, 0, r, false));
    DO("cpuid/forced", cpuid(0, 0, r, true));
    YES("cpuid/plain-and-forced-vendor",
        ({ uint32_t p[4]; cpuid(0, 0, p, false); cpuid(0, 0, r, true);
           p[1] == r[1] && p[2] == r[2] && p[3] == r[3]; }));
}

#define READ_CR(n) ({ uint64_t v_; __asm__ volatile("mov %%cr" #n ", %0" : "=r"(v_)); v_; })
#define WRITE_CR(n, v) \
    ({ __asm__ volatile("mov %0, %%cr" #n : : "r"((uint64_t)(v)) : "memory"); })

static void control_registers(void)
{
    uint64_t root = virt_to_mfn((void *)start_info->pt_base) << 12;

    HEX("mov-from-cr0/value", READ_CR(0));
    DO("mov-to-cr0/same", WRITE_CR(0, READ_CR(0)));
    DO("mov-to-cr0/task-switched", WRITE_CR(0, READ_CR(0) | 8));
    HEX("mov-from-cr0/task-switched", READ_CR(0));
    DO("clts/plain", __asm__ volatile("clts"));
    HEX("mov-from-cr0/after-clts", READ_CR(0));
    DO("mov-to-cr0/paging-off", WRITE_CR(0, READ_CR(0) & ~(1UL << 31)));
    DO("mov-to-cr0/write-protect-off", WRITE_CR(0, READ_CR(0) & ~(1UL << 16)));
    DO("mov-to-cr0/zero", WRITE_CR(0, 0));
    DO("mov-from-cr2/plain", READ_CR(2));
    HEX("mov-from-cr2/after-write", (WRITE_CR(2, 0x1234), READ_CR(2)));
    YES("mov-from-cr2/in-vcpu-info", (WRITE_CR(2, 0x4321), this_vcpu()->info->arch.cr2 == 0x4321));
    YES("mov-from-cr3/is-root", READ_CR(3) == root);
    DO("mov-to-cr3/same", WRITE_CR(3, root));
    DO("mov-to-cr3/foreign", WRITE_CR(3, FOREIGN_MFN << 12));
    DO("mov-to-cr3/absent", WRITE_CR(3, ABSENT_MFN << 12));
    DO("mov-to-cr3/no-table", WRITE_CR(3, virt_to_mfn(new_page()) << 12));
    DO("mov-to-cr3/low-bits", WRITE_CR(3, root | 8));
    DO("mov-from-cr4/plain", READ_CR(4));
    HEX("mov-from-cr4/policy", READ_CR(4) & 0x6fb);
    DO("mov-to-cr4/same", WRITE_CR(4, READ_CR(4)));
    HEX("mov-to-cr4/time-stamp-disable", (WRITE_CR(4, READ_CR(4) | 4), READ_CR(4) & 4));
    HEX("mov-to-cr4/debugging-extensions", (WRITE_CR(4, READ_CR(4) | 8), READ_CR(4) & 8));
    HEX("mov-to-cr4/page-size-extensions", (WRITE_CR(4, READ_CR(4) | 0x10), READ_CR(4) & 0x10));
    HEX("mov-to-cr4/smep", (WRITE_CR(4, READ_CR(4) | 1UL << 20), READ_CR(4) & 1UL << 20));
    HEX("mov-to-cr4/physical-address-off", (WRITE_CR(4, READ_CR(4) & ~0x20UL), READ_CR(4) & 0x20));
    DO("mov-to-cr4/unknown-bit", WRITE_CR(4, READ_CR(4) | 1UL << 40));
    WRITE_CR(4, READ_CR(4) & ~0xcUL);
    DO("mov-from-cr8/plain", READ_CR(8));
    DO("mov-to-cr8/zero", WRITE_CR(8, 0));
    DO("mov-from-cr1/plain", __asm__ volatile(".byte 0x0f, 0x20, 0xc8" ::: "rax"));
    DO("mov-from-cr5/plain", __asm__ volatile(".byte 0x0f, 0x20, 0xe8" ::: "rax"));
    DO("lmsw/same", __asm__ volatile("lmsw %w0" : : "r"(READ_CR(0))));
    DO("smsw/plain", ({ uint64_t v; __asm__ volatile("smsw %0" : "=r"(v)); }));
    DO("xgetbv/0", ({ uint32_t l, h; __asm__ volatile("xgetbv" : "=a"(l), "=d"(h) : "c"(0)); }));
    DO("xsetbv/without-osxsave", __asm__ volatile("xsetbv" : : "a"(3), "d"(0), "c"(0)));
}

#define PLAIN(name, text, ...) DO(name, __asm__ volatile(text ::: "memory", ##__VA_ARGS__))

static void privileged(void)
{
    static uint8_t memory[16];

    PLAIN("hlt", "hlt");
    PLAIN("cli", "cli");
    PLAIN("sti", "sti");
    PLAIN("invd", "invd");
    PLAIN("wbinvd", "wbinvd");
    PLAIN("swapgs", "swapgs");
    PLAIN("sysret", "sysretq", "rcx");
    PLAIN("sysexit", ".byte 0x0f, 0x35");
    PLAIN("rdpmc", "xor %%ecx, %%ecx; rdpmc", "rax", "rcx", "rdx");
    PLAIN("rdtsc", "rdtsc", "rax", "rdx");
    PLAIN("monitor", "monitor", "rax");
    PLAIN("mwait", "mwait");
    PLAIN("vmcall", "vmcall");
    PLAIN("vmxoff", ".byte 0x0f, 0x01, 0xc4");
    PLAIN("vmmcall", "vmmcall");
    PLAIN("clac", "clac");
    PLAIN("rsm", "rsm");
    PLAIN("ltr", "xor %%eax, %%eax; ltr %%ax", "rax");
    PLAIN("lldt", "xor %%eax, %%eax; lldt %%ax", "rax");
    PLAIN("str", "str %%eax", "rax");
    PLAIN("sldt", "sldt %%eax", "rax");
    PLAIN("ud0", ".byte 0x0f, 0xff, 0xc0");
    PLAIN("ud1", ".byte 0x0f, 0xb9, 0xc0");
    PLAIN("int1", ".byte 0xf1");
    PLAIN("popf-interrupts-off", "pushf; andq $~0x200, (%%rsp); popf");
    PLAIN("retf-to-ring-0", "push $0xe030; lea 1f(%%rip), %%rax; push %%rax; lretq; 1:", "rax");
    PLAIN("iretq-same", "mov %%rsp, %%rax; push $0xe02b; push %%rax; pushf; push $0xe033; lea 1f(%%rip), %%rax; push %%rax; iretq; 1:", "rax");
    PLAIN("iretq-to-ring-0", "mov %%rsp, %%rax; push $0xe02b; push %%rax; pushf; push $0xe030; lea 1f(%%rip), %%rax; push %%rax; iretq; 1: mov %%rax, %%rax", "rax");
    DO("lgdt", __asm__ volatile("lgdt %0" : : "m"(memory)));
    DO("lidt", __asm__ volatile("lidt %0" : : "m"(memory)));
    DO("sgdt", __asm__ volatile("sgdt %0" : "=m"(memory)));
    YES("sgdt/in-hypervisors-range", (*(uint64_t *)(memory + 2) >> 47 == 0x1ffff));
    DO("sidt", __asm__ volatile("sidt %0" : "=m"(memory)));
    DO("invlpg", __asm__ volatile("invlpg %0" : : "m"(memory)));
    DO("lar-flat", ({ uint32_t v; __asm__ volatile("lar %1, %0" : "=r"(v) : "r"(FLAT_RING3_CS64)); }));
    DO("verr-none-there", __asm__ volatile("verr %w0" : : "r"(0x43)));
    YES("pushf/interrupt-flag", ({ uint64_t f; __asm__ volatile("pushf; pop %0" : "=r"(f)); f & 0x200; }));
    YES("pushf/interrupt-flag-when-masked", ({ uint64_t f; events_off();
        __asm__ volatile("pushf; pop %0" : "=r"(f)); events_on(); f & 0x200; }));
    YES("pushf/io-privilege", ({ uint64_t f; __asm__ volatile("pushf; pop %0" : "=r"(f)); f & 0x3000; }));
}

static uint32_t in8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static uint32_t in32(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void ports(void)
{
    struct physdev_set_iopl iopl = {.iopl = 1};
    static uint8_t bitmap[8192];
    struct physdev_set_iobitmap map = {.bitmap = bitmap, .nr_ports = 65536};
    uint8_t byte = 0;

    DO("in/iopl-0", in8(0x80));
    DO("out/iopl-0", out8(0x80, 0));
    DO("ins/iopl-0", __asm__ volatile("insb" : : "d"(0x80), "D"(&byte) : "memory"));
    DO("outs/iopl-0", __asm__ volatile("outsb" : : "d"(0x80), "S"(&byte) : "memory"));
    HC(physdev_op, PHYSDEVOP_set_iopl, &iopl);
    if (!is_dom0()) {
        HEX("in/iopl-1-not-owned", in8(0x300));
        HEX("in/iopl-1-not-owned-32", in32(0x300));
        DO("out/iopl-1-not-owned", out8(0x300, 1));
        DO("ins/iopl-1-not-owned", __asm__ volatile("insb" : : "d"(0x300), "D"(&byte) : "memory"));
        HEX("in/iopl-1-pci-config", ({ __asm__ volatile("outl %0, %1" : : "a"(0x80000000), "Nd"((uint16_t)0xcf8)); in32(0xcfc); }));
        HEX("in/iopl-1-keyboard", in8(0x64));
    }
    DO("in/iopl-1-timer", in8(0x42));
    DO("in/iopl-1-clock", (out8(0x70, 0x80), in8(0x71)));
    DO("in/iopl-1-system-port", in8(0x61));
    DO("cli/iopl-1", __asm__ volatile("cli"));
    YES("cli/iopl-1-leaves-mask", !this_vcpu()->info->evtchn_upcall_mask);
    DO("sti/iopl-1", __asm__ volatile("sti"));
    iopl.iopl = 0;
    HC(physdev_op, PHYSDEVOP_set_iopl, &iopl);
    CASE("in/bitmap-set", HC(physdev_op, PHYSDEVOP_set_iobitmap, &map));
    DO("in/bitmap-allows", in8(0x61));
    memset(bitmap, 0xff, sizeof(bitmap));
    DO("in/bitmap-refuses", in8(0x61));
    bitmap[0x60 / 8] = 0xfd;
    DO("in/bitmap-one-bit", in8(0x61));
    DO("in/bitmap-needs-all-bits", in32(0x61));
    map.bitmap = (void *)UNMAPPED;
    HC(physdev_op, PHYSDEVOP_set_iobitmap, &map);
    DO("in/bitmap-unmapped", in8(0x61));
    map = (struct physdev_set_iobitmap){0};
    HC(physdev_op, PHYSDEVOP_set_iobitmap, &map);
    DO("in/bitmap-gone", in8(0x61));
}

void family(void)
{
    model_specific();
    identification();
    control_registers();
    privileged();
    ports();
}
