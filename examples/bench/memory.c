/* Moving through more memory than any cache or translation buffer holds, a MiB at a time. */
#include "bench.h"

#define BYTES (64UL << 20)
#define PART (1UL << 20)

/* Keeps source and target from the same sets of a translation buffer. */
#define GAP (17 * PAGE_SIZE)

static char *source, *target;
static size_t position;

void memory_prepare(void)
{
    source = pages_alloc((2 * BYTES + GAP) / PAGE_SIZE);
    if (!source)
        panic("%lu MiB are needed in one piece", (2 * BYTES + GAP) >> 20);
    target = source + BYTES + GAP;
}

static void next_part(void)
{
    position = (position + PART) % BYTES;
}

static uint64_t memory_loop(uint64_t count)
{
    for (; count > 0; count--, next_part()) {
        const volatile uint64_t *from = (const volatile uint64_t *)(source + position);
        volatile uint64_t *to = (volatile uint64_t *)(target + position);

        for (size_t i = 0; i < PART / sizeof(uint64_t); i++)
            to[i] = from[i];
    }
    return 0;
}

static uint64_t memory_movsb(uint64_t count)
{
    for (; count > 0; count--, next_part())
        memcpy(target + position, source + position, PART);
    return 0;
}

static uint64_t memory_stosq(uint64_t count)
{
    for (; count > 0; count--, next_part()) {
        void *to = target + position;
        size_t words = PART / sizeof(uint64_t);

        __asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(count) : "memory");
    }
    return 0;
}

const struct benchmark memory_benchmarks[] = {
    {"memory_copy_8_byte_moves", memory_loop, PART, true},
    {"memory_rep_movsb", memory_movsb, PART, true},
    {"memory_rep_stosq", memory_stosq, PART, true},
    {0}};
