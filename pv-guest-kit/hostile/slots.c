/* Attacks on back ends whose rings have slots (io/ring.h): disks and network interfaces. */
#include "hostile.h"

#define RINGS 3

struct raw_ring {
    struct sring *page;
    size_t entry;
    uint32_t size, produced;
    int grant;
    void (*fill)(void *slot);
};

static struct raw_ring rings[RINGS];
static unsigned ring_count;
static int port = -1;

static void fill_block(void *slot);

static struct raw_ring *open_ring(size_t entry, void (*fill_slot)(void *))
{
    struct raw_ring *ring = &rings[ring_count];
    uint32_t slots = (uint32_t)((PAGE_SIZE - sizeof(struct sring)) / entry);

    ring->page = pool_page(ring_count++);
    memset(ring->page, 0, PAGE_SIZE);
    ring->page->req_event = ring->page->rsp_event = 1;
    ring->entry = entry;
    ring->size = 1U << (31 - __builtin_clz(slots));
    ring->produced = 0;
    ring->fill = fill_slot;
    ring->grant = grant_access(0, ring->page, once_in(200));
    return ring;
}

static bool drop(void)
{
    bool dropped = true;

    for (unsigned i = 0; i < ring_count; i++)
        dropped &= grant_end((grant_ref_t)rings[i].grant);
    ring_count = 0;
    if (port >= 0)
        event_close((evtchn_port_t)port);
    port = -1;
    return dropped;
}

static void open_port(void)
{
    port = event_alloc_unbound(0, ring_wake, NULL);
}

/* Writes requests, and publishes them, rarely with an index that cannot be. */
static void produce(struct raw_ring *ring)
{
    uint32_t answered = __atomic_load_n(&ring->page->rsp_prod, __ATOMIC_ACQUIRE);
    uint32_t room = ring->size - (ring->produced - answered);
    uint32_t count = 1 + below(BATCH);

    if (room > ring->size)
        room = 0;
    for (uint32_t i = 0; i < count && i < room; i++) {
        ring->fill((char *)(ring->page + 1) + (ring->produced & (ring->size - 1)) * ring->entry);
        ring->produced++;
        made++;
        if (once_in(50)) /* torn: the back end may look before all are there */
            __atomic_store_n(&ring->page->req_prod, ring->produced, __ATOMIC_RELEASE);
    }
    if (once_in(4000))
        ring->page->rsp_prod = (uint32_t)any();
    if (once_in(500))
        ring->page->req_event = ring->page->rsp_event = (uint32_t)any();
    __atomic_store_n(&ring->page->req_prod,
                     once_in(6000) ? (uint32_t)any() : ring->produced, __ATOMIC_RELEASE);
}

static void batch(void)
{
    for (unsigned i = 0; i < ring_count; i++)
        if (i == 0 || once_in(3))
            produce(&rings[i]);
    if (port >= 0)
        event_send((evtchn_port_t)port);
    for (unsigned i = 0; i < ring_count; i++) {
        struct raw_ring *ring = &rings[i];

        /* The host's disk takes its time. */
        unsigned most = ring->fill == fill_block ? 30 : 8;

        for (unsigned tries = 0; tries < most && ring->page->rsp_prod != ring->produced; tries++)
            give_way();
    }
    if (once_in(30))
        shake_grants();
}

/* ---- Disks ---- */

static void fill_segments(struct blkif_request_segment *segments, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        segments[i].gref = any_grant();
        segments[i].first_sect = once_in(40) ? (uint8_t)any() : 0;
        segments[i].last_sect = once_in(40) ? (uint8_t)any() : 7;
    }
}

static uint64_t any_sector(void)
{
    switch (below(40)) {
    case 0:
        return any();
    case 1:
        return ~0UL - below(100);
    case 2:
        return 1UL << below(64);
    default:
        return below(2048);
    }
}

static void fill_indirect(struct blkif_request_indirect *request)
{
    request->operation = BLKIF_OP_INDIRECT;
    request->indirect_op = (uint8_t)(once_in(10) ? any() : below(2));
    request->nr_segments = (uint16_t)(once_in(10) ? any() : below(257));
    request->sector_number = any_sector();
    for (unsigned i = 0; i < BLKIF_INDIRECT_PAGES; i++)
        request->indirect_grefs[i] = any_grant();
    if (once_in(2)) /* pages with something like segments */
        fill_segments(pool_page(24 + below(POOL_PAGES - 24)), BLKIF_SEGMENTS_PER_PAGE);
}

