/* The frontend of a network interface.
 *
 * All pages are granted once: frames to send are copied into one, frames that came out of one. The
 * number of a request is that of its page.
 */
#include <zendo/zendo.h>

static int hex(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return (digit | 0x20) - 'a' + 10;
}

static int read_address(struct net *net)
{
    char text[32];
    int error = device_read_own(&net->device, "mac", text, sizeof(text));

    if (error < 0)
        return error;
    if (strlen(text) != 17)
        return -EINVAL;
    for (unsigned i = 0; i < sizeof(net->address); i++)
        net->address[i] = (uint8_t)(hex(text[3 * i]) << 4 | hex(text[3 * i + 1]));
    return 0;
}

static int make_buffers(struct net *net)
{
    for (unsigned i = 0; i < NET_BUFFERS; i++) {
        int out, in;

        net->outgoing[i].page = page_alloc();
        net->incoming[i].page = page_alloc();
        if (!net->outgoing[i].page || !net->incoming[i].page)
            return -ENOMEM;
        out = grant_access(net->device.domain, net->outgoing[i].page, true);
        in = grant_access(net->device.domain, net->incoming[i].page, false);
        if (out < 0 || in < 0)
            return -ENOSPC;
        net->outgoing[i].grant = (grant_ref_t)out;
        net->incoming[i].grant = (grant_ref_t)in;
    }
    return 0;
}

static void push(struct net *net, struct front_ring *ring)
{
    if (ring_push(ring))
        event_send(net->port);
}

/* Gives the back end a page to fill. */
static void post(struct net *net, unsigned buffer)
{
    struct netif_rx_request *request = ring_next_request(&net->receive);

    request->id = (uint16_t)buffer;
    request->gref = net->incoming[buffer].grant;
    net->incoming[buffer].busy = true;
}

static int connect(struct net *net)
{
    struct device *device = &net->device;
    int error = ring_create(&net->transmit, device->domain, sizeof(struct netif_tx_request));
    int port;

    if (!error)
        error = ring_create(&net->receive, device->domain, sizeof(struct netif_rx_request));
    if (!error)
        error = make_buffers(net);
    if (error)
        return error;
    port = event_alloc_unbound(device->domain, ring_wake, NULL);
    if (port < 0)
        return port;
    net->port = (evtchn_port_t)port;
    for (unsigned i = 0; i < NET_BUFFERS; i++)
        post(net, i);
    ring_push(&net->receive);
    device_write_number(device, "tx-ring-ref", net->transmit.grant);
    device_write_number(device, "rx-ring-ref", net->receive.grant);
    device_write_number(device, "event-channel", net->port);
    device_write(device, "request-rx-copy", "1");
    device_write(device, "feature-rx-notify", "1");
    device_write(device, "feature-no-csum-offload", "1"); /* we get whole checksums */
    device_set_state(device, XENBUS_STATE_CONNECTED);
    return device_wait(device, XENBUS_STATE_CONNECTED);
}

int net_open(struct net *net, unsigned index)
{
    int error;

    memset(net, 0, sizeof(*net));
    error = device_find(&net->device, "vif", index);
    if (!error)
        error = read_address(net);
    if (!error)
        error = device_prepare(&net->device);
    return error ? error : connect(net);
}

/* Takes back the pages of frames that are sent. */
static void reap(struct net *net)
{
    const struct netif_tx_response *response;

    while ((response = ring_next_response(&net->transmit))) {
        uint16_t id = response->id;

        if (id >= NET_BUFFERS || !net->outgoing[id].busy)
            panic("the network answers packet %u, which there is not", id);
        if (response->status != NETIF_RSP_OKAY)
            net->dropped++;
        net->outgoing[id].busy = false;
    }
}

static unsigned free_page(struct net *net)
{
    unsigned id;

    for (;;) {
        reap(net);
        for (id = 0; id < NET_BUFFERS; id++)
            if (!net->outgoing[id].busy)
                return id;
        WAIT_UNTIL(ring_has_response(&net->transmit));
    }
}

int net_send(struct net *net, const void *frame, size_t length)
{
    unsigned id;

    if (length > NET_FRAME_MAX)
        return -EMSGSIZE;
    id = free_page(net);
    memcpy(net->outgoing[id].page, frame, length);
    *(struct netif_tx_request *)ring_next_request(&net->transmit) =
        (struct netif_tx_request){.gref = net->outgoing[id].grant,
                                  .id = (uint16_t)id,
                                  .size = (uint16_t)length};
    net->outgoing[id].busy = true;
    net->sent++;
    push(net, &net->transmit);
    return 0;
}

size_t net_receive(struct net *net, void *frame, size_t size)
{
    const struct netif_rx_response *response;
    size_t length = 0;
    bool more = true;

    while (more && (response = ring_next_response(&net->receive))) {
        struct netif_rx_response part = *response;

        if (part.id >= NET_BUFFERS || !net->incoming[part.id].busy)
            panic("the network fills page %u, which it does not have", part.id);
        if (part.status > 0 && part.offset + (uint32_t)part.status <= PAGE_SIZE) {
            size_t room = size - length;
            size_t copied = (size_t)part.status < room ? (size_t)part.status : room;

            memcpy((char *)frame + length, net->incoming[part.id].page + part.offset, copied);
            length += copied;
        }
        more = part.flags & NETRXF_more_data || length == 0;
        post(net, part.id);
        push(net, &net->receive);
    }
    if (length > 0)
        net->received++;
    return length;
}

static void wake(void *unused)
{
    (void)unused;
}

bool net_wait(struct net *net, uint64_t deadline_ns)
{
    timer_set(deadline_ns, wake, NULL);
    WAIT_UNTIL(ring_has_response(&net->receive) || time_now() >= deadline_ns);
    return ring_has_response(&net->receive);
}

void net_close(struct net *net)
{
    device_close(&net->device);
    event_close(net->port);
    ring_destroy(&net->transmit);
    ring_destroy(&net->receive);
    for (unsigned i = 0; i < NET_BUFFERS; i++) {
        if (grant_end(net->outgoing[i].grant))
            pages_free(net->outgoing[i].page, 1);
        if (grant_end(net->incoming[i].grant))
            pages_free(net->incoming[i].page, 1);
    }
}
