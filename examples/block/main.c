/* A disk: its size, its partition table, and with the word "write" on the command line a test that
 * overwrites its last MiB and reads it back. */
#include <zendo/zendo.h>

#define TEST_SECTORS 2048UL /* 1 MiB */

static struct block disk;

struct partition {
    uint8_t bootable, first_chs[3], type, last_chs[3];
    uint32_t first, count;
} __attribute__((packed));

static void show_partitions(const uint8_t *sector)
{
    const struct partition *table = (const struct partition *)(sector + 446);

    if (sector[510] != 0x55 || sector[511] != 0xaa) {
        printk("no partition table\n");
        return;
    }
    for (unsigned i = 0; i < 4; i++)
        if (table[i].type)
            printk("partition %u: type %x, sectors %u to %u\n", i + 1, table[i].type,
                   table[i].first, table[i].first + table[i].count - 1);
}

static void show_text(const uint8_t *sector)
{
    printk("it starts with \"");
    for (unsigned i = 0; i < 64 && sector[i] >= ' ' && sector[i] < 0x7f; i++)
        printk("%c", sector[i]);
    printk("\"\n");
}

static uint64_t pattern(uint64_t i)
{
    return (i + 1) * 0x9e3779b97f4a7c15UL;
}

/* Writes the last sectors, has them made durable and compares. */
static int test(void)
{
    uint64_t count = disk.sectors < TEST_SECTORS ? disk.sectors : TEST_SECTORS;
    uint64_t first = disk.sectors - count, words = count * BLKIF_SECTOR_SIZE / 8;
    uint64_t *data = pages_alloc((count * BLKIF_SECTOR_SIZE + PAGE_SIZE - 1) / PAGE_SIZE);
    int error;

    for (uint64_t i = 0; i < words; i++)
        data[i] = pattern(i);
    error = block_write(&disk, first, data, count);
    if (error) {
        printk("write: error %d\n", error);
        return error;
    }
    error = block_flush(&disk);
    printk("flush: %s\n", error ? "not to be had" : "done");
    memset(data, 0, count * BLKIF_SECTOR_SIZE);
    error = block_read(&disk, first, data, count);
    for (uint64_t i = 0; i < words && !error; i++)
        error = data[i] == pattern(i) ? 0 : -EIO;
    printk("read back %lu sectors: %s\n", count, error ? "WRONG" : "as written");
    return error;
}

int kernel_main(void)
{
    bool write = !strcmp((const char *)start_info->cmd_line, "write");
    uint8_t *sector = page_alloc();
    int error;

    xenbus_init();
    grant_init();
    error = block_open(&disk, 0);
    if (error) {
        printk("no disk (error %d): give one with --disk\n", error);
        return 1;
    }
    printk("disk %u: %lu sectors of 512 bytes%s\n", disk.device.number, disk.sectors,
           disk.info & BLKIF_INFO_READONLY ? ", read-only" : "");
    error = block_read(&disk, 0, sector, 1);
    if (!error) {
        show_text(sector);
        show_partitions(sector);
    }
    if (block_read(&disk, disk.sectors, sector, 1) != -EINVAL)
        error = -EIO; /* there is nothing behind the end */
    if (!error && write)
        error = test();
    block_close(&disk);
    printk("closed\n");
    return error;
}
