/* Runs the litmus tests: one line `LITMUS name rounds=N relaxed=N forbidden=N` each, then LITMUS-PASSED or
 * LITMUS-FAILED. Relaxed results are those that total store order allows and sequential consistency does not: they show
 * that the test can see reordering. Command line: `rounds=N`; `only=WORD` takes the tests whose name begins so. */
#include "litmus.h"

#define CELLS 512
#define UNMAP_SHARE 1000

static struct cell *cells;
static const struct litmus *test;

static const char *option(const char *name)
{
    const char *text = (const char *)start_info->cmd_line;

    for (; *text; text++)
        if (!strncmp(text, name, strlen(name)))
            return text + strlen(name);
    return NULL;
}

static uint64_t number(const char *text, uint64_t otherwise)
{
    uint64_t value = 0;

    if (!text)
        return otherwise;
    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (uint64_t)(*text - '0');
    return value;
}

static bool is_wanted(const char *name)
{
    const char *word = option("only=");
    size_t length = 0;

    while (word && word[length] > ' ')
        length++;
    return !word || !strncmp(name, word, length);
}

/* All start each round as nearly together as they can: two wait for each other, more would wait for a processor. */
static void run_cells(uint32_t member)
{
    void (*run)(struct cell *cell) = test->run[member];
    bool together = test->crew == 2;

    crew_meet(member, 1);
    for (unsigned i = 0; i < CELLS; i++) {
        if (together)
            crew_meet_loosely(member, 2 + i);
        /* Now the one is a little earlier, now the other. */
        for (unsigned delay = (i >> member * 3) & 7; delay > 0; delay--)
            barrier();
        run(&cells[i]);
    }
}

static uint64_t run_test(uint64_t rounds)
{
    uint64_t seen[3] = {0}, done = 0;
    uint64_t start = time_now();

    for (; done < rounds; done += CELLS) {
        memset(cells, 0, CELLS * sizeof(struct cell));
        crew_run(test->crew, run_cells);
        for (unsigned i = 0; i < CELLS; i++)
            seen[test->judge(&cells[i])]++;
    }
    printk("LITMUS %s rounds=%lu relaxed=%lu forbidden=%lu ms=%lu\n", test->name, done, seen[RELAXED],
           seen[FORBIDDEN], (time_now() - start) / MILLISECONDS);
    return seen[FORBIDDEN];
}

int kernel_main(void)
{
    uint64_t rounds = number(option("rounds="), 100000), wrong = 0;
    uint32_t vcpus = smp_count() < MAX_CREW ? smp_count() : MAX_CREW;

    cells = pages_alloc(CELLS * sizeof(struct cell) / PAGE_SIZE);
    if (!cells || vcpus < 2)
        panic("litmus needs memory and at least two vcpus");
    crew_start(vcpus);
    for (test = litmus_tests; test->name; test++)
        if (test->crew <= vcpus && is_wanted(test->name))
            wrong += run_test(rounds);
    if (is_wanted("sums")) {
        unsigned sums = sums_check(2, rounds) + sums_check(vcpus, rounds / 4);

        printk("LITMUS sums rounds=%lu relaxed=0 forbidden=%u\n", rounds, sums);
        wrong += sums;
    }
    if (is_wanted("unmap"))
        wrong += unmap_check(rounds < UNMAP_SHARE ? rounds : rounds / 100 + UNMAP_SHARE);
    printk(wrong ? "LITMUS-FAILED\n" : "LITMUS-PASSED\n");
    return wrong ? 1 : 0;
}
