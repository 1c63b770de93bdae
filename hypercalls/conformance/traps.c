/* set_trap_table, and which exceptions instructions raise in the kernel and in user mode. */
#include "harness.h"

#define INT(name, n) DO("int/kernel/" name, __asm__ volatile("int $" #n))

static int64_t set(unsigned vector, unsigned flags, uint64_t address)
{
    struct trap_info table[2] = {{.vector = (uint8_t)vector, .flags = (uint8_t)flags,
                                  .cs = FLAT_RING3_CS64, .address = address}};

    return HC(set_trap_table, table);
}

static void put_back(void)
{
    HC(set_trap_table, NULL);
    HC(set_trap_table, trap_table);
}

/* An entry point with which any vector can come: it is seen as vector 21, with no error code. */
static uint64_t entry(unsigned vector)
{
    for (unsigned i = 0; trap_table[i].address; i++)
        if (trap_table[i].vector == vector)
            return trap_table[i].address;
    return 0;
}

static void tables(void)
{
    CASE("set_trap_table/plain", HC(set_trap_table, trap_table));
    CASE("set_trap_table/null-clears", HC(set_trap_table, NULL));
    put_back();
    CASE("set_trap_table/unmapped", HC(set_trap_table, UNMAPPED));
    CASE("set_trap_table/hypervisors", HC(set_trap_table, HYPERVISORS));
    CASE("set_trap_table/non-canonical", HC(set_trap_table, NON_CANONICAL));
    CASE("set_trap_table/into-gap", ({
             *(struct trap_info *)before_gap(16) = trap_table[0];
             HC(set_trap_table, before_gap(16));
         }));
    CASE("set_trap_table/half-into-gap", HC(set_trap_table, before_gap(8)));
    CASE("set_trap_table/empty", set(0, 0, 0));
    CASE("set_trap_table/vector-32", set(32, 0, entry(0)));
    CASE("set_trap_table/vector-128", set(128, 3, entry(0)));
    CASE("set_trap_table/vector-130", set(130, 3, entry(0)));
    CASE("set_trap_table/vector-255", set(255, 0, entry(0)));
    CASE("set_trap_table/unknown-flags", set(1, 0xff, entry(1)));
    CASE("set_trap_table/address-non-canonical", set(1, 0, NON_CANONICAL));
    CASE("set_trap_table/address-hypervisors", set(1, 0, HYPERVISORS));
    CASE("set_trap_table/address-user", set(1, 0, 0x1000));
    put_back();
}

static void kernel_interrupts(void)
{
    INT("0", 0);
    INT("1", 1);
    INT("2", 2);
    INT("3", 3);
    INT("4", 4);
    INT("6", 6);
    INT("7", 7);
    INT("14", 14);
    INT("22", 22);
    INT("32", 32);
    INT("127", 127);
    INT("128", 128);
    INT("129", 129);
    INT("130", 130);
    INT("255", 255);
    DO("int3/kernel", __asm__ volatile("int3"));
    /* A gate for the kernel alone is enough for the kernel. */
    set(6, 1, entry(6));
    INT("dpl-1", 6);
    set(6, 2, entry(6));
    INT("dpl-2", 6);
    set(6, 3, entry(6));
    INT("dpl-3", 6);
    put_back();
    set(128, 0, entry(6));
    INT("128-dpl-0", 128);
    set(128, 3, entry(6));
    INT("128-dpl-3", 128);
    set(130, 3, entry(6));
    INT("130-dpl-3", 130);
    put_back();
}

