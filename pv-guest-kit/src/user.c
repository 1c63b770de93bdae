/* User mode: a second top page table whose slot 0 is shared with the kernel's. */
#include <zendo/zendo.h>

int64_t user_enter(uint64_t rip, uint64_t rsp, uint64_t argument, uint64_t *save);
_Noreturn void user_leave(int64_t result, uint64_t saved);

void user_init(void)
{
    uint64_t *user_root = pt_alloc_table();
    uint64_t *lower = pt_table(0, 3);
    struct mmuext_op operations[2];

    if (!user_root || !lower)
        panic("no memory for the user page table");
    operations[0].cmd = MMUEXT_PIN_L4_TABLE;
    operations[0].arg1.mfn = virt_to_mfn(user_root);
    operations[1].cmd = MMUEXT_NEW_USER_BASEPTR;
    operations[1].arg1.mfn = virt_to_mfn(user_root);
    if (mmuext_op(operations, 2) ||
        pt_write(user_root, 0, virt_to_mfn(lower) << PAGE_SHIFT | PTE_TABLE))
        panic("cannot set up the user page table");
}

int user_map(uint64_t va, const void *page, uint64_t flags)
{
    if (va >= USER_END)
        return -EINVAL;
    return pt_map(va, virt_to_mfn(page), flags | PTE_PRESENT | PTE_USER | PTE_ACCESSED);
}

int user_unmap(uint64_t va)
{
    return va < USER_END ? pt_unmap(va) : -EINVAL;
}

int64_t user_run(uint64_t rip, uint64_t rsp, uint64_t argument)
{
    struct vcpu *vcpu = this_vcpu();
    uint64_t outer = vcpu->user_return;
    int64_t result;

    /* User mode enters the kernel below this frame; 1 KiB is room for user_enter(). */
    hypercall(__HYPERVISOR_stack_switch, FLAT_RING3_SS64,
              (uint64_t)__builtin_frame_address(0) - 1024, 0, 0);
    result = user_enter(rip, rsp, argument, &vcpu->user_return);
    vcpu->user_return = outer;
    return result;
}

_Noreturn void user_exit(int64_t result)
{
    user_leave(result, this_vcpu()->user_return);
}
