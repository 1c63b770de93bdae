/* attempt() keeps what a C function may count on. */
    .text
    .global attempt
    .type attempt, @function
attempt:                        /* int attempt(struct attempt *) */
    mov %rbx, (%rdi)
    mov %rbp, 8(%rdi)
    mov %r12, 16(%rdi)
    mov %r13, 24(%rdi)
    mov %r14, 32(%rdi)
    mov %r15, 40(%rdi)
    lea 8(%rsp), %rax           /* rsp after the return */
    mov %rax, 48(%rdi)
    mov (%rsp), %rax            /* rip after the return */
    mov %rax, 56(%rdi)
    xor %eax, %eax
    ret
    .size attempt, . - attempt

    .section .note.GNU-stack, "", @progbits
