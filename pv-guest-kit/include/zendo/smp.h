/* More than one vcpu. */
#ifndef ZENDO_SMP_H
#define ZENDO_SMP_H

#include <zendo/kernel.h>

#define MAX_VCPUS 64

/* How many vcpus the domain has, running or not. */
uint32_t smp_count(void);

/* Starts a vcpu: it runs the function with events off, on a stack of its own, and goes down when
 * the function returns. 0 or a negative error. */
int smp_start(uint32_t vcpu, void (*function)(void *), void *argument);

/* True once the vcpu is up. */
bool smp_is_up(uint32_t vcpu);

typedef struct {
    volatile uint32_t taken;
} spinlock_t;

void spin_lock(spinlock_t *lock);
void spin_unlock(spinlock_t *lock);

#endif
