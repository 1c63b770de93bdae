/* Disks: the frontend of a block device (io/blkif.h). Sectors are always of 512 bytes. */
#ifndef ZENDO_BLOCK_H
#define ZENDO_BLOCK_H

#include <zendo/device.h>
#include <zendo/ring.h>

#define BLOCK_IN_FLIGHT 32 /* requests of a ring of one page */

struct block {
    struct device device;
    struct front_ring ring;
    evtchn_port_t port;
    uint64_t sectors;     /* size of the disk */
    uint32_t sector_size; /* in bytes: sector numbers and counts must be multiples of it */
    uint32_t info;        /* BLKIF_INFO_* */
    bool can_flush, can_discard;
    struct {
        grant_ref_t grants[BLKIF_SEGMENTS_PER_REQUEST];
        unsigned used; /* grants, and whether the number is in flight */
        bool busy;
    } requests[BLOCK_IN_FLIGHT];
    unsigned in_flight;
    int error; /* the first one of what is in flight */
};

/* Connects the disk with the given index, from 0; 0 or an error. */
int block_open(struct block *block, unsigned index);

/* Reads and writes; the buffer is aligned to 512 bytes. They return when all is done: 0, -EINVAL for
 * what does not fit the disk or the buffer, -EIO when the back end says so. */
int block_read(struct block *block, uint64_t sector, void *buffer, uint64_t count);
int block_write(struct block *block, uint64_t sector, const void *buffer, uint64_t count);

/* Makes what was written survive a loss of power. -EOPNOTSUPP when the disk cannot promise that. */
int block_flush(struct block *block);

/* Says that nobody needs the content of these sectors any more. */
int block_discard(struct block *block, uint64_t sector, uint64_t count);

/* Disconnects; it may be opened again. */
void block_close(struct block *block);

#endif
