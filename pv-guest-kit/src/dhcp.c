/* Asking for an address (RFC 2131): discover, offer, request, acknowledgement. */
#include <zendo/zendo.h>

#define SERVER_PORT 67
#define CLIENT_PORT 68
#define COOKIE 0x63825363U

enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACKNOWLEDGE = 5 };
enum {
    OPTION_NETMASK = 1,
    OPTION_ROUTER = 3,
    OPTION_NAMES = 6,
    OPTION_ADDRESS = 50,
    OPTION_TYPE = 53,
    OPTION_SERVER = 54,
    OPTION_END = 255
};

struct dhcp {
    uint8_t operation, hardware_type, hardware_size, hops;
    uint32_t id;
    uint16_t seconds, flags;
    uint32_t client, yours, server, relay;
    uint8_t hardware[16], name[64], file[128];
    uint32_t cookie;
    uint8_t options[312];
} __attribute__((packed));

static uint8_t *put(uint8_t *option, uint8_t code, uint8_t length, uint32_t value)
{
    option[0] = code;
    option[1] = length;
    for (unsigned i = 0; i < length; i++)
        option[2 + i] = (uint8_t)(value >> 8 * (length - 1U - i));
    return option + 2 + length;
}

/* The number in an option, 0 when there is none. */
static uint32_t get(const struct dhcp *message, int length, uint8_t code)
{
    const uint8_t *option = message->options;
    const uint8_t *end = (const uint8_t *)message + length;

    while (option < end && *option != OPTION_END) {
        uint32_t value = 0;

        if (*option == 0) {
            option++;
            continue;
        }
        if (end - option < 2 || end - option - 2 < option[1])
            return 0;
        if (*option == code) {
            for (unsigned i = 0; i < option[1] && i < 4; i++)
                value = value << 8 | option[2 + i];
            return value;
        }
        option += 2 + option[1];
    }
    return 0;
}

static void ask(struct ip *ip, uint32_t id, uint8_t type, uint32_t address, uint32_t server)
{
    struct dhcp message = {.operation = 1,
                           .hardware_type = 1,
                           .hardware_size = 6,
                           .id = id,
                           .flags = 0x0080, /* answer to all hosts */
                           .cookie = __builtin_bswap32(COOKIE)};
    uint8_t *option = put(message.options, OPTION_TYPE, 1, type);

    memcpy(message.hardware, ip->net->address, 6);
    if (type == REQUEST) {
        option = put(option, OPTION_ADDRESS, 4, address);
        option = put(option, OPTION_SERVER, 4, server);
    }
    *option = OPTION_END;
    udp_send(ip, 0xffffffff, SERVER_PORT, CLIENT_PORT, &message, sizeof(message));
}

/* Waits for an answer of a type to our question; its length, or an error. */
static int answer(struct ip *ip, uint32_t id, uint8_t type, struct dhcp *message)
{
    uint64_t deadline = time_now() + SECONDS;

    while (time_now() < deadline) {
        int length = udp_receive(ip, CLIENT_PORT, message, sizeof(*message), deadline - time_now());

        if (length > (int)sizeof(*message))
            length = (int)sizeof(*message);
        if (length > (int)offsetof(struct dhcp, options) && message->id == id &&
            message->operation == 2 && message->cookie == __builtin_bswap32(COOKIE) &&
            get(message, length, OPTION_TYPE) == type)
            return length;
    }
    return -ETIMEDOUT;
}

static int lease(struct ip *ip, uint32_t id)
{
    struct dhcp message;
    uint32_t address, server;
    int length;

    ask(ip, id, DISCOVER, 0, 0);
    length = answer(ip, id, OFFER, &message);
    if (length < 0)
        return length;
    address = __builtin_bswap32(message.yours);
    server = get(&message, length, OPTION_SERVER);
    ask(ip, id, REQUEST, address, server);
    length = answer(ip, id, ACKNOWLEDGE, &message);
    if (length < 0)
        return length;
    ip->address = __builtin_bswap32(message.yours);
    ip->netmask = get(&message, length, OPTION_NETMASK);
    ip->gateway = get(&message, length, OPTION_ROUTER);
    ip->name_server = get(&message, length, OPTION_NAMES);
    return 0;
}

int ip_configure(struct ip *ip, uint64_t timeout_ns)
{
    uint64_t deadline = time_now() + timeout_ns;
    int error;

    ip->address = 0;
    do {
        error = lease(ip, (uint32_t)time_now());
    } while (error && time_now() < deadline);
    return error;
}
