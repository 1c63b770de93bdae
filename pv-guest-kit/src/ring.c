/* Rings of requests and responses, the frontend's side. */
#include <zendo/zendo.h>

int ring_create(struct front_ring *ring, domid_t domain, size_t entry_size)
{
    struct sring *page = page_alloc();
    uint32_t slots = (uint32_t)((PAGE_SIZE - sizeof(struct sring)) / entry_size);
    int grant;

    if (!page)
        return -ENOMEM;
    page->req_event = 1;
    page->rsp_event = 1;
    grant = grant_access(domain, page, false);
    if (grant < 0) {
        pages_free(page, 1);
        return grant;
    }
    *ring = (struct front_ring){.shared = page,
                                .entry_size = entry_size,
                                .size = 1U << (31 - __builtin_clz(slots)),
                                .grant = (grant_ref_t)grant};
    return 0;
}

void ring_destroy(struct front_ring *ring)
{
    if (ring->shared && grant_end(ring->grant))
        pages_free(ring->shared, 1);
    ring->shared = NULL;
}

static void *slot(struct front_ring *ring, uint32_t index)
{
    return (char *)(ring->shared + 1) + (index & (ring->size - 1)) * ring->entry_size;
}

void *ring_next_request(struct front_ring *ring)
{
    return ring->requests - ring->responses < ring->size ? slot(ring, ring->requests++) : NULL;
}

bool ring_push(struct front_ring *ring)
{
    uint32_t before = ring->shared->req_prod;

    __atomic_store_n(&ring->shared->req_prod, ring->requests, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return ring->requests - __atomic_load_n(&ring->shared->req_event, __ATOMIC_RELAXED) <
           ring->requests - before;
}

static uint32_t waiting(struct front_ring *ring)
{
    uint32_t count =
        __atomic_load_n(&ring->shared->rsp_prod, __ATOMIC_ACQUIRE) - ring->responses;

    if (count > ring->requests - ring->responses)
        panic("the back end answers what was not asked");
    return count;
}

const void *ring_next_response(struct front_ring *ring)
{
    return waiting(ring) ? slot(ring, ring->responses++) : NULL;
}

bool ring_has_response(struct front_ring *ring)
{
    if (waiting(ring))
        return true;
    __atomic_store_n(&ring->shared->rsp_event, ring->responses + 1, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return waiting(ring);
}

void ring_wake(evtchn_port_t port, void *argument)
{
    (void)port;
    (void)argument;
}
