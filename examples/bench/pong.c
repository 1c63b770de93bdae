/* Events from one domain to another and back. One is told `pong=DOMAIN`: it prints the number of a
 * channel for that domain and answers. The other is told `ping=DOMAIN port=NUMBER`. Both sleep while
 * they wait. */
#include "bench.h"

#define SAMPLES 5
#define ROUND_TRIPS 5000

static volatile uint64_t received;

static void answer(evtchn_port_t port, void *unused)
{
    (void)unused;
    event_send(port);
}

static void count_answer(evtchn_port_t port, void *unused)
{
    (void)port;
    (void)unused;
    received++;
}

static void play(int port)
{
    uint64_t times[SAMPLES];

    for (unsigned i = 0; i < SAMPLES; i++) {
        uint64_t start = time_now();

        for (unsigned trip = 0; trip < ROUND_TRIPS; trip++) {
            uint64_t before = received;

            event_send((evtchn_port_t)port);
            WAIT_UNTIL(received != before);
        }
        times[i] = time_now() - start;
    }
    sort_times(times, SAMPLES);
    report("event_to_domain_and_back", times[SAMPLES / 2] * 100 / ROUND_TRIPS, "ns");
}

static int check(int port)
{
    if (port < 0)
        panic("no event channel: error %d", port);
    return port;
}

bool pong_played(void)
{
    const char *pong = option("pong="), *ping = option("ping=");

    if (pong) {
        printk("PORT %d.\n", check(event_alloc_unbound((domid_t)number(pong), answer, NULL)));
        WAIT_UNTIL(false);
    }
    if (ping)
        play(check(event_bind_interdomain((domid_t)number(ping), number(option("port=")),
                                          count_answer, NULL)));
    return ping;
}
