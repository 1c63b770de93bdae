/* Exceptions, and the frame in which they, events and system calls arrive. */
#ifndef ZENDO_TRAP_H
#define ZENDO_TRAP_H

#include <zendo/kernel.h>

/* Vectors of our own, behind those of the processor. */
#define TRAP_SYSCALL 256
#define TRAP_EVENT 257

#define TRAP_DIVIDE 0
#define TRAP_DEBUG 1
#define TRAP_BREAKPOINT 3
#define TRAP_INVALID_OPCODE 6
#define TRAP_GENERAL_PROTECTION 13
#define TRAP_PAGE_FAULT 14

#define PAGE_FAULT_PRESENT 1
#define PAGE_FAULT_WRITE 2
#define PAGE_FAULT_USER 4
#define PAGE_FAULT_FETCH 16

/* What entry.S pushes. The tail, from rax on, is what the iret hypercall takes back. */
struct trap_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx, r10, r9, r8, rdx, rsi, rdi;
    uint64_t rax, r11, rcx;
    uint32_t error_code, vector;
    uint64_t rip;
    uint16_t cs, unused;
    uint8_t events_were_off, unused2[3];
    uint64_t rflags, rsp, ss;
};

/* Gives true when the frame, changed or not, is to be resumed. */
typedef bool trap_handler(struct trap_frame *frame);

void trap_init(void);

/* Sets the handler of an exception or of TRAP_SYSCALL. Without one the domain crashes. */
void trap_handle(unsigned vector, trap_handler *handler);

/* The handlers as the hypervisor takes them, ended by address 0. */
extern const struct trap_info *trap_table;

static inline bool trap_from_user(const struct trap_frame *frame)
{
    return (frame->cs & 3) == 3;
}

/* The address of the last page fault of this vcpu. */
uint64_t trap_fault_address(void);

/* Prints registers and the chain of callers. */
void trap_print(const struct trap_frame *frame);

#endif