static void kernel_exceptions(void)
{
    volatile uint32_t zero = 0;

    DO("exception/kernel/divide", __asm__ volatile("xor %%edx, %%edx; divl %0" : : "m"(zero) : "eax", "edx"));
    DO("exception/kernel/divide-overflow", __asm__ volatile("mov $2, %%edx; mov $1, %%ecx; div %%ecx" ::: "eax", "ecx", "edx"));
    DO("exception/kernel/ud2", __asm__ volatile("ud2"));
    DO("exception/kernel/read-unmapped", *(volatile char *)UNMAPPED);
    DO("exception/kernel/write-unmapped", *(volatile char *)UNMAPPED = 0);
    DO("exception/kernel/read-hypervisors", *(volatile char *)HYPERVISORS);
    DO("exception/kernel/write-hypervisors", *(volatile char *)HYPERVISORS = 0);
    DO("exception/kernel/read-m2p", *(volatile char *)MACH2PHYS_VIRT_START);
    DO("exception/kernel/write-m2p", *(volatile char *)MACH2PHYS_VIRT_START = 0);
    DO("exception/kernel/write-readonly", *(volatile char *)readonly_page = 0);
    DO("exception/kernel/write-page-table", *(volatile char *)(start_info->pt_base + 8) = 0);
    DO("exception/kernel/read-non-canonical", *(volatile char *)NON_CANONICAL);
    DO("exception/kernel/stack-non-canonical", __asm__ volatile("push %%rbp; mov %0, %%rbp; mov (%%rbp), %%rax; pop %%rbp" : : "r"(NON_CANONICAL) : "rax"));
    DO("exception/kernel/fetch-unmapped", ((void (*)(void))UNMAPPED)());
    DO("exception/kernel/fetch-non-canonical", __asm__ volatile("jmp *%0" : : "r"(NON_CANONICAL)));
    DO("exception/kernel/fetch-no-execute", ({
           char *page = new_page();
           page[0] = (char)0xc3;
           pt_protect((uint64_t)page, PTE_KERNEL | PTE_NO_EXECUTE);
           ((void (*)(void))page)();
       }));
    DO("exception/kernel/crosses-into-gap", *(volatile uint64_t *)before_gap(4));
    DO("exception/kernel/into", __asm__ volatile(".byte 0xce"));
    DO("exception/kernel/long-instruction", __asm__ volatile(".fill 15, 1, 0x66; nop"));
    DO("exception/kernel/lock-mov", __asm__ volatile(".byte 0xf0, 0x89, 0xc0"));
    DO("exception/kernel/single-step", __asm__ volatile("pushf; orq $0x100, (%%rsp); popf; nop; nop" ::: "memory"));
    DO("exception/kernel/alignment", __asm__ volatile("sub $16, %%rsp; movaps 1(%%rsp), %%xmm0; add $16, %%rsp" ::: "memory"));
    DO("exception/kernel/far-call-to-data", __asm__ volatile(".byte 0xff, 0x18" : : "a"(&(struct { uint32_t o; uint16_t s; } __attribute__((packed))){0, FLAT_RING3_DS32})));
    DO("exception/kernel/load-ss-null", __asm__ volatile("mov %0, %%ss" : : "r"(0)));
    DO("exception/kernel/load-ss-none-there", __asm__ volatile("mov %0, %%ss" : : "r"(0x43)));
    DO("exception/kernel/load-ss-code", __asm__ volatile("mov %0, %%ss" : : "r"(FLAT_RING3_CS64)));
    DO("exception/kernel/load-ss-same", __asm__ volatile("mov %0, %%ss" : : "r"(FLAT_RING3_SS64)));
}

/* Code for user mode, followed by a system call. */
#define USER(name, text)                                                              \
    do {                                                                              \
        const char *start, *end;                                                      \
        __asm__(".pushsection .rodata\n770: " text "\n syscall\n771:\n.popsection\n" \
                "mov $770b, %0\n mov $771b, %1" : "=r"(start), "=r"(end));            \
        ASK(name, user_answer(start, (size_t)(end - start)));                         \
    } while (0)

