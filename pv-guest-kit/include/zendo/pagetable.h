/* Page tables. The domain owns them but cannot write them: every change is a hypercall, and every
 * page that is a table is mapped read-only. */
#ifndef ZENDO_PAGETABLE_H
#define ZENDO_PAGETABLE_H

#include <zendo/kernel.h>

#define PTE_PRESENT 1UL
#define PTE_WRITE 2UL
#define PTE_USER 4UL
#define PTE_ACCESSED 0x20UL
#define PTE_DIRTY 0x40UL
#define PTE_NO_EXECUTE (1UL << 63)
#define PTE_FRAME 0x000ffffffffff000UL

#define PTE_KERNEL (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY)
#define PTE_KERNEL_READONLY (PTE_PRESENT | PTE_ACCESSED)
#define PTE_TABLE (PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED | PTE_DIRTY)

/* Virtual addresses for pt_map_frames() and for tables of pt_map(): the last GiB. */
#define WINDOW_BASE (KERNEL_BASE + (1UL << 30))

/* The entry that maps an address, 0 when none does. */
uint64_t pt_lookup(uint64_t va);

/* Maps a frame, making the tables on the way; 0 or a negative error. */
int pt_map(uint64_t va, uint64_t mfn, uint64_t flags);
int pt_unmap(uint64_t va);

/* Changes the flags of a mapping. */
int pt_protect(uint64_t va, uint64_t flags);

/* Maps `count` frames side by side at addresses that are free; null on failure. */
void *pt_map_frames(const uint64_t *mfns, size_t count, uint64_t flags);

/* A fresh page that may become a page table: zeroed and mapped read-only. */
void *pt_alloc_table(void);

/* Takes a filled page away from writers so that it can become a table. */
int pt_make_readonly(void *page);

/* Writes one entry of a table of any level. */
int pt_write(void *table, unsigned index, uint64_t entry);

/* The table of the given level (1 to 4) on the way to an address, made when missing. */
void *pt_table(uint64_t va, unsigned level);

#endif
