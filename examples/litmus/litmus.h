/* Litmus tests: short programs on several vcpus whose results tell in which order memory saw their accesses. The rules
 * are those of x86 (total store order): only a load may overtake an earlier store, of its own vcpu, to elsewhere. */
#ifndef LITMUS_H
#define LITMUS_H

#include <zendo/zendo.h>

#define MAX_CREW 4

/* Memory of one round: two variables and what each vcpu read, in cache lines of their own. */
struct cell {
    uint64_t x __attribute__((aligned(64)));
    uint64_t y __attribute__((aligned(64)));
    struct {
        uint64_t r0, r1;
    } read[MAX_CREW] __attribute__((aligned(64)));
} __attribute__((aligned(64)));

enum verdict { EXPECTED, RELAXED, FORBIDDEN };

struct litmus {
    const char *name;
    unsigned crew;
    void (*run[MAX_CREW])(struct cell *cell);
    enum verdict (*judge)(const struct cell *cell);
};

/* Ended by a null name. */
extern const struct litmus litmus_tests[];

/* Starts the other vcpus; they wait for work. */
void crew_start(uint32_t count);

/* Lets vcpus 0 to count-1 run a function, with their number; returns when all have. */
void crew_run(uint32_t count, void (*work)(uint32_t member));

/* Waits until all members of the crew at work are here; the first time with 1, then 2, ... */
void crew_meet(uint32_t member, uint64_t time);

/* The same without a fence: what the caller stored before may still be on its way. */
void crew_meet_loosely(uint32_t member, uint64_t time);

/* Counters that everybody increases by locked instructions; gives how many had a wrong sum. */
unsigned sums_check(uint32_t crew, uint64_t rounds);

/* One vcpu takes a page away while another writes to it; gives how many writes came too late. */
uint64_t unmap_check(uint64_t rounds);

#endif
