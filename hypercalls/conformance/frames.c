/* Entry frames: what exceptions, events and system calls leave on the stack and in registers, from
 * the kernel and from user mode, and what the iret hypercall makes of a frame. */
#include "harness.h"

extern char event_entry[], syscall_entry[];

static struct trap_frame seen;
static volatile unsigned count;
static uint64_t rsp_before;

/* Keeps the frame and goes on behind an instruction of `skip` bytes. */
static unsigned skip;

static bool keep(struct trap_frame *frame)
{
    seen = *frame;
    count++;
    frame->rip += skip;
    frame->rflags &= ~0x100UL;
    return true;
}

/* Raises an exception by an instruction of `length` bytes with flags `flags`. */
#define RAISE(length, flags, text)                                                            \
    do {                                                                                      \
        skip = length;                                                                        \
        exception_filter = keep;                                                              \
        __asm__ volatile("mov %%rsp, %0; pushfq; popq %%rax; orq %1, %%rax; pushq %%rax; popfq\n" \
                         text "\n pushfq; andq $~0x50dd5, (%%rsp); popfq; cld"                 \
                         : "=m"(rsp_before) : "r"((uint64_t)(flags))                           \
                         : "rax", "rbx", "memory", "cc");                                      \
        exception_filter = NULL;                                                              \
    } while (0)

static void kernel_exceptions(void)
{
    RAISE(2, 0, "ud2");
    HEX("frames/kernel/ud2/cs", seen.cs);
    HEX("frames/kernel/ud2/ss", seen.ss);
    HEX("frames/kernel/ud2/flags", seen.rflags & ~0x8d5UL);
    YES("frames/kernel/ud2/rip-is-instruction", *(uint16_t *)seen.rip == 0x0b0f);
    YES("frames/kernel/ud2/rsp", seen.rsp == rsp_before);
    HEX("frames/kernel/ud2/mask", seen.events_were_off);
    HEX("frames/kernel/ud2/above-cs", seen.unused);
    events_off();
    RAISE(2, 0, "ud2");
    HEX("frames/kernel/ud2-masked/mask", seen.events_were_off);
    HEX("frames/kernel/ud2-masked/flags", seen.rflags & ~0x8d5UL);
    YES("frames/kernel/ud2-masked/mask-kept", this_vcpu()->info->evtchn_upcall_mask);
    events_on();
    RAISE(2, 0x400, "ud2");
    HEX("frames/kernel/ud2-direction/flags", seen.rflags & 0x400);
    RAISE(2, 0x40000, "ud2");
    HEX("frames/kernel/ud2-alignment/flags", seen.rflags & 0x40000);
    RAISE(2, 0x4000, "ud2");
    HEX("frames/kernel/ud2-nested-task/flags", seen.rflags & 0x4000);
    RAISE(2, 0x3000, "ud2");
    HEX("frames/kernel/ud2-iopl/flags", seen.rflags & 0x3000);
    RAISE(2, 0x200000, "ud2");
    HEX("frames/kernel/ud2-id/flags", seen.rflags & 0x200000);
    RAISE(0, 0, "int3");
    YES("frames/kernel/int3/rip-is-behind", *(uint8_t *)(seen.rip - 1) == 0xcc);
    RAISE(1, 0, "hlt");
    TEXT("frames/kernel/hlt/error-code", "%x", seen.error_code);
    RAISE(0, 0x100, "nop; nop");
    HEX("frames/kernel/single-step/flags", seen.rflags & 0x100);
    RAISE(2, 0, "mov (%%rax), %%bl");
    TEXT("frames/kernel/page-fault/vector", "%u", seen.vector);
    RAISE(2, 0, "mov $0x500000000123, %%rax; mov (%%rax), %%bl");
    HEX("frames/kernel/page-fault/cr2", trap_fault_address());
    HEX("frames/kernel/page-fault/error-code", seen.error_code);
    RAISE(2, 0, "mov $0x500000000123, %%rax; mov %%bl, (%%rax)");
    HEX("frames/kernel/page-fault-write/error-code", seen.error_code);
    TEXT("frames/kernel/page-fault/vector-of-both", "%u", seen.vector);
    RAISE(2, 0, "mov $0x0000900000000000, %%rax; mov (%%rax), %%bl");
    TEXT("frames/kernel/non-canonical/vector", "%u", seen.vector);
}

/* A stack below which nothing may be lost: the frame is 16-byte aligned downwards. */
static bool note_stack(struct trap_frame *frame)
{
    seen = *frame;
    frame->rip += 2;
    rsp_before = (uint64_t)(frame + 1);
    return true;
}

