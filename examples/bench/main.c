/* Measures the machine it runs on, and the hypervisor: one line `BENCH name value unit` each.
 *
 * Runs as any domain, or as the control domain of a machine that has no other. Command line:
 * `only=WORD` takes the benchmarks whose names contain the word; pong.c, fair.c and writer.c have more. The time is the hypervisor's own,
 * from the shared page. The last line is `BENCH-DONE checksum`; what the code computed has to be the
 * same everywhere.
 */
#include "bench.h"

/* Samples shorter than a time slice of the host, so that other work there hits few of them. */
#define SAMPLE_NS (3 * MILLISECONDS)
#define ENOUGH_NS (150 * MILLISECONDS)
#define WARM_UP_NS (40 * MILLISECONDS)
#define MIN_SAMPLES 4
#define MAX_SAMPLES 48

static char only[32];
static uint64_t checksum = 14695981039346656037UL;

void report(const char *name, uint64_t hundredths, const char *unit)
{
    printk("BENCH %s %lu.%02lu %s\n", name, hundredths / 100, hundredths % 100, unit);
}

void sort_times(uint64_t *times, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = i; j > 0 && times[j - 1] > times[j]; j--) {
            uint64_t time = times[j];

            times[j] = times[j - 1];
            times[j - 1] = time;
        }
}

const char *find_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (; *text; text++)
        if (!strncmp(text, word, length))
            return text;
    return NULL;
}

static bool is_wanted(const char *name)
{
    return find_word(name, only) != NULL;
}

const char *option(const char *name)
{
    const char *found = find_word((const char *)start_info->cmd_line, name);

    return found ? found + strlen(name) : NULL;
}

uint32_t number(const char *text)
{
    uint32_t value = 0;

    for (; text && *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (uint32_t)(*text - '0');
    return value;
}

static void read_command_line(void)
{
    const char *word = option("only=");

    for (size_t i = 0; word && i + 1 < sizeof(only) && word[i] > ' '; i++)
        only[i] = word[i];
}

static uint64_t time_of(const struct benchmark *benchmark, uint64_t count, uint64_t expected)
{
    uint64_t start = time_now();
    uint64_t result = benchmark->run(count);
    uint64_t elapsed = time_now() - start;

    if (result != expected)
        panic("%s: %lx instead of %lx", benchmark->name, result, expected);
    return elapsed > 0 ? elapsed : 1;
}

/* How often it has to run for one sample, found by what also warms it up. */
static uint64_t calibrate(const struct benchmark *benchmark, uint64_t expected)
{
    uint64_t end = time_now() + WARM_UP_NS;
    uint64_t count = 1;

    do {
        uint64_t elapsed = time_of(benchmark, count, expected);

        if (elapsed < SAMPLE_NS / 2)
            count *= 2;
        else if (count > 1 && elapsed > 2 * SAMPLE_NS)
            count /= 2;
    } while (time_now() < end);
    return count;
}

/* The first quartile of the samples. */
static void measure(const struct benchmark *benchmark)
{
    uint64_t times[MAX_SAMPLES];
    uint64_t expected = benchmark->run(1);
    uint64_t count = calibrate(benchmark, expected);
    uint64_t end = time_now() + ENOUGH_NS;
    unsigned samples = 0;

    while (samples < MIN_SAMPLES || (samples < MAX_SAMPLES && time_now() < end))
        times[samples++] = time_of(benchmark, count, expected);
    sort_times(times, samples);
    uint64_t elapsed = times[samples / 4];
    uint64_t work = count * benchmark->per_run;

    if (benchmark->is_bandwidth)
        report(benchmark->name, work * 100000 / elapsed, "MB/s");
    else
        report(benchmark->name, elapsed * 100 / work, "ns");
    checksum = (checksum ^ expected) * 1099511628211UL;
}

static void measure_all(const struct benchmark *benchmarks)
{
    for (; benchmarks->name; benchmarks++)
        if (is_wanted(benchmarks->name))
            measure(benchmarks);
}

static void measure_everything(void)
{
    memory_prepare();
    hypercalls_prepare();
    events_prepare();
    traps_prepare();
    processes_prepare();
    measure_all(compute_benchmarks);
    measure_all(float_benchmarks);
    measure_all(memory_benchmarks);
    measure_all(hypercall_benchmarks);
    measure_all(event_benchmarks);
    measure_all(trap_benchmarks);
    measure_all(process_benchmarks);
    if (is_wanted("wakeup"))
        wakeup_report();
    if (is_wanted("vcpus"))
        vcpus_report();
}

int kernel_main(void)
{
    read_command_line();
    if (!pong_played() && !fair_played() && !writer_played())
        measure_everything();
    printk("BENCH-DONE %016lx\n", checksum);
    /* A machine whose control domain powers off may stay on; it does not after a reboot request. */
    if (start_info->flags & SIF_INITDOMAIN)
        shutdown(SHUTDOWN_reboot);
    return 0;
}
