/* The smallest useful part of IPv4 over an interface: ARP, echo (ping), UDP, and asking for an address
 * (DHCP). Packets are not fragmented, options are skipped, one datagram at a time is waited for.
 *
 * Addresses are numbers: 10.0.0.1 is 0x0a000001. Whoever waits also answers others' ARP requests and
 * pings meanwhile. Functions give 0 or a length, or a negative error: -ETIMEDOUT, -EMSGSIZE.
 */
#ifndef ZENDO_IP_H
#define ZENDO_IP_H

#include <zendo/net.h>

#define IP_ADDRESS(a, b, c, d) \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define IP_FORMAT "%u.%u.%u.%u"
#define IP_PARTS(address) \
    (address) >> 24, (address) >> 16 & 255, (address) >> 8 & 255, (address) & 255

#define IP_NEIGHBOURS 8

struct ip {
    struct net *net;
    uint32_t address, netmask, gateway, name_server; /* 0: none */
    struct {
        uint32_t address;
        uint8_t hardware[6];
    } neighbours[IP_NEIGHBOURS];
    unsigned next_neighbour;
    uint16_t next_id;
    uint16_t echo_seen; /* sequence number of the last reply to a ping of ours */
    unsigned echoes_answered;
    struct {
        uint16_t port; /* that somebody waits at; 0: nobody */
        uint32_t from;
        uint16_t from_port;
        void *data;
        size_t size;
        int length; /* of the datagram, negative until it has come */
    } wanted;
};

/* Starts with an address and netmask, or with 0 and 0 before DHCP. */
void ip_init(struct ip *ip, struct net *net, uint32_t address, uint32_t netmask, uint32_t gateway);

/* Gets an address from a DHCP server of the network. */
int ip_configure(struct ip *ip, uint64_t timeout_ns);

/* Pings; the time that it took, in nanoseconds, or an error. */
int64_t ip_ping(struct ip *ip, uint32_t address, uint16_t sequence, size_t bytes,
                uint64_t timeout_ns);

/* Sends a datagram, to all hosts if the address is 0xffffffff. */
int udp_send(struct ip *ip, uint32_t address, uint16_t port, uint16_t from_port, const void *data,
             size_t length);

/* Waits for a datagram to a port of ours; its length, of which at most `size` bytes are kept. Its
 * sender is in ip->wanted afterwards. */
int udp_receive(struct ip *ip, uint16_t port, void *data, size_t size, uint64_t timeout_ns);

/* Answers others until the deadline (time_now()) or until the function says that it is enough. */
void ip_serve(struct ip *ip, uint64_t deadline_ns, bool (*enough)(struct ip *));

#endif
