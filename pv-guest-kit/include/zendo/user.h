/* User mode. Kernel and user mode both run in ring 3; what parts them is the page table: in user
 * mode only pages mapped with user_map() exist. */
#ifndef ZENDO_USER_H
#define ZENDO_USER_H

#include <zendo/trap.h>

/* User addresses lie in the lowest 512 GiB. */
#define USER_END (1UL << 39)

void user_init(void);

/* Maps a page of the kernel for both modes at a user address; flags: PTE_WRITE, PTE_NO_EXECUTE. */
int user_map(uint64_t va, const void *page, uint64_t flags);
int user_unmap(uint64_t va);

/* Runs user code until a handler calls user_exit(); gives what that was given. System calls arrive
 * at the handler of TRAP_SYSCALL. */
int64_t user_run(uint64_t rip, uint64_t rsp, uint64_t argument);
_Noreturn void user_exit(int64_t result);

#endif
