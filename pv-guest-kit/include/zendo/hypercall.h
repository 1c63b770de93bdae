/* Calling the hypervisor: one inline function for any hypercall, and short names for common ones.
 *
 * A hypercall is a SYSCALL instruction in kernel mode: number in RAX, arguments in RDI, RSI, RDX,
 * R10, R8. RCX and R11 are lost. The result is 0 or a useful number, or a negative error.
 */
#ifndef ZENDO_HYPERCALL_H
#define ZENDO_HYPERCALL_H

#include <zendo/xen.h>

static inline int64_t hypercall5(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    int64_t result;

    __asm__ volatile("syscall"
                     : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8)
                     : "a"(number)
                     : "rcx", "r11", "memory");
    return result;
}

static inline int64_t hypercall(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return hypercall5(number, a, b, c, d, 0);
}

static inline int64_t sched_op(uint32_t command, void *argument)
{
    return hypercall(__HYPERVISOR_sched_op, command, (uint64_t)argument, 0, 0);
}

static inline int64_t event_channel_op(uint32_t command, void *argument)
{
    return hypercall(__HYPERVISOR_event_channel_op, command, (uint64_t)argument, 0, 0);
}

static inline int64_t vcpu_op(uint32_t command, uint32_t vcpu, void *argument)
{
    return hypercall(__HYPERVISOR_vcpu_op, command, vcpu, (uint64_t)argument, 0);
}

static inline int64_t grant_table_op(uint32_t command, void *argument, uint32_t count)
{
    return hypercall(__HYPERVISOR_grant_table_op, command, (uint64_t)argument, count, 0);
}

static inline int64_t update_va_mapping(uint64_t va, uint64_t pte, uint64_t flags)
{
    return hypercall(__HYPERVISOR_update_va_mapping, va, pte, flags, 0);
}

static inline int64_t mmu_update(struct mmu_update *updates, uint32_t count)
{
    return hypercall(__HYPERVISOR_mmu_update, (uint64_t)updates, count, 0, DOMID_SELF);
}

static inline int64_t mmuext_op(struct mmuext_op *operations, uint32_t count)
{
    return hypercall(__HYPERVISOR_mmuext_op, (uint64_t)operations, count, 0, DOMID_SELF);
}

#endif
