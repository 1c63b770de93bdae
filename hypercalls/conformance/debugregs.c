/* set_debugreg, get_debugreg, and MOV to and from debug registers. */
#include "harness.h"

#define SET(name, reg, value) CASE("set_debugreg/" name, HC(set_debugreg, reg, value))
#define GET(name, reg) HEX("get_debugreg/" name, HC(get_debugreg, reg))
#define AFTER(name, reg, value) \
    HEX("set_debugreg/" name, (HC(set_debugreg, reg, value), HC(get_debugreg, reg)))

static uint64_t variable;

static unsigned hits;

static bool count_debug(struct trap_frame *frame)
{
    if (frame->vector == TRAP_DEBUG)
        hits++;
    return frame->vector == TRAP_DEBUG;
}

void family(void)
{
    char name[48];

    GET("dr6-at-start", 6);
    GET("dr7-at-start", 7);
    for (volatile unsigned reg = 0; reg < 4; reg++) {
        snprintf(name, sizeof(name), "set_debugreg/dr%u-address", reg);
        CASE(name, HC(set_debugreg, reg, 0x1000));
        snprintf(name, sizeof(name), "get_debugreg/dr%u", reg);
        HEX(name, HC(get_debugreg, reg));
        snprintf(name, sizeof(name), "set_debugreg/dr%u-hypervisors", reg);
        CASE(name, HC(set_debugreg, reg, HYPERVISORS));
        snprintf(name, sizeof(name), "set_debugreg/dr%u-non-canonical", reg);
        CASE(name, HC(set_debugreg, reg, NON_CANONICAL));
        snprintf(name, sizeof(name), "set_debugreg/dr%u-zero", reg);
        CASE(name, HC(set_debugreg, reg, 0));
    }
    SET("dr0-user-end", 0, 0x7fffffffffffUL);
    SET("dr0-behind-user-end", 0, 0x800000000000UL);
    SET("dr0-kernel-start", 0, 0xffff880000000000UL);
    SET("dr0-before-kernel-start", 0, 0xffff87fffffffff0UL);
    SET("dr0-back", 0, 0);
    SET("dr4", 4, 0);
    SET("dr5", 5, 0x400);
    GET("dr4", 4);
    GET("dr5", 5);
    SET("dr6-zero", 6, 0);
    AFTER("dr6-zero-reads", 6, 0);
    AFTER("dr6-all-reads", 6, 0xffffffffUL);
    SET("dr6-33-bits", 6, 0x100000000UL);
    SET("dr6-64-bits", 6, ~0UL);
    AFTER("dr6-back", 6, 0xffff0ff0UL);
    SET("dr7-zero", 7, 0);
    AFTER("dr7-zero-reads", 7, 0);
    AFTER("dr7-local-exact-reads", 7, 0x100);
    AFTER("dr7-reserved-bits-reads", 7, 0xd800);
    SET("dr7-general-detect", 7, 0x2000);
    SET("dr7-33-bits", 7, 0x100000000UL);
    SET("dr7-io-breakpoint", 7, 0x20001);
    SET("dr7-io-breakpoint-not-enabled", 7, 0x20000);
    SET("dr7-8-bytes", 7, 0x90001);
    AFTER("dr7-write-breakpoint-reads", 7, 0x10001);
    SET("dr7-off", 7, 0x400);
    SET("dr8", 8, 0);
    SET("dr15", 15, 0);
    SET("largest", ~0U, 0);
    GET("dr8", 8);
    GET("dr15", 15);
    GET("largest", ~0U);

    exception_filter = count_debug;
    HC(set_debugreg, 0, &variable);
    HC(set_debugreg, 6, 0xffff0ff0UL);
    HC(set_debugreg, 7, 0xd0001);
    TEXT("set_debugreg/write-breakpoint/hits", "%u", (hits = 0, *(volatile uint64_t *)&variable = 1, hits));
    GET("dr6-after-breakpoint", 6);
    TEXT("set_debugreg/write-breakpoint/not-by-reading", "%u",
         ({ hits = 0; uint64_t v = *(volatile uint64_t *)&variable; (void)v; hits; }));
    HC(set_debugreg, 7, 0x400);
    TEXT("set_debugreg/write-breakpoint/off", "%u", (hits = 0, *(volatile uint64_t *)&variable = 2, hits));
    TEXT("set_debugreg/single-step/hits", "%u",
         ({ hits = 0; __asm__ volatile("pushf; orq $0x100, (%%rsp); popf; nop; pushf; andq $~0x100, (%%rsp); popf"
                                       ::: "memory", "cc"); hits; }));
    exception_filter = NULL;
    HC(set_debugreg, 6, 0xffff0ff0UL);
#define MOV_FROM(reg) HEX("mov-from-" #reg, ({ uint64_t v; __asm__ volatile("mov %%" #reg ", %0" : "=r"(v)); v; }))
#define MOV_TO(name, reg, value) DO("mov-to-" #reg "/" name, __asm__ volatile("mov %0, %%" #reg : : "r"((uint64_t)(value))))
    MOV_TO("address", db0, 0x2000);
    MOV_FROM(db0);
    MOV_TO("hypervisors", db0, HYPERVISORS);
    MOV_TO("zero", db0, 0);
    MOV_FROM(db6);
    MOV_FROM(db7);
    MOV_FROM(db4);
    MOV_FROM(db5);
    MOV_TO("general-detect", db7, 0x2000);
    MOV_TO("33-bits", db7, 0x100000000UL);
    MOV_TO("zero", db7, 0);
    HEX("mov-from-db7/after-write", ({
            uint64_t v;
            __asm__ volatile("mov %%db7, %0" : "=r"(v));
            v;
        }));
}
