/* Network interfaces: the frontend of a vif (io/netif.h), with one queue and a page per packet. */
#ifndef ZENDO_NET_H
#define ZENDO_NET_H

#include <zendo/device.h>
#include <zendo/ring.h>

#define NET_BUFFERS 64      /* pages for sending, and as many for receiving */
#define NET_FRAME_MAX 1514U /* bytes of an Ethernet frame without its checksum */

struct net {
    struct device device;
    struct front_ring transmit, receive;
    evtchn_port_t port;
    uint8_t address[6];
    struct {
        char *page;
        grant_ref_t grant;
        bool busy;
    } outgoing[NET_BUFFERS], incoming[NET_BUFFERS];
    uint64_t sent, received, dropped; /* frames */
};

/* Connects the interface with the given index, from 0; 0 or an error. */
int net_open(struct net *net, unsigned index);

/* Sends a frame, header included; waits for room. -EMSGSIZE when it is too long. */
int net_send(struct net *net, const void *frame, size_t length);

/* Takes a frame that has come; its length, 0 when there is none. Longer ones are cut. */
size_t net_receive(struct net *net, void *frame, size_t size);

/* Sleeps until a frame has come or the deadline (time_now()) has passed; whether one has. */
bool net_wait(struct net *net, uint64_t deadline_ns);

/* Disconnects; it may be opened again. */
void net_close(struct net *net);

#endif
