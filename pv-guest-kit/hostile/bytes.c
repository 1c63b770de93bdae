/* Attacks on back ends whose rings have bytes: shared folders and consoles. */
#include "hostile.h"

#define ORDER 2U
#define PAGES (1U << ORDER)
#define RING (PAGE_SIZE << ORDER >> 1)
#define DATA_PAGE 4 /* of the pool; the indices are on page 0 */

static int port = -1;
static int grants[PAGES + 1];
static unsigned grant_count;
static uint32_t produced, consumed;

static int grant(unsigned page)
{
    return grants[grant_count++] = grant_access(0, pool_page(page), once_in(200));
}

static bool drop(void)
{
    bool dropped = true;

    while (grant_count > 0)
        dropped &= grant_end((grant_ref_t)grants[--grant_count]);
    if (port >= 0)
        event_close((evtchn_port_t)port);
    port = -1;
    return dropped;
}

/* ---- Shared folders ---- */

static void connect_share(struct device *device)
{
    struct xen_9pfs_data_intf *indices = pool_page(0);
    grant_ref_t *references = (grant_ref_t *)(indices + 1);

    memset(indices, 0, PAGE_SIZE);
    produced = consumed = 0;
    indices->ring_order = once_in(30) ? (uint32_t)any() : ORDER;
    for (unsigned i = 0; i < PAGES; i++)
        references[i] = (grant_ref_t)grant(DATA_PAGE + i);
    if (once_in(30))
        references[below(PAGES)] = (grant_ref_t)any();
    port = event_alloc_unbound(0, ring_wake, NULL);
    tell(device, "version", 1);
    tell(device, "num-rings", 1);
    tell(device, "ring-ref0", (uint64_t)grant(0));
    tell(device, "event-channel-0", (uint64_t)port);
    device_set_state(device, XENBUS_STATE_INITIALISED);
}

static uint8_t message[1024];
static size_t length;

static void put(uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        message[length++] = (uint8_t)(value >> 8 * i);
}

static void put_text(const char *text)
{
    size_t size = strlen(text);

    put(once_in(100) ? any() : size, 2);
    memcpy(message + length, text, size);
    length += size;
}

static uint64_t fid(void)
{
    return once_in(50) ? any() : below(6);
}

static const char *name(void)
{
    static const char *const names[] = {"a",    "b",       "file", "greeting", "..", ".",
                                        "../x", "/etc/passwd", "",     "new",      "d",  "\xff\xfe"};

    return names[below(sizeof(names) / sizeof(names[0]))];
}

static void write_message(void)
{
    static const uint8_t types[] = {
        P9_TSTATFS,  P9_TLOPEN,   P9_TLCREATE, P9_TSYMLINK, P9_TMKNOD,   P9_TRENAME,
        P9_TREADLINK, P9_TGETATTR, P9_TSETATTR, P9_TXATTRWALK, P9_TREADDIR, P9_TFSYNC,
        P9_TLOCK,    P9_TGETLOCK, P9_TLINK,    P9_TMKDIR,   P9_TRENAMEAT, P9_TUNLINKAT,
        P9_TAUTH,    P9_TFLUSH,   P9_TWALK,    P9_TWALK,    P9_TREAD,    P9_TCLUNK,
        P9_TREMOVE,  P9_TATTACH};
    uint8_t type = once_in(50) ? (uint8_t)any() : types[below(sizeof(types))];

    length = 4;
    if (once_in(60))
        type = P9_TVERSION;
    put(type, 1);
    put(any(), 2);
    switch (type) {
    case P9_TVERSION:
        put(once_in(10) ? any() : 8192, 4);
        put_text("9P2000.L");
        break;
    case P9_TATTACH:
        put(fid(), 4);
        put(any(), 4);
        put_text("u");
        put_text("");
        put(0, 4);
        break;
    case P9_TWALK:
        put(fid(), 4);
        put(fid(), 4);
        put(once_in(30) ? any() : 1, 2);
        put_text(name());
        break;
    default:
        put(fid(), 4);
        if (once_in(2))
            put_text(name());
        else
            put(once_in(4) ? any() : 0, 8);
        for (unsigned i = below(40); i > 0; i--)
            put(once_in(3) ? any() : 0, 1);
    }
    for (unsigned i = 0; i < 4; i++)
        message[i] = (uint8_t)(length >> 8 * i);
    if (once_in(3000))
        fill(message, 4);
}

static void batch_share(void)
{
    struct xen_9pfs_data_intf *indices = pool_page(0);
    char *out = (char *)pool_page(DATA_PAGE) + RING;

    for (unsigned i = 1 + below(BATCH); i > 0; i--) {
        write_message();
        if (produced + length - __atomic_load_n(&indices->out_cons, __ATOMIC_ACQUIRE) > RING)
            break;
        for (size_t at = 0; at < length; at++)
            out[(produced + at) % RING] = (char)message[at];
        produced += (uint32_t)length;
        made++;
    }
    __atomic_store_n(&indices->out_prod, once_in(5000) ? (uint32_t)any() : produced,
                     __ATOMIC_RELEASE);
    event_send((evtchn_port_t)port);
    for (unsigned tries = 0; tries < 8 && indices->out_cons != produced; tries++) {
        give_way();
        consumed = once_in(2000) ? (uint32_t)any() : indices->in_prod;
        __atomic_store_n(&indices->in_cons, consumed, __ATOMIC_RELEASE);
        event_send((evtchn_port_t)port);
    }
}

/* ---- Consoles ---- */

static void connect_console(struct device *device)
{
    memset(pool_page(0), 0, PAGE_SIZE);
    produced = 0;
    port = event_alloc_unbound(0, ring_wake, NULL);
    tell(device, "ring-ref", (uint64_t)grant(0));
    tell(device, "port", (uint64_t)port);
    device_set_state(device, XENBUS_STATE_INITIALISED);
}

static void batch_console(void)
{
    struct xencons_interface *ring = pool_page(0);
    uint32_t room = (uint32_t)sizeof(ring->out) - (produced - ring->out_cons);

    if (room <= sizeof(ring->out)) {
        produced += below(room + 1);
        made++;
    }
    fill(ring->out, 64);
    ring->out_prod = once_in(3000) ? (uint32_t)any() : produced;
    ring->in_cons = once_in(3000) ? (uint32_t)any() : ring->in_prod;
    event_send((evtchn_port_t)port);
    give_way();
}

const struct attack share_attack = {"9pfs", connect_share, batch_share, drop};
const struct attack console_attack = {"console", connect_console, batch_console, drop};
