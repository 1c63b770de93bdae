/* A program for user mode. It is copied to a page of its own and must not refer to the kernel.
 *
 * System calls: RAX 0 prints the string in RDI, RAX 1 ends the program with the number in RDI.
 */
    .section .rodata
    .balign 4096
    .global user_program, user_program_end
user_program:
    lea greeting(%rip), %rdi
    xor %eax, %eax
    syscall

    /* The page at 16 MiB does not exist until it is touched. */
    mov $0x1000000, %rbx
    movl $42, (%rbx)
    mov (%rbx), %r12d

    lea farewell(%rip), %rdi
    xor %eax, %eax
    syscall

    /* A privileged instruction: the kernel steps over it. */
    hlt

    mov %r12d, %edi
    mov $1, %eax
    syscall
    ud2

greeting:
    .asciz "user: hello through a system call"
farewell:
    .asciz "user: the page was there when I touched it"
user_program_end:

    .section .note.GNU-stack, "", @progbits
