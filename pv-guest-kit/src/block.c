/* The frontend of a disk: every request grants the pages of its data, one segment each. */
#include <zendo/zendo.h>

#define SECTORS_PER_PAGE (PAGE_SIZE / BLKIF_SECTOR_SIZE)

static int connect(struct block *block)
{
    struct device *device = &block->device;
    int error = ring_create(&block->ring, device->domain, sizeof(struct blkif_request));
    int port;

    if (error)
        return error;
    port = event_alloc_unbound(device->domain, ring_wake, NULL);
    if (port < 0)
        return port;
    block->port = (evtchn_port_t)port;
    device_write_number(device, "ring-ref", block->ring.grant);
    device_write_number(device, "event-channel", block->port);
    device_write(device, "protocol", "x86_64-abi");
    device_set_state(device, XENBUS_STATE_INITIALISED);
    return device_wait(device, XENBUS_STATE_CONNECTED);
}

int block_open(struct block *block, unsigned index)
{
    struct device *device = &block->device;
    int error;

    memset(block, 0, sizeof(*block));
    error = device_find(device, "vbd", index);
    if (!error)
        error = device_prepare(device);
    if (!error)
        error = connect(block);
    if (error)
        return error;
    block->sectors = device_read_number(device, "sectors", 0);
    block->sector_size = (uint32_t)device_read_number(device, "sector-size", BLKIF_SECTOR_SIZE);
    block->info = (uint32_t)device_read_number(device, "info", 0);
    block->can_flush = device_read_number(device, "feature-flush-cache", 0);
    block->can_discard = device_read_number(device, "feature-discard", 0);
    device_set_state(device, XENBUS_STATE_CONNECTED);
    return 0;
}

/* Takes the responses that there are. */
static void reap(struct block *block)
{
    const struct blkif_response *response;

    while ((response = ring_next_response(&block->ring))) {
        uint64_t id = response->id;

        if (id >= BLOCK_IN_FLIGHT || !block->requests[id].busy)
            panic("the disk answers request %lu, which there is not", id);
        if (response->status != BLKIF_RSP_OKAY && !block->error)
            block->error = response->status == BLKIF_RSP_EOPNOTSUPP ? -EOPNOTSUPP : -EIO;
        for (unsigned i = 0; i < block->requests[id].used; i++)
            grant_end(block->requests[id].grants[i]);
        block->requests[id].used = 0;
        block->requests[id].busy = false;
        block->in_flight--;
    }
}

static unsigned free_id(struct block *block)
{
    unsigned id = 0;

    while (id < BLOCK_IN_FLIGHT && block->requests[id].busy)
        id++;
    return id;
}

/* A slot of the ring with a number of its own; waits until there is one. */
static struct blkif_request *next_request(struct block *block, uint8_t operation, uint64_t sector)
{
    unsigned id;
    struct blkif_request *request;

    while ((id = free_id(block)) == BLOCK_IN_FLIGHT) {
        WAIT_UNTIL(ring_has_response(&block->ring));
        reap(block);
    }
    request = ring_next_request(&block->ring);
    memset(request, 0, sizeof(*request));
    request->operation = operation;
    request->handle = (uint16_t)block->device.number;
    request->id = id;
    request->sector_number = sector;
    block->requests[id].busy = true;
    block->in_flight++;
    return request;
}

static void push(struct block *block)
{
    if (ring_push(&block->ring))
        event_send(block->port);
}

/* Waits until nothing is in flight; the first error. */
static int finish(struct block *block)
{
    int error;

    while (reap(block), block->in_flight > 0)
        WAIT_UNTIL(ring_has_response(&block->ring));
    error = block->error;
    block->error = 0;
    return error;
}

/* Adds the part of the data that lies in one page; the sectors taken. */
static uint64_t add_segment(struct block *block, struct blkif_request *request, char *data,
                            uint64_t count)
{
    uint8_t first = (uint8_t)((uint64_t)data % PAGE_SIZE / BLKIF_SECTOR_SIZE);
    uint64_t taken = SECTORS_PER_PAGE - first < count ? SECTORS_PER_PAGE - first : count;
    int grant = grant_access(block->device.domain, (char *)((uint64_t)data & -PAGE_SIZE),
                             request->operation == BLKIF_OP_WRITE);

    if (grant < 0)
        panic("no grant for a disk's data");
    request->seg[request->nr_segments++] =
        (struct blkif_request_segment){.gref = (grant_ref_t)grant,
                                       .first_sect = first,
                                       .last_sect = (uint8_t)(first + taken - 1)};
    block->requests[request->id].grants[block->requests[request->id].used++] = (grant_ref_t)grant;
    return taken;
}

static int transfer(struct block *block, uint8_t operation, uint64_t sector, char *data,
                    uint64_t count)
{
    if (sector > block->sectors || count > block->sectors - sector ||
        (uint64_t)data % BLKIF_SECTOR_SIZE || block->error)
        return -EINVAL;
    while (count > 0) {
        struct blkif_request *request = next_request(block, operation, sector);

        while (count > 0 && request->nr_segments < BLKIF_SEGMENTS_PER_REQUEST) {
            uint64_t taken = add_segment(block, request, data, count);

            data += taken * BLKIF_SECTOR_SIZE;
            sector += taken;
            count -= taken;
        }
        push(block);
    }
    return finish(block);
}

int block_read(struct block *block, uint64_t sector, void *buffer, uint64_t count)
{
    return transfer(block, BLKIF_OP_READ, sector, buffer, count);
}

int block_write(struct block *block, uint64_t sector, const void *buffer, uint64_t count)
{
    return transfer(block, BLKIF_OP_WRITE, sector, (char *)buffer, count);
}

int block_flush(struct block *block)
{
    if (!block->can_flush)
        return -EOPNOTSUPP;
    next_request(block, BLKIF_OP_FLUSH_DISKCACHE, 0);
    push(block);
    return finish(block);
}

int block_discard(struct block *block, uint64_t sector, uint64_t count)
{
    struct blkif_request_discard *discard;

    if (!block->can_discard)
        return -EOPNOTSUPP;
    discard = (struct blkif_request_discard *)next_request(block, BLKIF_OP_DISCARD, sector);
    discard->flag = 0;
    discard->nr_sectors = count;
    push(block);
    return finish(block);
}

void block_close(struct block *block)
{
    device_close(&block->device);
    event_close(block->port);
    ring_destroy(&block->ring);
}
