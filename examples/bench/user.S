/* The program in user mode: RDI times system call 0, then system call 1, which ends it. It is copied
 * to a page of its own. */
    .section .rodata
    .balign 4096
    .global user_program, user_program_end
user_program:
    mov %rdi, %rbx
1:  xor %eax, %eax
    syscall
    dec %rbx
    jnz 1b
    mov $1, %eax
    syscall
    ud2
user_program_end:

    .section .note.GNU-stack, "", @progbits
