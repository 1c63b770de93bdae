/* The guest of bench/kill: `writer=ROUND` writes blocks whose every sector says which batch it is of, has each batch made
 * durable, writes its number into the store, and says so on the console. Never ends. */
#include "bench.h"

#include <zendo/block.h>

#define BLOCK_SECTORS 8UL
#define MOST_BLOCKS 8UL
#define WRITES 4UL
#define SECTOR_WORDS (BLKIF_SECTOR_SIZE / 8)

static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9UL;
    value = (value ^ value >> 27) * 0x94d049bb133111ebUL;
    return value ^ value >> 31;
}

/* What bench/Kill.java computes as well: where the writes of a batch go. */
static int write_batch(struct block *disk, uint64_t *data, uint64_t batch)
{
    uint64_t blocks = disk->sectors / BLOCK_SECTORS;
    int error = 0;

    for (uint64_t i = 0; i < WRITES && !error; i++) {
        uint64_t random = mix(batch * WRITES + i);
        uint64_t count = 1 + (random >> 32) % MOST_BLOCKS;
        uint64_t first = (random & 0xffffffff) % (blocks - MOST_BLOCKS);

        for (uint64_t word = 0; word < count * BLOCK_SECTORS * SECTOR_WORDS; word++)
            data[word] = batch;
        error = block_write(disk, first * BLOCK_SECTORS, data, count * BLOCK_SECTORS);
    }
    return error;
}

bool writer_played(void)
{
    const char *round = option("writer=");
    static struct block disk;
    uint64_t *data = pages_alloc(MOST_BLOCKS);
    char value[24];
    int error;

    if (!round)
        return false;
    xenbus_init();
    grant_init();
    error = block_open(&disk, 0);
    for (uint64_t batch = (uint64_t)number(round) << 32; !error; batch++) {
        error = write_batch(&disk, data, batch);
        if (!error)
            error = block_flush(&disk);
        printk("DURABLE %lu\n", batch);
        snprintf(value, sizeof(value), "%lu", batch);
        if (!error)
            error = xenbus_write(0, "data/batch", value);
        printk("STORED %lu\n", batch);
    }
    printk("error %d\n", error);
    return true;
}
