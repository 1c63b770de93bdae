/* What every kernel file wants: the start page, the vcpu that runs this code, the way out. */
#ifndef ZENDO_KERNEL_H
#define ZENDO_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zendo/xen.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096UL
#define STACK_SIZE (4 * PAGE_SIZE)

/* Where frame 0 of the domain is mapped; the linker script has the same number. */
#define KERNEL_BASE 0xffffffff80000000UL

/* State of one vcpu. The GS base points to it while the kernel runs. */
struct vcpu {
    struct vcpu *self;       /* at GS:0, so that this_vcpu() is one load */
    uint32_t id;             /* 0, 1, ... */
    struct vcpu_info *info;  /* shared with the hypervisor */
    uint64_t stack_top;      /* of the stack it started on */
    uint64_t user_return;    /* stack pointer to go back to when user mode ends, else 0 */
    void (*start)(void *);   /* what a secondary vcpu runs */
    void *start_argument;
    struct vcpu_info own_info; /* of a vcpu that has none in the page that all share */
};

static inline struct vcpu *this_vcpu(void)
{
    struct vcpu *vcpu;

    __asm__ volatile("mov %%gs:0, %0" : "=r"(vcpu));
    return vcpu;
}

/* Makes `vcpu` what this_vcpu() gives on the calling vcpu. */
void vcpu_set_this(struct vcpu *vcpu);

/* The pages the domain started with. */
extern struct start_info *start_info;
extern struct shared_info *shared_info;

/* The guest's own code starts here, with traps, events, console and pages ready and events on.
 * The domain powers off when it returns 0 and crashes otherwise. */
int kernel_main(void);

/* Ends the domain; SHUTDOWN_poweroff, SHUTDOWN_reboot or SHUTDOWN_crash. */
_Noreturn void shutdown(uint32_t reason);

/* Prints like printk and crashes the domain. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define barrier() __asm__ volatile("" ::: "memory")
#define cpu_relax() __asm__ volatile("pause" ::: "memory")

#endif
