/* A network interface: gets an address, pings somebody and answers the pings of others.
 *
 * Command line: address=A.B.C.D/BITS (without it: from DHCP), peer=A.B.C.D (without it: the gateway),
 * count=N pings, serve=S seconds of answering before and between (0: not at all).
 */
#include <zendo/zendo.h>

static struct net net;
static struct ip ip;

/* What stands behind a word of the command line, null when it is not there. */
static const char *option(const char *name)
{
    const char *at = (const char *)start_info->cmd_line;
    size_t length = strlen(name);

    while (*at) {
        if (!strncmp(at, name, length))
            return at + length;
        while (*at && *at++ != ' ')
            ;
    }
    return NULL;
}

static uint32_t number(const char **text)
{
    uint32_t value = 0;

    while (**text >= '0' && **text <= '9')
        value = value * 10 + (uint32_t)(*(*text)++ - '0');
    return value;
}

static uint32_t number_option(const char *name, uint32_t otherwise)
{
    const char *text = option(name);

    return text ? number(&text) : otherwise;
}

static uint32_t address(const char **text)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < 4; i++) {
        value = value << 8 | number(text);
        if (**text == '.')
            (*text)++;
    }
    return value;
}

static int configure(void)
{
    const char *text = option("address=");
    int error = 0;

    ip_init(&ip, &net, 0, 0, 0);
    if (text) {
        ip.address = address(&text);
        text += *text == '/';
        ip.netmask = (uint32_t)(~0UL << (32 - number(&text)));
    } else {
        error = ip_configure(&ip, 20 * SECONDS);
        printk("DHCP: gateway " IP_FORMAT ", names from " IP_FORMAT "\n", IP_PARTS(ip.gateway),
               IP_PARTS(ip.name_server));
    }
    printk("address " IP_FORMAT "\n", IP_PARTS(ip.address));
    return error;
}

/* Pings until `count` answers have come, or as often again have not. */
static unsigned ping(uint32_t peer, unsigned count)
{
    unsigned answers = 0;

    for (unsigned i = 1; answers < count && i <= 2 * count; i++) {
        int64_t time = ip_ping(&ip, peer, (uint16_t)i, 56, SECONDS);

        if (time < 0) {
            printk("ping %u: nobody answers\n", i);
            continue;
        }
        answers++;
        printk("ping %u: answered after %ld us\n", i, time / 1000);
    }
    return answers;
}

int kernel_main(void)
{
    const char *peer_text = option("peer=");
    unsigned count = number_option("count=", 3), serve = number_option("serve=", 0), answers;
    int error;
    uint32_t peer;

    xenbus_init();
    grant_init();
    error = net_open(&net, 0);
    if (error) {
        printk("no network (error %d): give one with --net\n", error);
        return 1;
    }
    if (configure()) {
        printk("nobody gives addresses\n");
        return 1;
    }
    peer = peer_text ? address(&peer_text) : ip.gateway;
    if (peer == 0)
        count = 0;
    answers = ping(peer, count);
    printk("%u of %u answers from " IP_FORMAT "\n", answers, count, IP_PARTS(peer));
    ip_serve(&ip, time_now() + serve * SECONDS, NULL);
    printk("answered %u pings\n", ip.echoes_answered);
    net_close(&net);
    printk("closed\n");
    return answers < count;
}
