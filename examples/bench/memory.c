/* Moving much memory: more than any cache or translation buffer holds. */
#include "bench.h"

#define BYTES (64UL << 20)

/* Keeps source and target from the same sets of a translation buffer. */
#define GAP (17 * PAGE_SIZE)

static char *source, *target;

void memory_prepare(void)
{
    source = pages_alloc((2 * BYTES + GAP) / PAGE_SIZE);
    if (!source)
        panic("%lu MiB are needed in one piece", (2 * BYTES + GAP) >> 20);
    target = source + BYTES + GAP;
}

static uint64_t memory_loop(uint64_t count)
{
    for (; count > 0; count--) {
        const volatile uint64_t *from = (const volatile uint64_t *)source;
        volatile uint64_t *to = (volatile uint64_t *)target;

        for (size_t i = 0; i < BYTES / sizeof(uint64_t); i++)
            to[i] = from[i];
    }
    return 0;
}

static uint64_t memory_movsb(uint64_t count)
{
    for (; count > 0; count--)
        memcpy(target, source, BYTES);
    return 0;
}

static uint64_t memory_stosq(uint64_t count)
{
    for (; count > 0; count--) {
        void *to = target;
        size_t words = BYTES / 8;

        __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(count) : "memory");
    }
    return 0;
}

const struct benchmark memory_benchmarks[] = {
    {"memory_copy_8_byte_moves", memory_loop, BYTES, true},
    {"memory_rep_movsb", memory_movsb, BYTES, true},
    {"memory_rep_stosq", memory_stosq, BYTES, true},
    {0}};
