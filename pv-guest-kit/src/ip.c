/* ARP, IPv4, ICMP echo and UDP. All numbers on the wire are big endian. */
#include <zendo/zendo.h>

#define TYPE_IP 0x0800
#define TYPE_ARP 0x0806
#define PROTOCOL_ICMP 1
#define PROTOCOL_UDP 17
#define ECHO_REPLY 0
#define ECHO_REQUEST 8
#define ARP_REQUEST 1
#define ARP_REPLY 2
#define ARP_TRIES 5
#define EVERYBODY 0xffffffffU
#define ECHO_ID 0x5a44

struct ethernet {
    uint8_t to[6], from[6];
    uint16_t type;
} __attribute__((packed));

struct arp {
    uint16_t hardware_type, protocol_type;
    uint8_t hardware_size, protocol_size;
    uint16_t operation;
    uint8_t sender[6];
    uint32_t sender_address;
    uint8_t target[6];
    uint32_t target_address;
} __attribute__((packed));

struct ipv4 {
    uint8_t version_length, service;
    uint16_t length, id, fragment;
    uint8_t hops, protocol;
    uint16_t checksum;
    uint32_t from, to;
} __attribute__((packed));

struct icmp {
    uint8_t type, code;
    uint16_t checksum, id, sequence;
} __attribute__((packed));

struct udp {
    uint16_t from, to, length, checksum;
} __attribute__((packed));

#define IP_OFFSET sizeof(struct ethernet)
#define BODY_OFFSET (IP_OFFSET + sizeof(struct ipv4))
#define BODY_MAX (NET_FRAME_MAX - BODY_OFFSET)

static const uint8_t all_hosts[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static uint16_t be16(uint16_t value)
{
    return __builtin_bswap16(value);
}

static uint32_t be32(uint32_t value)
{
    return __builtin_bswap32(value);
}

static uint32_t sum(uint32_t start, const void *data, size_t length)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < length; i++)
        start += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
    return start;
}

static uint16_t checksum(uint32_t total)
{
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return be16((uint16_t)~total);
}

static uint16_t udp_checksum(uint32_t from, uint32_t to, const struct udp *udp, size_t length)
{
    uint32_t addresses[2] = {be32(from), be32(to)};
    uint32_t total = sum(PROTOCOL_UDP + (uint32_t)length, addresses, sizeof(addresses));
    uint16_t result = checksum(sum(total, udp, length));

    return result ? result : 0xffff;
}

void ip_init(struct ip *ip, struct net *net, uint32_t address, uint32_t netmask, uint32_t gateway)
{
    memset(ip, 0, sizeof(*ip));
    ip->net = net;
    ip->address = address;
    ip->netmask = netmask;
    ip->gateway = gateway;
}

static void address_frame(struct ip *ip, char *frame, const uint8_t *to, uint16_t type)
{
    struct ethernet *header = (struct ethernet *)frame;

    memcpy(header->to, to, 6);
    memcpy(header->from, ip->net->address, 6);
    header->type = be16(type);
}

static void send_arp(struct ip *ip, uint16_t operation, const uint8_t *to, uint32_t address)
{
    char frame[sizeof(struct ethernet) + sizeof(struct arp)];
    struct arp *arp = (struct arp *)(frame + sizeof(struct ethernet));

    address_frame(ip, frame, to, TYPE_ARP);
    *arp = (struct arp){.hardware_type = be16(1),
                        .protocol_type = be16(TYPE_IP),
                        .hardware_size = 6,
                        .protocol_size = 4,
                        .operation = be16(operation),
                        .sender_address = be32(ip->address),
                        .target_address = be32(address)};
    memcpy(arp->sender, ip->net->address, 6);
    if (operation == ARP_REPLY)
        memcpy(arp->target, to, 6);
    net_send(ip->net, frame, sizeof(frame));
}

static const uint8_t *find_neighbour(struct ip *ip, uint32_t address)
{
    for (unsigned i = 0; i < IP_NEIGHBOURS; i++)
        if (ip->neighbours[i].address == address)
            return ip->neighbours[i].hardware;
    return NULL;
}

static void learn(struct ip *ip, uint32_t address, const uint8_t *hardware)
{
    uint8_t *known = (uint8_t *)find_neighbour(ip, address);

    if (!address)
        return;
    if (!known) {
        unsigned at = ip->next_neighbour++ % IP_NEIGHBOURS;

        ip->neighbours[at].address = address;
        known = ip->neighbours[at].hardware;
    }
    memcpy(known, hardware, 6);
}

