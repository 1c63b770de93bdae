/* What Xen answered. */
    .section .rodata
    .global expected_text, expected_end
expected_text:
    .incbin EXPECTED
expected_end:

    .section .note.GNU-stack, "", @progbits
