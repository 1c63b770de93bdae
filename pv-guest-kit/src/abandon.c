/* The other half of attempt(). */
#include <zendo/attempt.h>

#define FLAG_TF 0x100UL
#define FLAG_DF 0x400UL

void attempt_abandon(const struct attempt *attempt, struct trap_frame *frame)
{
    frame->rbx = attempt->rbx;
    frame->rbp = attempt->rbp;
    frame->r12 = attempt->r12;
    frame->r13 = attempt->r13;
    frame->r14 = attempt->r14;
    frame->r15 = attempt->r15;
    frame->rsp = attempt->rsp;
    frame->rip = attempt->rip;
    frame->rax = 1;
    frame->cs = FLAT_RING3_CS64 & ~3; /* kernel mode; both may be what raised it */
    frame->ss = FLAT_RING3_SS64;
    frame->rflags &= ~(FLAG_TF | FLAG_DF);
}
