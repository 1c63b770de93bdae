/* Two busy vcpus against one. */
#include "bench.h"

#define SAMPLES 15
#define SORTS 1000

static volatile unsigned round, finished;

static uint64_t time_of_sorts(void)
{
    uint64_t start = time_now();

    compute_sort(SORTS);
    return time_now() - start;
}

static void second_vcpu(void *unused)
{
    (void)unused;
    for (unsigned i = 1; i <= SAMPLES; i++) {
        while (round < i)
            cpu_relax();
        compute_sort(SORTS);
        finished = i;
    }
}

static uint64_t time_of_sorts_on_both(unsigned number)
{
    uint64_t start = time_now();

    round = number;
    compute_sort(SORTS);
    while (finished < number)
        cpu_relax();
    return time_now() - start;
}

void vcpus_report(void)
{
    uint64_t alone[SAMPLES], both[SAMPLES];

    if (smp_count() < 2)
        return;
    compute_sort(SORTS / 4);
    for (unsigned i = 0; i < SAMPLES; i++)
        alone[i] = time_of_sorts();
    if (smp_start(1, second_vcpu, NULL))
        panic("vcpu 1 does not start");
    for (unsigned i = 0; i < SAMPLES; i++)
        both[i] = time_of_sorts_on_both(i + 1);
    sort_times(alone, SAMPLES);
    sort_times(both, SAMPLES);
    report("vcpus_two_against_one", 200 * alone[SAMPLES / 2] / both[SAMPLES / 2], "times");
}