static void fill_block(void *slot)
{
    struct blkif_request *request = slot;

    request->operation = (uint8_t)(once_in(100) ? any() : below(once_in(20) ? 6 : 2));
    request->id = any();
    request->handle = (uint16_t)(once_in(20) ? any() : 0);
    request->sector_number = any_sector();
    if (once_in(12)) {
        fill_indirect(slot);
    } else if (request->operation == BLKIF_OP_DISCARD) {
        struct blkif_request_discard *discard = slot;

        discard->flag = (uint8_t)below(3);
        discard->nr_sectors = once_in(4) ? any() : below(64);
    } else {
        request->nr_segments = (uint8_t)(once_in(40) ? any() : below(4));
        fill_segments(request->seg, BLKIF_SEGMENTS_PER_REQUEST);
    }
}

static void connect_block(struct device *device)
{
    struct raw_ring *ring = open_ring(sizeof(struct blkif_request), fill_block);

    open_port();
    if (once_in(20))
        tell(device, "multi-queue-num-queues", below(6));
    if (once_in(20))
        tell(device, "ring-page-order", below(6));
    if (once_in(10))
        tell(device, "feature-persistent", 1);
    tell(device, "ring-ref", (uint64_t)ring->grant);
    tell(device, "ring-ref0", (uint64_t)ring->grant);
    tell(device, "event-channel", (uint64_t)port);
    device_write(device, "protocol", once_in(30) ? "x86_32-abi" : "x86_64-abi");
    device_set_state(device, XENBUS_STATE_INITIALISED);
}

/* ---- Network interfaces ---- */

static void fill_transmit(void *slot)
{
    struct netif_tx_request *request = slot;

    if (once_in(30)) { /* an extra slot where none need be */
        struct netif_extra_info *extra = slot;

        fill(extra, sizeof(*extra));
        extra->type = (uint8_t)below(7);
        extra->flags = (uint8_t)below(2);
        return;
    }
    request->gref = any_grant();
    request->offset = (uint16_t)(once_in(20) ? any() : below(2048));
    request->flags = (uint16_t)(once_in(20) ? any() : once_in(3) ? below(16) : 0);
    request->id = (uint16_t)any();
    request->size = (uint16_t)(once_in(20) ? any() : 14 + below(1500));
}

static void fill_receive(void *slot)
{
    struct netif_rx_request *request = slot;

    request->id = (uint16_t)any();
    request->gref = any_grant();
}

static void fill_control(void *slot)
{
    struct xen_netif_ctrl_request *request = slot;

    fill(request, sizeof(*request));
    request->type = (uint16_t)(once_in(20) ? any() : below(12));
    for (unsigned i = 0; i < 3; i++)
        if (!once_in(4))
            request->data[i] = once_in(2) ? any_grant() : below(130);
}

static void connect_net(struct device *device)
{
    int transmit = open_ring(sizeof(struct netif_tx_request), fill_transmit)->grant;
    int receive = open_ring(sizeof(struct netif_rx_request), fill_receive)->grant;
    int control = open_ring(sizeof(struct xen_netif_ctrl_request), fill_control)->grant;

    open_port();
    if (once_in(20))
        tell(device, "multi-queue-num-queues", below(6));
    tell(device, "tx-ring-ref", (uint64_t)transmit);
    tell(device, "rx-ring-ref", (uint64_t)receive);
    tell(device, "event-channel", (uint64_t)port);
    if (once_in(3)) {
        tell(device, "ctrl-ring-ref", (uint64_t)control);
        tell(device, "event-channel-ctrl", (uint64_t)port);
    }
    tell(device, "request-rx-copy", 1);
    tell(device, "feature-rx-notify", 1);
    tell(device, "feature-sg", below(2));
    tell(device, "feature-gso-tcpv4", below(2));
    tell(device, "feature-no-csum-offload", below(2));
    device_set_state(device, XENBUS_STATE_CONNECTED);
}

const struct attack block_attack = {"vbd", connect_block, batch, drop};
const struct attack net_attack = {"vif", connect_net, batch, drop};
