/* Event channels: how the hypervisor and other domains interrupt this one. */
#ifndef ZENDO_EVENT_H
#define ZENDO_EVENT_H

#include <zendo/kernel.h>

typedef void event_handler(evtchn_port_t port, void *argument);

void event_init(void);

/* Binds a port to something and a handler to the port; the port, or a negative error. Handlers run
 * with events off, on the vcpu that the port notifies. */
int event_bind_virq(uint32_t virq, uint32_t vcpu, event_handler *handler, void *argument);
int event_bind_ipi(uint32_t vcpu, event_handler *handler, void *argument);
int event_alloc_unbound(domid_t remote, event_handler *handler, void *argument);
int event_bind_interdomain(domid_t remote, evtchn_port_t remote_port, event_handler *handler,
                           void *argument);

/* Gives a port that exists already (console, store) its handler and unmasks it. */
void event_handle(evtchn_port_t port, uint32_t vcpu, event_handler *handler, void *argument);

/* Notifies the other end; for an IPI port, its vcpu. */
void event_send(evtchn_port_t port);

void event_close(evtchn_port_t port);

/* The domain's own number, which nobody tells it: a port that waits for the domain itself shows it. */
domid_t own_domid(void);

void event_mask(evtchn_port_t port);
void event_unmask(evtchn_port_t port);

/* True if the port was pending; clears it. For ports that are polled instead of handled. */
bool event_take(evtchn_port_t port);

/* Sleeps until the port is pending or, if it is not 0, the deadline has passed. */
void event_poll(evtchn_port_t port, uint64_t deadline_ns);

/* Whether this vcpu takes events: its virtual interrupt flag. */
void events_on(void);
bool events_off(void); /* gives whether they were on */

/* With events off: turns them on and sleeps until one has come. Returns with events on. */
void events_wait(void);

/* Sleeps until the condition, which a handler makes true, holds. */
#define WAIT_UNTIL(condition)      \
    do {                           \
        events_off();              \
        while (!(condition)) {     \
            events_wait();         \
            events_off();          \
        }                          \
        events_on();               \
    } while (0)

#endif
