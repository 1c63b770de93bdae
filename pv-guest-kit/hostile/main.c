/* A guest that is hostile to the back ends of its devices: it connects, makes requests of every kind,
 * right and wrong, changes them afterwards (with two vcpus: all the time), grants what is not there,
 * moves indices to where they cannot be, disconnects in every way and begins again.
 *
 * Command line: requests=N to make at least, seed=N. It looks for two things that it can see itself: a
 * back end that does not come back (HOSTILE-STUCK), and a page that one still has mapped when it
 * says that it is closed (HOSTILE-LEAK). At the end it attacks the store's ring and its console's.
 */
#include "hostile.h"

#define PATIENCE (15 * SECONDS) /* for a back end to come back */

uint64_t made;

static const struct attack *const attacks[] = {
    &block_attack, &net_attack, &share_attack, &picture_attack, &keyboard_attack, &console_attack};
#define ATTACKS (sizeof(attacks) / sizeof(attacks[0]))

static struct device devices[ATTACKS];
static bool there[ATTACKS];
static uint64_t requests_of[ATTACKS], sessions_of[ATTACKS];
static unsigned findings, left;

static uint64_t option(const char *name, uint64_t otherwise)
{
    const char *at = (const char *)start_info->cmd_line;
    size_t length = strlen(name);
    uint64_t value = 0;

    while (*at && strncmp(at, name, length))
        at++;
    if (!*at)
        return otherwise;
    for (at += length; *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    return value;
}

void give_way(void)
{
    sched_op(SCHEDOP_yield, NULL);
}

void tell(struct device *device, const char *key, uint64_t value)
{
    static const char *const odd[] = {"", "-1", "4294967296", "x", "0", "99999", "1 2"};

    if (once_in(100))
        device_write(device, key, odd[below(sizeof(odd) / sizeof(odd[0]))]);
    else
        device_write_number(device, key, value);
}

/* Waits for one of the states whose bits are set; which, or 0 when it does not come. */
static unsigned await(struct device *device, unsigned wanted)
{
    uint64_t deadline = time_now() + PATIENCE;

    for (unsigned i = 0; time_now() < deadline; i++) {
        unsigned state = device_state(device);

        if (wanted >> state & 1)
            return state;
        time_sleep(i < 20 ? 100000 : MILLISECONDS);
    }
    return 0;
}

#define BIT(state) (1U << XENBUS_STATE_##state)

/* Brings the back end to where it offers itself, from wherever it is. */
static bool begin(struct device *device)
{
    /* What an earlier attack said about queues and rings is not said any more. */
    static const char *const keys[] = {"multi-queue-num-queues", "ring-page-order", "ctrl-ring-ref",
                                       "feature-persistent"};

    for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char path[192];

        snprintf(path, sizeof(path), "%s/%s", device->front, keys[i]);
        xenbus_remove(0, path);
    }
    device_set_state(device, XENBUS_STATE_INITIALISING);
    return await(device, BIT(INIT_WAIT)) != 0;
}

/* Ends a connection as frontends do, or as none should. */
static void end(struct device *device)
{
    switch (below(6)) {
    case 0:
        device_set_state(device, XENBUS_STATE_CLOSED);
        break;
    case 1: /* as if another kernel had started */
        device_set_state(device, XENBUS_STATE_INITIALISING);
        break;
    case 2:
        device_write(device, "state", "what?");
        break;
    case 3:
        for (unsigned i = 0; i < 10; i++)
            device_set_state(device, below(10));
        break;
    default:
        device_set_state(device, XENBUS_STATE_CLOSING);
        if (once_in(2))
            await(device, BIT(CLOSING) | BIT(CLOSED));
    }
    device_set_state(device, XENBUS_STATE_CLOSED);
}

static void find(const char *what, const char *type, unsigned state)
{
    printk("HOSTILE-%s %s, state %u\n", what, type, state);
    findings++;
}

/* One connection with some batches of requests. */
static void session(unsigned which)
{
    const struct attack *attack = attacks[which];
    struct device *device = &devices[which];
    uint64_t before = made;

    if (!begin(device)) {
        find("STUCK", attack->type, device_state(device));
        there[which] = false;
        left--;
        return;
    }
    attack->connect(device);
    if (await(device, BIT(CONNECTED) | BIT(CLOSING) | BIT(CLOSED)) == XENBUS_STATE_CONNECTED) {
        unsigned batches = once_in(4) ? below(4) : below(300);

        for (unsigned i = 1; i <= batches; i++) {
            attack->batch();
            if (i % 32 == 0 && device_state(device) != XENBUS_STATE_CONNECTED)
                break;
        }
    }
    end(device);
    if (!await(device, BIT(CLOSED)))
        find("STUCK", attack->type, device_state(device));
    if (!attack->drop())
        find("LEAK", attack->type, 0);
    if (grants_in_use())
        find("LEAK", attack->type, 1);
    requests_of[which] += made - before;
    sessions_of[which]++;
}

int kernel_main(void)
{
    uint64_t wanted = option("requests=", 10000), started = time_now();

    xenbus_init();
    grant_init();
    pool_init(option("seed=", 1));
    for (unsigned i = 0; i < ATTACKS; i++) {
        there[i] = !device_find(&devices[i], attacks[i]->type, 0);
        /* Console 0 is no device: it has neither states nor a ring of ours. */
        for (unsigned n = 0; there[i] && i == ATTACKS - 1 && !devices[i].number && n < 4; n++)
            there[i] = !device_find(&devices[i], attacks[i]->type, n);
        there[i] &= i != ATTACKS - 1 || devices[i].number;
        left += there[i];
    }
    if (left == 0) {
        printk("no devices to attack\n");
        return 1;
    }
    if (smp_count() > 1)
        smp_start(1, scribble, NULL);
    while (made < wanted && findings < 10 && left > 0) {
        unsigned which = below(ATTACKS);

        if (there[which])
            session(which);
    }
    for (unsigned i = 0; i < ATTACKS; i++)
        printk("HOSTILE %s: %lu requests, %lu connections\n", attacks[i]->type, requests_of[i],
               sessions_of[i]);
    printk("HOSTILE-DONE %lu requests in %lu ms, %u findings\n", made,
           (time_now() - started) / MILLISECONDS, findings);
    store_attack(option("store=", 300));
    console_ring_attack();
    return findings != 0;
}
