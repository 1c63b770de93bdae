/* Trying what may trap, and going on behind it: what setjmp is for signals. */
#ifndef ZENDO_ATTEMPT_H
#define ZENDO_ATTEMPT_H

#include <zendo/trap.h>

/* Where to go on; in the order in which attempt() stores it. */
struct attempt {
    uint64_t rbx, rbp, r12, r13, r14, r15, rsp, rip;
};

/* Returns 0, and once more, with 1, after attempt_abandon(): the caller must not have returned yet. */
int attempt(struct attempt *attempt) __attribute__((returns_twice));

/* In a trap handler: what was tried ends here, and attempt() returns 1 when the handler gives true. Single steps end, too;
 * whether events are off stays as it was when it trapped. */
void attempt_abandon(const struct attempt *attempt, struct trap_frame *frame);

#endif