static void handle_arp(struct ip *ip, const struct arp *arp, size_t length)
{
    if (length < sizeof(*arp) || be16(arp->protocol_type) != TYPE_IP ||
        be32(arp->target_address) != ip->address || !ip->address)
        return;
    learn(ip, be32(arp->sender_address), arp->sender);
    if (be16(arp->operation) == ARP_REQUEST)
        send_arp(ip, ARP_REPLY, arp->sender, be32(arp->sender_address));
}

/* Fills in the headers in front of a body that stands in the frame already, and sends it. */
static int send_body(struct ip *ip, char *frame, const uint8_t *hardware, uint32_t to,
                     uint8_t protocol, size_t length)
{
    struct ipv4 *header = (struct ipv4 *)(frame + IP_OFFSET);

    address_frame(ip, frame, hardware, TYPE_IP);
    *header = (struct ipv4){.version_length = 0x45,
                            .length = be16((uint16_t)(sizeof(*header) + length)),
                            .id = be16(ip->next_id++),
                            .hops = 64,
                            .protocol = protocol,
                            .from = be32(ip->address),
                            .to = be32(to)};
    header->checksum = checksum(sum(0, header, sizeof(*header)));
    return net_send(ip->net, frame, BODY_OFFSET + length);
}

static void handle_icmp(struct ip *ip, const struct ethernet *link, uint32_t from,
                        const struct icmp *icmp, size_t length)
{
    if (length < sizeof(*icmp) || checksum(sum(0, icmp, length)) != 0)
        return;
    if (icmp->type == ECHO_REPLY && be16(icmp->id) == ECHO_ID) {
        ip->echo_seen = be16(icmp->sequence);
    } else if (icmp->type == ECHO_REQUEST && length <= BODY_MAX) {
        char frame[NET_FRAME_MAX];
        struct icmp *reply = (struct icmp *)(frame + BODY_OFFSET);

        memcpy(reply, icmp, length);
        reply->type = ECHO_REPLY;
        reply->checksum = 0;
        reply->checksum = checksum(sum(0, reply, length));
        ip->echoes_answered++;
        send_body(ip, frame, link->from, from, PROTOCOL_ICMP, length);
    }
}

static void handle_udp(struct ip *ip, uint32_t from, uint32_t to, const struct udp *udp,
                       size_t length)
{
    size_t size = length < sizeof(*udp) ? 0 : be16(udp->length);

    if (size < sizeof(*udp) || size > length || !ip->wanted.port ||
        be16(udp->to) != ip->wanted.port || ip->wanted.length >= 0)
        return;
    if (udp->checksum) {
        uint32_t addresses[2] = {be32(from), be32(to)};
        uint32_t total = sum(PROTOCOL_UDP + (uint32_t)size, addresses, sizeof(addresses));

        if (checksum(sum(total, udp, size)) != 0)
            return;
    }
    size -= sizeof(*udp);
    memcpy(ip->wanted.data, udp + 1, size < ip->wanted.size ? size : ip->wanted.size);
    ip->wanted.from = from;
    ip->wanted.from_port = be16(udp->from);
    ip->wanted.length = (int)size;
}

static void handle_ip(struct ip *ip, const char *frame, size_t length)
{
    const struct ethernet *link = (const struct ethernet *)frame;
    const struct ipv4 *header = (const struct ipv4 *)(frame + IP_OFFSET);
    size_t total, head;
    uint32_t from, to;

    length -= IP_OFFSET;
    if (length < sizeof(*header))
        return;
    head = (header->version_length & 15) * 4UL;
    total = be16(header->length);
    from = be32(header->from);
    to = be32(header->to);
    if (header->version_length >> 4 != 4 || head < sizeof(*header) || total < head ||
        total > length || be16(header->fragment) & 0x3fff ||
        checksum(sum(0, header, head)) != 0)
        return;
    if (ip->address && to != ip->address && to != EVERYBODY)
        return;
    if (header->protocol == PROTOCOL_ICMP && to == ip->address)
        handle_icmp(ip, link, from, (const struct icmp *)((const char *)header + head),
                    total - head);
    else if (header->protocol == PROTOCOL_UDP)
        handle_udp(ip, from, to, (const struct udp *)((const char *)header + head), total - head);
}

