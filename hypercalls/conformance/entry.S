/* case_begins() keeps what a C function may count on; case_resume gives it back. */
    .text
    .global case_begins
    .type case_begins, @function
case_begins:
    lea case_registers(%rip), %rax
    mov %rbx, (%rax)
    mov %rbp, 8(%rax)
    mov %r12, 16(%rax)
    mov %r13, 24(%rax)
    mov %r14, 32(%rax)
    mov %r15, 40(%rax)
    lea 8(%rsp), %rcx
    mov %rcx, 48(%rax)      /* rsp after the return */
    mov (%rsp), %rcx
    mov %rcx, 56(%rax)      /* rip after the return */
    movl $1, case_armed(%rip)
    xor %eax, %eax
    ret
    .size case_begins, . - case_begins

    .global case_resume
    .type case_resume, @function
case_resume:
    lea case_registers(%rip), %rdx
    mov (%rdx), %rbx
    mov 8(%rdx), %rbp
    mov 16(%rdx), %r12
    mov 24(%rdx), %r13
    mov 32(%rdx), %r14
    mov 40(%rdx), %r15
    mov 48(%rdx), %rsp
    mov $1, %eax
    cld
    jmp *56(%rdx)
    .size case_resume, . - case_resume

/* What Xen answered. */
    .section .rodata
    .global expected_text, expected_end
expected_text:
    .incbin EXPECTED
expected_end:

    .section .note.GNU-stack, "", @progbits
