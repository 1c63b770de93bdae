/* Time since boot, wall-clock time, and one timer per vcpu. */
#ifndef ZENDO_TIME_H
#define ZENDO_TIME_H

#include <zendo/kernel.h>

#define MILLISECONDS 1000000UL
#define SECONDS 1000000000UL

void time_init(void);

/* Prepares the timer of the calling vcpu; vcpu 0 has it from the start. */
void timer_init(void);

/* Nanoseconds since the hypervisor started. */
uint64_t time_now(void);

/* Seconds since 1970. */
uint64_t time_wall(void);

/* Calls the function once, on this vcpu with events off, when the time has come. Replaces what was
 * set before. */
void timer_set(uint64_t deadline_ns, void (*function)(void *), void *argument);

/* Sleeps; other events are handled meanwhile. Uses the timer of this vcpu. */
void time_sleep(uint64_t ns);

#endif
