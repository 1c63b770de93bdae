/* The program that a run executes, as the host wrote it into the ramdisk: words of 64 bits, little endian.
 *
 *   magic, number of programs, rounds, this domain's peer, words of program 0, words of program 1, ..., the programs
 *
 * A program is a list of instructions: an opcode, then as many operands as it has. An operand is a number in the low
 * 56 bits and a kind above them; the guest knows what the kind stands for in this domain.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <zendo/zendo.h>

#define MAGIC 0x315a5a5546444e5aUL

/* Kinds of operands: parameters in the low bits, `a` bits 0 to 11, `b` bits 12 to 23, `c` bits 24 to 55. */
enum kind {
    KIND_NUMBER,   /* all 56 bits, signed */
    KIND_FRAME,    /* machine frame of a page: role a, page b */
    KIND_ENTRY,    /* page-table entry: the same, flags c; bit 31 of them is bit 63 */
    KIND_ADDRESS,  /* virtual address of a page: role a, page b, offset c, signed */
    KIND_MACHINE,  /* machine address: role a, page b, offset c */
    KIND_ARGUMENT, /* address in this vcpu's argument pages: c */
    KIND_RESULT,   /* result b steps ago that was kept under class a */
    KIND_HIGH,     /* all 56 bits with the sign of a negative number: 0xff above */
    KIND_BIT,      /* 1 << a, minus b */
    KIND_TIME,     /* system time now plus c, signed */
};

/* Roles of pages. */
enum role {
    ROLE_DATA,        /* ordinary, writable */
    ROLE_TABLE,       /* mapped read-only, not a table yet */
    ROLE_LIVE,        /* tables in use: 0 the root, then levels 3, 2, 1 of the window */
    ROLE_DESCRIPTORS, /* mapped read-only, zero */
    ROLE_GRANT,       /* frames of the grant table */
    ROLE_WINDOW,      /* addresses with tables above them and nothing there */
    ROLE_SPECIAL,     /* shared info, start info, console, store, the first table */
    ROLE_SPARE,       /* mapped nowhere: they can be given away */
    ROLES
};

enum opcode {
    OP_END,
    OP_SET,      /* offset, size, value: into the argument pages */
    OP_CALL,     /* number, five arguments, class of the result */
    OP_KEEP,     /* offset, size, class: remembers what a call left there */
    OP_STORE,    /* address, size, value */
    OP_LOAD,     /* address, size */
    OP_EXCHANGE, /* address, old, new: LOCK CMPXCHG of 8 bytes */
    OP_PRIVILEGED, /* which, a, b */
    OP_SELECTOR, /* which segment register, selector */
    OP_IRET,     /* rip, cs, rflags, rsp, ss, flags */
    OP_SLEEP,    /* microseconds: a timer, then SCHEDOP_block */
    OP_JUMP,     /* address: executes what is there */
    OP_REPAIR,   /* registers handlers and callbacks again */
    OPCODES
};

#endif
