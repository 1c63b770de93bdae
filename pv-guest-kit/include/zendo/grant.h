/* Grant tables: letting another domain at single frames, and using theirs. */
#ifndef ZENDO_GRANT_H
#define ZENDO_GRANT_H

#include <zendo/kernel.h>

void grant_init(void);

/* Lets a domain map the page; the grant reference, or a negative error. */
int grant_access(domid_t domain, const void *page, bool readonly);

/* Takes it back; false while the other domain still has it mapped. */
bool grant_end(grant_ref_t reference);

/* Maps what another domain granted; null on failure. Both are needed to undo it. */
void *grant_map(domid_t domain, grant_ref_t reference, bool readonly, uint32_t *handle);
bool grant_unmap(void *page, uint32_t handle);

/* Copies bytes inside one page, from a granted page or to one. A GNTST_* status. */
int grant_copy_from(domid_t domain, grant_ref_t reference, uint16_t offset, void *to,
                    uint16_t length);
int grant_copy_to(domid_t domain, grant_ref_t reference, uint16_t offset, const void *from,
                  uint16_t length);

#endif
