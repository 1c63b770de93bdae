/* Where the domain starts, and the notes by which the domain builder knows it. */
#include <zendo/xen.h>

#define KERNEL_BASE 0xffffffff80000000
#define STACK_SIZE 16384

.macro XEN_NOTE type, directive, value:vararg
    .pushsection .note.Xen, "a", @note
    .balign 4
    .long 4, 2f - 1f, \type
    .asciz "Xen"
1:  \directive \value
2:  .balign 4
    .popsection
.endm

    XEN_NOTE XEN_ELFNOTE_GUEST_OS, .asciz, "Zendo"
    XEN_NOTE XEN_ELFNOTE_GUEST_VERSION, .asciz, "1"
    XEN_NOTE XEN_ELFNOTE_LOADER, .asciz, "generic"
    XEN_NOTE XEN_ELFNOTE_XEN_VERSION, .asciz, "xen-3.0"
    XEN_NOTE XEN_ELFNOTE_VIRT_BASE, .quad, KERNEL_BASE
    XEN_NOTE XEN_ELFNOTE_PADDR_OFFSET, .quad, 0
    XEN_NOTE XEN_ELFNOTE_ENTRY, .quad, _start
    XEN_NOTE XEN_ELFNOTE_PAE_MODE, .asciz, "yes"
    XEN_NOTE XEN_ELFNOTE_FEATURES, .asciz, "!writable_page_tables|pae_pgdir_above_4gb"
    XEN_NOTE XEN_ELFNOTE_SUSPEND_CANCEL, .long, 1

    .text
    .global _start
    .type _start, @function
_start:
    cld
    lea boot_stack + STACK_SIZE(%rip), %rsp
    xor %ebp, %ebp          /* the end of every chain of frames */
    mov %rsi, %rdi          /* start_info */
    call kernel_start
1:  jmp 1b
    .size _start, . - _start

    .bss
    .balign 4096
    .global boot_stack
    .type boot_stack, @object
boot_stack:
    .skip STACK_SIZE
    .size boot_stack, . - boot_stack

    .section .note.GNU-stack, "", @progbits
