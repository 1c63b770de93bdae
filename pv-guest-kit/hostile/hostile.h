/* A frontend of every device that breaks every rule: see main.c. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <zendo/zendo.h>

/* ---- pool.c: chance, pages and grants ---- */

void pool_init(uint64_t seed);

/* A random number, one below `end`, and true once in `times`. */
uint64_t any(void);
unsigned below(unsigned end);
bool once_in(unsigned times);
void fill(void *data, size_t size);

/* A grant of a page of the pool, or now and then of nothing or of what others may not have. */
grant_ref_t any_grant(void);

/* Takes back a grant that may be in use, and makes another one. */
void shake_grants(void);

/* How many grants of the pool the back ends still use. */
unsigned grants_in_use(void);

/* Changes bytes of the pool's pages for as long as the domain lives, on a vcpu of its own. */
void scribble(void *unused);

/* The page with a number, which the scribbler knows. */
#define POOL_PAGES 48
void *pool_page(unsigned number);

/* ---- Attacks ---- */

extern uint64_t made; /* requests so far */

/* Requests that go at once into a ring. */
#define BATCH 32

struct attack {
    const char *type;
    /* Writes what the back end wants to know, right or wrong, and the state. */
    void (*connect)(struct device *device);
    /* Makes some requests. */
    void (*batch)(void);
    /* Gives back rings and ports; false when the back end still has a ring. */
    bool (*drop)(void);
};

extern const struct attack block_attack, net_attack; /* slots.c */
extern const struct attack share_attack, console_attack; /* bytes.c */
extern const struct attack picture_attack, keyboard_attack; /* pictures.c */

void store_attack(unsigned messages); /* store.c */
void console_ring_attack(void);

/* Lets the back end work for a while. */
void give_way(void);

/* Writes a key, or now and then something else into it. */
void tell(struct device *device, const char *key, uint64_t value);

#endif