static void user_exceptions(void)
{
    USER("exception/user/syscall", "nop");
    USER("exception/user/ud2", "ud2");
    USER("exception/user/divide", "xor %%ecx, %%ecx; div %%ecx");
    USER("exception/user/int3", "int3");
    USER("exception/user/int-0", "int $0");
    USER("exception/user/int-3", "int $3");
    USER("exception/user/int-6", "int $6");
    USER("exception/user/int-32", "int $32");
    USER("exception/user/int-128", "int $128");
    USER("exception/user/int-130", "int $130");
    USER("exception/user/read-unmapped", "mov 0x700000, %%al");
    USER("exception/user/write-unmapped", "mov %%al, 0x700000");
    USER("exception/user/write-code", "mov %%al, 0x400000");
    USER("exception/user/read-kernel", "mov 0xffffffff80000000, %%al");
    USER("exception/user/write-kernel", "mov %%al, 0xffffffff80000000");
    USER("exception/user/read-hypervisors", "mov $0xffff804000000000, %%rax; mov (%%rax), %%al");
    USER("exception/user/read-m2p", "mov $0xffff800000000000, %%rax; mov (%%rax), %%al");
    USER("exception/user/read-non-canonical", "mov $0x800000001000, %%rax; mov (%%rax), %%al");
    USER("exception/user/jump-unmapped", "mov $0x700000, %%eax; jmp *%%rax");
    USER("exception/user/hlt", "hlt");
    USER("exception/user/cli", "cli");
    USER("exception/user/sti", "sti");
    USER("exception/user/in", "in $0x80, %%al");
    USER("exception/user/out", "out %%al, $0x80");
    USER("exception/user/rdmsr", "mov $0xc0000100, %%ecx; rdmsr");
    USER("exception/user/wrmsr", "mov $0xc0000100, %%ecx; wrmsr");
    USER("exception/user/mov-from-cr0", "mov %%cr0, %%rax");
    USER("exception/user/mov-from-cr2", "mov %%cr2, %%rax");
    USER("exception/user/mov-from-cr3", "mov %%cr3, %%rax");
    USER("exception/user/mov-to-cr3", "mov %%rax, %%cr3");
    USER("exception/user/mov-from-cr4", "mov %%cr4, %%rax");
    USER("exception/user/mov-from-db7", "mov %%db7, %%rax");
    USER("exception/user/clts", "clts");
    USER("exception/user/invlpg", "invlpg (%%rsp)");
    USER("exception/user/wbinvd", "wbinvd");
    USER("exception/user/swapgs", "swapgs");
    USER("exception/user/sysret", "sysretq");
    USER("exception/user/lgdt", "lgdt (%%rsp)");
    USER("exception/user/ltr", "ltr %%ax");
    USER("exception/user/lmsw", "lmsw %%ax");
    USER("exception/user/rdtsc", "rdtsc");
    USER("exception/user/cpuid", "xor %%eax, %%eax; cpuid");
    USER("exception/user/rdpmc", "xor %%ecx, %%ecx; rdpmc");
    USER("exception/user/fnop", "fnop");
    USER("exception/user/iretq-bad-cs", "pushq $0xe02b; push %%rsp; pushf; pushq $0x43; pushq $0x400000; iretq");
    USER("exception/user/single-step", "pushf; orq $0x100, (%%rsp); popf; nop; nop");
    USER("exception/user/forced-cpuid", ".byte 0x0f, 0x0b, 0x78, 0x65, 0x6e, 0x0f, 0xa2");
    /* Gates that user mode may use. */
    set(6, 3, entry(6));
    USER("exception/user/int-6-dpl-3", "int $6");
    set(6, 1, entry(6));
    USER("exception/user/int-6-dpl-1", "int $6");
    put_back();
    set(128, 3, entry(6));
    USER("exception/user/int-128-dpl-3", "int $128");
    set(128, 0, entry(6));
    USER("exception/user/int-128-dpl-0", "int $128");
    put_back();
}

void family(void)
{
    tables();
    kernel_interrupts();
    kernel_exceptions();
    user_exceptions();
}