static void alignment(void)
{
    char name[64];

    for (volatile unsigned offset = 0; offset < 16; offset += 4) {
        exception_filter = note_stack;
        __asm__ volatile("mov %%rsp, %%r12; sub %0, %%rsp; ud2; mov %%r12, %%rsp"
                         : : "r"((uint64_t)offset + 128) : "r12", "memory");
        exception_filter = NULL;
        snprintf(name, sizeof(name), "frames/kernel/stack-offset-%u/aligned", offset);
        YES(name, rsp_before % 16 == 0);
        snprintf(name, sizeof(name), "frames/kernel/stack-offset-%u/distance", offset);
        TEXT(name, "%ld", (int64_t)(seen.rsp - rsp_before));
    }
}

static void on_event(evtchn_port_t port, void *argument)
{
    (void)port;
    (void)argument;
    count++;
}

static void events(void)
{
    struct vcpu_info *info = this_vcpu()->info;
    int port = event_bind_ipi(0, on_event, NULL);

    YES("frames/event/delivered-by-send", (count = 0, event_send((evtchn_port_t)port), count == 1));
    YES("frames/event/not-when-masked", ({
            events_off(); count = 0; event_send((evtchn_port_t)port); bool none = count == 0; events_on(); none; }));
    YES("frames/event/delivered-after-unmasking", count == 1);
    YES("frames/event/pending-flag-stays-for-guest", ({
            events_off(); event_send((evtchn_port_t)port); bool p = info->evtchn_upcall_pending; events_on(); p; }));
    YES("frames/event/mask-off-again", !info->evtchn_upcall_mask);
    YES("frames/event/pending-flag-alone-delivers", ({
            info->evtchn_upcall_pending = 1; HC(xen_version, 0, 0); !info->evtchn_upcall_pending; }));
    event_close((evtchn_port_t)port);
}

/* ---- The iret hypercall, to a label of this kernel ---- */

static uint64_t after_rax, after_rcx, after_r11, after_flags, after_cs, after_ss;
static volatile uint64_t iret_cs, iret_ss, iret_flags, iret_words;

static void __attribute__((noinline)) iret_to_label(void)
{
    __asm__ volatile(
        "mov %%rsp, %%r12\n"
        "pushq %[ss]; pushq %%r12; pushq %[flags]; pushq %[cs]; lea 1f(%%rip), %%rax; pushq %%rax\n"
        "pushq %[words]\n"
        "pushq $0x1111; pushq $0x2222; pushq $0x3333\n"
        "mov $23, %%eax; syscall; ud2\n"
        "1: mov %%rax, %[rax]; mov %%rcx, %[rcx]; mov %%r11, %[r11]\n"
        "pushfq; popq %[fl]; mov %%cs, %%eax; mov %%rax, %[ocs]; mov %%ss, %%eax; mov %%rax, %[oss]\n"
        "pushfq; andq $~0x50dd5, (%%rsp); popfq; cld"
        : [rax] "=m"(after_rax), [rcx] "=m"(after_rcx), [r11] "=m"(after_r11), [fl] "=m"(after_flags),
          [ocs] "=m"(after_cs), [oss] "=m"(after_ss)
        : [ss] "m"(iret_ss), [cs] "m"(iret_cs), [flags] "m"(iret_flags), [words] "m"(iret_words)
        : "rax", "rcx", "r11", "r12", "memory", "cc");
}

