/* A page of requests and responses that a frontend shares with its back end (io/ring.h).
 *
 * Both kinds use the same slots: a response takes the place of a request that the back end has read.
 * Indices only grow; an event is sent when they pass what the other side has asked for.
 */
#ifndef ZENDO_RING_H
#define ZENDO_RING_H

#include <zendo/kernel.h>

struct front_ring {
    struct sring *shared;
    size_t entry_size;
    uint32_t size;      /* slots */
    uint32_t requests;  /* made, published or not */
    uint32_t responses; /* taken */
    grant_ref_t grant;
};

/* Makes a ring of slots of this size and grants it to the domain; 0 or an error. */
int ring_create(struct front_ring *ring, domid_t domain, size_t entry_size);

/* Takes it back, after the back end has let go of it. */
void ring_destroy(struct front_ring *ring);

/* The slot for one more request, null while all are in use. */
void *ring_next_request(struct front_ring *ring);

/* Publishes the requests made; true if the back end wants an event. */
bool ring_push(struct front_ring *ring);

/* The next response, null when there is none. It stays valid until requests are made. */
const void *ring_next_response(struct front_ring *ring);

/* Whether there is a response; if not, asks for an event at the next one. */
bool ring_has_response(struct front_ring *ring);

/* Handler for a ring's event channel, for who sleeps with WAIT_UNTIL: that it came is enough. */
void ring_wake(evtchn_port_t port, void *argument);

#endif
