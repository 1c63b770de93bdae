/* A benchmark is a function that does something `count` times; the harness finds out how often that
 * has to be and takes the time. What it returns must not depend on the count: it is compared between
 * runs and between hypervisors. */
#ifndef BENCH_H
#define BENCH_H

#include <zendo/zendo.h>

struct benchmark {
    const char *name;
    uint64_t (*run)(uint64_t count);
    uint64_t per_run; /* operations, or bytes, that one count stands for */
    bool is_bandwidth;
};

/* Lists ended by a null name. */
extern const struct benchmark compute_benchmarks[], float_benchmarks[], memory_benchmarks[],
    hypercall_benchmarks[], event_benchmarks[], trap_benchmarks[], process_benchmarks[];

void memory_prepare(void);
void hypercalls_prepare(void);
void events_prepare(void);
void traps_prepare(void);
void processes_prepare(void);

/* Prints latencies of waking up at a time that was asked for. */
void wakeup_report(void);

/* Prints how much faster two vcpus are than one; nothing when there is only one. */
void vcpus_report(void);

/* Plays one side of the game between two domains when the command line asks for it. */
bool pong_played(void);

/* Plays a part in bench/fairness when the command line asks for it. */
bool fair_played(void);

/* Writes without end for bench/kill when the command line asks for it. */
bool writer_played(void);

/* What follows the name on the command line, or null; and its value as a number. */
const char *option(const char *name);
uint32_t number(const char *text);

/* Prints a line of the report; the value in hundredths. */
void report(const char *name, uint64_t hundredths, const char *unit);

/* Sorts times, to take a middle one. */
void sort_times(uint64_t *times, size_t count);

uint64_t compute_sort(uint64_t count);

/* Where `word` begins in the text, or null. */
const char *find_word(const char *text, const char *word);

#endif