static void irets(void)
{
    iret_cs = 0xe030;
    iret_ss = 0xe02b;
    iret_flags = 0x202;
    DO("iret/kernel/plain", iret_to_label());
    HEX("iret/kernel/rax", after_rax);
    HEX("iret/kernel/rcx", after_rcx);
    HEX("iret/kernel/r11", after_r11);
    HEX("iret/kernel/flags", after_flags);
    HEX("iret/kernel/cs", after_cs);
    HEX("iret/kernel/ss", after_ss);
    YES("iret/kernel/interrupts-on-unmasks", (events_off(), iret_to_label(), !this_vcpu()->info->evtchn_upcall_mask));
    iret_flags = 0x2;
    YES("iret/kernel/interrupts-off-masks", ({
            events_on(); iret_to_label(); bool m = this_vcpu()->info->evtchn_upcall_mask; events_on(); m; }));
    HEX("iret/kernel/interrupts-off-flags", after_flags);
    iret_flags = 0x3202;
    HEX("iret/kernel/iopl-flags", (iret_to_label(), after_flags));
    iret_flags = 0x20202;
    HEX("iret/kernel/virtual-8086-flags", (iret_to_label(), after_flags));
    iret_flags = 0x40a02;
    HEX("iret/kernel/other-flags", (iret_to_label(), after_flags));
    iret_flags = 0x202;
    iret_ss = 0xe028;
    HEX("iret/kernel/ss-ring-0", (iret_to_label(), after_ss));
    iret_ss = 0;
    DO("iret/kernel/ss-null", iret_to_label());
    iret_ss = 0x43;
    DO("iret/kernel/ss-none-there", iret_to_label());
    iret_ss = 0xe02b;
    iret_cs = 0xe028;
    DO("iret/kernel/cs-data", iret_to_label());
    iret_cs = 0x40;
    DO("iret/kernel/cs-none-there", iret_to_label());
    iret_cs = 0xe030;
    iret_words = VGCF_in_syscall;
    DO("iret/kernel/in-syscall", iret_to_label());
    YES("iret/kernel/in-syscall-rcx-is-rip", after_rcx > KERNEL_BASE);
    HEX("iret/kernel/in-syscall-r11", after_r11);
    iret_words = ~0xffUL & ~(uint64_t)VGCF_in_syscall;
    HEX("iret/kernel/unknown-words", (iret_to_label(), after_rcx));
    iret_words = 0;
}

/* ---- User mode ---- */

static bool keep_user(struct trap_frame *frame)
{
    seen = *frame;
    rsp_before = (uint64_t)(frame + 1);
    return false;
}

#define USER(name, text)                                                                  \
    do {                                                                                  \
        const char *start, *end;                                                          \
        __asm__(".pushsection .rodata\n.balign 16\n770: " text "\n syscall\n771:\n.popsection\n"      \
                "mov $770b, %0\n mov $771b, %1" : "=r"(start), "=r"(end));                \
        exception_filter = keep_user;                                                     \
        ASK(name, user_answer(start, (size_t)(end - start)));                             \
        exception_filter = NULL;                                                          \
    } while (0)

static void user_frames(void)
{
    USER("frames/user/ud2/entry", "ud2");
    HEX("frames/user/ud2/cs", seen.cs);
    HEX("frames/user/ud2/ss", seen.ss);
    HEX("frames/user/ud2/rip", seen.rip);
    HEX("frames/user/ud2/rsp", seen.rsp);
    HEX("frames/user/ud2/flags", seen.rflags & ~0x8d5UL);
    HEX("frames/user/ud2/mask", seen.events_were_off);
    YES("frames/user/ud2/on-kernel-stack", rsp_before > KERNEL_BASE && rsp_before % 16 == 0);
    USER("frames/user/syscall/entry", "mov $0x1234, %%eax; xor %%edx, %%edx");
    HEX("frames/user/syscall/rip", seen.rip);
    HEX("frames/user/syscall/rax", seen.rax);
    YES("frames/user/syscall/rcx-is-rip", seen.rcx == seen.rip);
    YES("frames/user/syscall/r11-is-flags", seen.r11 == seen.rflags);
    HEX("frames/user/syscall/cs", seen.cs);
    HEX("frames/user/syscall/ss", seen.ss);
    HEX("frames/user/syscall/flags", seen.rflags & ~0x8d5UL);
    USER("frames/user/syscall-direction/entry", "std");
    HEX("frames/user/syscall-direction/flags", seen.rflags & 0x400);
    USER("frames/user/page-fault/entry", "mov $0x12345678, %%eax; mov (%%rax), %%al");
    HEX("frames/user/page-fault/cr2", trap_fault_address());
    USER("frames/user/page-fault-high/entry", "mov $-4096, %%rax; mov (%%rax), %%al");
    HEX("frames/user/page-fault-high/cr2", trap_fault_address());
    USER("frames/user/int3/entry", "int3");
    HEX("frames/user/int3/rip", seen.rip);
    USER("frames/user/int-32/entry", "int $32");
    HEX("frames/user/int-32/rip", seen.rip);
    USER("frames/user/sysenter/entry", "sysenter");
    USER("frames/user/bad-stack/entry", "xor %%esp, %%esp; push %%rax");
    USER("frames/user/without-stack/entry", "mov $0x10, %%esp; ud2");
    HEX("frames/user/without-stack/rsp", seen.rsp);
    USER("frames/user/compatibility-mode/entry", "push $0xe023; push $0x400010; lretq; .balign 16; ud2");
    HEX("frames/user/compatibility-mode/cs", seen.cs);
    USER("frames/user/gs-base/entry", "mov %%gs:0, %%rax");
}

void family(void)
{
    kernel_exceptions();
    alignment();
    events();
    irets();
    user_frames();
}
