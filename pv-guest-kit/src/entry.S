/* Ways into the kernel: exceptions, events, system calls; and the way out, the iret hypercall.
 *
 * The hypervisor pushes, from the top of the stack: rcx, r11, [error code], rip, cs, rflags, rsp,
 * ss. Each entry brings this into the form of struct trap_frame, which ends as the iret hypercall
 * wants it, and calls trap_dispatch().
 */
#include <zendo/xen.h>

/* One entry point. The error code takes the low half of a word, the vector the high half. */
.macro ENTRY_POINT vector, has_error
    .balign 16
entry_\vector:
    pop %rcx
    pop %r11
    .if !\has_error
    push $0
    .endif
    movl $\vector, 4(%rsp)
    jmp enter_kernel
.endm

    .text
    .altmacro
.macro EXCEPTION vector
    .if \vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21
    ENTRY_POINT \vector, 1
    .else
    ENTRY_POINT \vector, 0
    .endif
    .pushsection .rodata
    .quad entry_\vector
    .popsection
.endm

    .pushsection .rodata
    .balign 8
    .global exception_entries
    .type exception_entries, @object
exception_entries:
    .popsection

    .set number, 0
    .rept 22
    EXCEPTION %number
    .set number, number + 1
    .endr

ENTRY_POINT 256, 0
ENTRY_POINT 257, 0

    .global syscall_entry, event_entry
    .set syscall_entry, entry_256
    .set event_entry, entry_257

    .type enter_kernel, @function
enter_kernel:
    push %rcx
    push %r11
    push %rax
    push %rdi
    push %rsi
    push %rdx
    push %r8
    push %r9
    push %r10
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    cld
    mov %rsp, %rdi
    mov %rsp, %rbx
    and $-16, %rsp
    sub $16, %rsp           /* a link of the chain of frames: */
    mov 32(%rbx), %rax
    mov %rax, (%rsp)        /* the interrupted rbp, */
    mov 128(%rbx), %rax
    mov %rax, 8(%rsp)       /* and rip as its return address */
    mov %rsp, %rbp
    call trap_dispatch
    mov %rbx, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    pop %r10
    pop %r9
    pop %r8
    pop %rdx
    pop %rsi
    pop %rdi
    movq $0, 24(%rsp)       /* flags: restore all registers */
    mov $__HYPERVISOR_iret, %eax
    syscall                 /* takes rax, r11, rcx, flags, rip, cs, rflags, rsp, ss */
    ud2
    .size enter_kernel, . - enter_kernel

/* Entered when the hypervisor could not load a segment selector and loaded 0 instead. Its frame
 * has the four selectors after rcx and r11; drop them and go on. */
    .global failsafe_entry
    .type failsafe_entry, @function
failsafe_entry:
    pop %rcx
    pop %r11
    add $24, %rsp           /* ds, es, fs; the place of gs becomes the flags */
    movq $0, (%rsp)
    push %rcx
    push %r11
    push %rax
    mov $__HYPERVISOR_iret, %eax
    syscall
    ud2
    .size failsafe_entry, . - failsafe_entry

/* int64_t user_enter(rip, rsp, argument, uint64_t *save): keeps the stack pointer in *save. */
    .global user_enter
    .type user_enter, @function
user_enter:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rcx)
    push $FLAT_RING3_SS64
    push %rsi
    push $0x202
    push $FLAT_RING3_CS64
    push %rdi
    push $0                 /* flags */
    push $0                 /* rcx */
    push $0                 /* r11 */
    push $0                 /* rax */
    mov %rdx, %rdi
    xor %esi, %esi
    xor %edx, %edx
    xor %ebx, %ebx
    xor %ebp, %ebp
    xor %r8d, %r8d
    xor %r9d, %r9d
    xor %r10d, %r10d
    xor %r12d, %r12d
    xor %r13d, %r13d
    xor %r14d, %r14d
    xor %r15d, %r15d
    mov $__HYPERVISOR_iret, %eax
    syscall
    ud2
    .size user_enter, . - user_enter

/* void user_leave(int64_t result, uint64_t saved): returns from user_enter. */
    .global user_leave
    .type user_leave, @function
user_leave:
    mov %rsi, %rsp
    mov %rdi, %rax
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret
    .size user_leave, . - user_leave

    .section .note.GNU-stack, "", @progbits