static void handle_frames(struct ip *ip)
{
    char frame[NET_FRAME_MAX + 4];
    size_t length;

    while ((length = net_receive(ip->net, frame, sizeof(frame))) > 0) {
        const struct ethernet *header = (const struct ethernet *)frame;

        if (length < sizeof(*header))
            continue;
        if (be16(header->type) == TYPE_ARP)
            handle_arp(ip, (const struct arp *)(header + 1), length - sizeof(*header));
        else if (be16(header->type) == TYPE_IP)
            handle_ip(ip, frame, length);
    }
}

void ip_serve(struct ip *ip, uint64_t deadline_ns, bool (*enough)(struct ip *))
{
    do {
        handle_frames(ip);
        if (enough && enough(ip))
            return;
    } while (net_wait(ip->net, deadline_ns) || time_now() < deadline_ns);
}

/* The hardware address to send to; null when nobody answers. */
static const uint8_t *resolve(struct ip *ip, uint32_t address)
{
    uint32_t hop = (address ^ ip->address) & ip->netmask ? ip->gateway : address;
    const uint8_t *known = address == EVERYBODY ? all_hosts : find_neighbour(ip, hop);

    for (int i = 0; i < ARP_TRIES && !known; i++) {
        uint64_t deadline = time_now() + 200 * MILLISECONDS;

        send_arp(ip, ARP_REQUEST, all_hosts, hop);
        while (!known && time_now() < deadline) {
            net_wait(ip->net, deadline);
            handle_frames(ip);
            known = find_neighbour(ip, hop);
        }
    }
    return known;
}

int64_t ip_ping(struct ip *ip, uint32_t address, uint16_t sequence, size_t bytes,
                uint64_t timeout_ns)
{
    char frame[NET_FRAME_MAX];
    struct icmp *icmp = (struct icmp *)(frame + BODY_OFFSET);
    const uint8_t *hardware = resolve(ip, address);
    uint64_t start;

    if (bytes > BODY_MAX - sizeof(*icmp))
        return -EMSGSIZE;
    if (!hardware)
        return -ETIMEDOUT;
    *icmp = (struct icmp){
        .type = ECHO_REQUEST, .id = be16(ECHO_ID), .sequence = be16(sequence)};
    for (size_t i = 0; i < bytes; i++)
        ((char *)(icmp + 1))[i] = (char)i;
    icmp->checksum = checksum(sum(0, icmp, sizeof(*icmp) + bytes));
    ip->echo_seen = (uint16_t)~sequence;
    start = time_now();
    send_body(ip, frame, hardware, address, PROTOCOL_ICMP, sizeof(*icmp) + bytes);
    while (ip->echo_seen != sequence) {
        if (!net_wait(ip->net, start + timeout_ns) && time_now() >= start + timeout_ns)
            return -ETIMEDOUT;
        handle_frames(ip);
    }
    return (int64_t)(time_now() - start);
}

int udp_send(struct ip *ip, uint32_t address, uint16_t port, uint16_t from_port, const void *data,
             size_t length)
{
    char frame[NET_FRAME_MAX];
    struct udp *udp = (struct udp *)(frame + BODY_OFFSET);
    const uint8_t *hardware = resolve(ip, address);
    size_t size = sizeof(*udp) + length;

    if (size > BODY_MAX)
        return -EMSGSIZE;
    if (!hardware)
        return -ETIMEDOUT;
    *udp = (struct udp){
        .from = be16(from_port), .to = be16(port), .length = be16((uint16_t)size)};
    memcpy(udp + 1, data, length);
    udp->checksum = udp_checksum(ip->address, address, udp, size);
    return send_body(ip, frame, hardware, address, PROTOCOL_UDP, size);
}

int udp_receive(struct ip *ip, uint16_t port, void *data, size_t size, uint64_t timeout_ns)
{
    uint64_t deadline = time_now() + timeout_ns;

    ip->wanted.port = port;
    ip->wanted.data = data;
    ip->wanted.size = size;
    ip->wanted.length = -ETIMEDOUT;
    handle_frames(ip);
    while (ip->wanted.length < 0 && (net_wait(ip->net, deadline) || time_now() < deadline))
        handle_frames(ip);
    ip->wanted.port = 0;
    return ip->wanted.length;
}
