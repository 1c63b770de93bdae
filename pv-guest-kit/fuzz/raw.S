/* What C cannot say. */
#include <zendo/xen.h>

    .text
    .global raw_hypercall
    .type raw_hypercall, @function
raw_hypercall:                  /* int64_t raw_hypercall(const uint64_t six[6]) */
    push %rbx
    push %rbp
    mov %rdi, %rbx
    mov (%rbx), %rax
    mov 8(%rbx), %rdi
    mov 16(%rbx), %rsi
    mov 24(%rbx), %rdx
    mov 32(%rbx), %r10
    mov 40(%rbx), %r8
    syscall
    pop %rbp
    pop %rbx
    ret

    .global raw_iret
    .type raw_iret, @function
raw_iret:                       /* void raw_iret(rip, cs, rflags, rsp, ss, flags) */
    push %rbx
    mov %rsp, %rbx
    cmpq $0, (%rdi)             /* rip 0: behind the call, rsp 0: this stack */
    jne 1f
    lea 3f(%rip), %rax
    mov %rax, (%rdi)
1:  cmpq $0, 24(%rdi)
    jne 2f
    mov %rsp, 24(%rdi)
2:  pushq 32(%rdi)
    pushq 24(%rdi)
    pushq 16(%rdi)
    pushq 8(%rdi)
    pushq (%rdi)
    pushq 40(%rdi)
    push $0                     /* rcx */
    push $0                     /* r11 */
    push $0                     /* rax */
    mov $__HYPERVISOR_iret, %eax
    syscall
3:  mov %rbx, %rsp
    pop %rbx
    ret

    .global privileged
    .type privileged, @function
privileged:                     /* void privileged(which, a, b) */
    push %rbx
    mov %rsi, %rax
    mov %rdx, %rcx
    mov %rax, %rdx
    shr $32, %rdx
    and $31, %edi
    lea table(%rip), %rbx
    movslq (%rbx,%rdi,4), %rdi
    add %rdi, %rbx
    jmp *%rbx

    .macro DO text:vararg
    .pushsection .rodata
    .long 8f - table
    .popsection
8:  \text
    pop %rbx
    ret
    .endm

    .pushsection .rodata
    .balign 4
table:
    .popsection
    DO mov %cr0, %rax
    DO mov %rax, %cr0
    DO mov %cr2, %rax
    DO mov %rax, %cr2
    DO mov %cr3, %rax
    DO mov %rax, %cr3
    DO mov %cr4, %rax
    DO mov %rax, %cr4
    DO mov %rax, %cr8
    DO mov %rax, %dr0
    DO mov %rax, %dr3
    DO mov %rax, %dr6
    DO mov %rax, %dr7
    DO mov %dr7, %rax
    DO mov %dr5, %rax
    DO rdmsr
    DO wrmsr
    DO cpuid
    DO .byte 0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2
    DO xsetbv
    DO clts
    DO hlt
    DO cli
    DO sti
    DO in %dx, %eax
    DO out %eax, %dx
    DO wbinvd
    DO rdtscp
    DO int $0x80
    DO int $3
    DO lgdt (%rax)
    DO iretq

    .section .note.GNU-stack, "", @progbits
