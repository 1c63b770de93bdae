/* set_segment_base, and the same by WRMSR and RDMSR. */
#include "harness.h"

#define HOLE 0x0000800000000000UL /* the first address that is not canonical */

static uint64_t read_msr(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static void write_msr(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static uint64_t fs_value(void)
{
    uint64_t value;

    __asm__ volatile("mov %%fs:0, %0" : "=r"(value));
    return value;
}

static void set_fs_selector(uint16_t selector)
{
    __asm__ volatile("mov %0, %%fs" : : "r"((uint32_t)selector));
}

#define FS_BASE 0xc0000100
#define GS_BASE 0xc0000101
#define KERNEL_GS_BASE 0xc0000102

static const uint64_t marker = 0x1122334455667788;

void family(void)
{
    uint64_t kernel_gs = (uint64_t)this_vcpu();

    CASE("set_segment_base/fs/plain", HC(set_segment_base, SEGBASE_FS, &marker));
    YES("set_segment_base/fs/takes-effect", fs_value() == marker);
    YES("set_segment_base/fs/rdmsr", read_msr(FS_BASE) == (uint64_t)&marker);
    CASE("set_segment_base/fs/zero", HC(set_segment_base, SEGBASE_FS, 0));
    CASE("set_segment_base/fs/user-end", HC(set_segment_base, SEGBASE_FS, HOLE - 1));
    CASE("set_segment_base/fs/non-canonical", HC(set_segment_base, SEGBASE_FS, HOLE));
    CASE("set_segment_base/fs/non-canonical-top", HC(set_segment_base, SEGBASE_FS, 1UL << 63));
    CASE("set_segment_base/fs/hypervisors", HC(set_segment_base, SEGBASE_FS, HYPERVISORS));
    YES("set_segment_base/fs/kept-after-error",
        ({ HC(set_segment_base, SEGBASE_FS, &marker); HC(set_segment_base, SEGBASE_FS, HOLE);
           fs_value() == marker; }));
    CASE("set_segment_base/gs-kernel/plain", HC(set_segment_base, SEGBASE_GS_KERNEL, kernel_gs));
    CASE("set_segment_base/gs-kernel/non-canonical", HC(set_segment_base, SEGBASE_GS_KERNEL, HOLE));
    YES("set_segment_base/gs-kernel/rdmsr-gs", read_msr(GS_BASE) == kernel_gs);
    CASE("set_segment_base/gs-user/plain", HC(set_segment_base, SEGBASE_GS_USER, &marker));
    CASE("set_segment_base/gs-user/non-canonical", HC(set_segment_base, SEGBASE_GS_USER, HOLE));
    YES("set_segment_base/gs-user/rdmsr-kernel-gs", read_msr(KERNEL_GS_BASE) == (uint64_t)&marker);
    YES("set_segment_base/gs-user/leaves-kernel-gs", this_vcpu() == (struct vcpu *)kernel_gs);
    CASE("set_segment_base/gs-user-selector/null", HC(set_segment_base, SEGBASE_GS_USER_SEL, 0));
    HEX("set_segment_base/gs-user-selector/null-clears-base",
        ({ HC(set_segment_base, SEGBASE_GS_USER, &marker);
           HC(set_segment_base, SEGBASE_GS_USER_SEL, 0); read_msr(KERNEL_GS_BASE); }));
    CASE("set_segment_base/gs-user-selector/flat",
         HC(set_segment_base, SEGBASE_GS_USER_SEL, FLAT_RING3_DS32));
    CASE("set_segment_base/gs-user-selector/none-there",
         HC(set_segment_base, SEGBASE_GS_USER_SEL, 0x43));
    CASE("set_segment_base/gs-user-selector/ldt", HC(set_segment_base, SEGBASE_GS_USER_SEL, 7));
    CASE("set_segment_base/gs-user-selector/hypervisors",
         HC(set_segment_base, SEGBASE_GS_USER_SEL, 0xe008));
    CASE("set_segment_base/gs-user-selector/high-bits",
         HC(set_segment_base, SEGBASE_GS_USER_SEL, 0xffff0000UL));
    HC(set_segment_base, SEGBASE_GS_USER_SEL, 0);
    CASE("set_segment_base/unknown-4", HC(set_segment_base, 4, 0));
    CASE("set_segment_base/unknown-largest", HC(set_segment_base, ~0U, 0));
    CASE("set_segment_base/unknown-non-canonical", HC(set_segment_base, 4, HOLE));

    DO("wrmsr/fs-base/plain", write_msr(FS_BASE, (uint64_t)&marker));
    YES("wrmsr/fs-base/takes-effect", fs_value() == marker);
    DO("wrmsr/fs-base/non-canonical", write_msr(FS_BASE, HOLE));
    DO("wrmsr/gs-base/same", write_msr(GS_BASE, kernel_gs));
    DO("wrmsr/gs-base/non-canonical", write_msr(GS_BASE, HOLE));
    DO("wrmsr/kernel-gs-base/plain", write_msr(KERNEL_GS_BASE, 0x1000));
    HEX("rdmsr/kernel-gs-base", read_msr(KERNEL_GS_BASE));
    DO("wrmsr/kernel-gs-base/non-canonical", write_msr(KERNEL_GS_BASE, HOLE));
    DO("mov-fs/null", set_fs_selector(0));
    DO("mov-fs/flat", set_fs_selector(FLAT_RING3_DS32));
    DO("mov-fs/code", set_fs_selector(FLAT_RING3_CS64));
    DO("mov-fs/none-there", set_fs_selector(0x43));
    DO("mov-fs/ldt", set_fs_selector(0xf));
    DO("mov-fs/hypervisors", set_fs_selector(0xe008));
    DO("mov-fs/behind-table", set_fs_selector(0xfffb));
    set_fs_selector(0);
    HC(set_segment_base, SEGBASE_FS, 0);
}
