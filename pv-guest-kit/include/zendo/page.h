/* Frames and pages of the domain.
 *
 * pfn: the domain's own count of its frames, 0 to nr_pages-1. mfn: the machine's count; page tables
 * and everything shared use it. All frames up to 1 GiB are mapped from KERNEL_BASE on.
 */
#ifndef ZENDO_PAGE_H
#define ZENDO_PAGE_H

#include <zendo/kernel.h>

void page_init(void);

/* A zeroed page, or `count` adjacent ones; null when memory is out. */
void *page_alloc(void);
void *pages_alloc(size_t count);
void pages_free(void *first, size_t count);
size_t pages_available(void);

static inline void *pfn_to_virt(uint64_t pfn)
{
    return (void *)(KERNEL_BASE + (pfn << PAGE_SHIFT));
}

static inline uint64_t virt_to_pfn(const void *address)
{
    return ((uint64_t)address - KERNEL_BASE) >> PAGE_SHIFT;
}

static inline uint64_t pfn_to_mfn(uint64_t pfn)
{
    return ((const uint64_t *)start_info->mfn_list)[pfn];
}

static inline uint64_t mfn_to_pfn(uint64_t mfn)
{
    return ((const uint64_t *)MACH2PHYS_VIRT_START)[mfn];
}

static inline uint64_t virt_to_mfn(const void *address)
{
    return pfn_to_mfn(virt_to_pfn(address));
}

#endif
