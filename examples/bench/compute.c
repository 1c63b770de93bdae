/* Integer code: no hypercalls, no faults, data that fits any cache. */
#include "bench.h"

#define NUMBERS 1024
#define TEXT 4096
#define KEYS 512

static uint32_t crc_table[256];
static char text[TEXT + 1];

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static void sift_down(uint32_t *heap, size_t root, size_t size)
{
    for (size_t child; (child = 2 * root + 1) < size; root = child) {
        if (child + 1 < size && heap[child] < heap[child + 1])
            child++;
        if (heap[root] >= heap[child])
            return;
        uint32_t value = heap[root];
        heap[root] = heap[child];
        heap[child] = value;
    }
}

/* Heap sort of pseudo-random numbers, on the stack so that vcpus do not share them. */
uint64_t compute_sort(uint64_t count)
{
    uint32_t numbers[NUMBERS];

    for (; count > 0; count--) {
        uint32_t state = 1;

        for (size_t i = 0; i < NUMBERS; i++)
            numbers[i] = next_random(&state);
        for (size_t root = NUMBERS / 2; root-- > 0;)
            sift_down(numbers, root, NUMBERS);
        for (size_t last = NUMBERS; last-- > 1;) {
            uint32_t value = numbers[0];
            numbers[0] = numbers[last];
            numbers[last] = value;
            sift_down(numbers, 0, last);
        }
    }
    return (uint64_t)numbers[0] << 32 | numbers[NUMBERS / 2];
}

/* A text of short words; the pattern that is searched is at its end only. */
static void make_text(void)
{
    uint32_t state = 2;

    for (size_t i = 0; i < TEXT; i++) {
        uint32_t value = next_random(&state);
        text[i] = value % 6 == 0 ? ' ' : (char)('a' + value / 6 % 8);
    }
    memcpy(text + TEXT - 6, "abcxyz", 6);
}

static void make_crc_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;

        for (int bit = 0; bit < 8; bit++)
            value = value & 1 ? value >> 1 ^ 0xedb88320 : value >> 1;
        crc_table[i] = value;
    }
}

static uint64_t compute_crc32(uint64_t count)
{
    uint32_t crc = 0;

    if (!crc_table[1])
        make_crc_table();
    if (!text[0])
        make_text();
    for (; count > 0; count--) {
        crc = ~0U;
        for (size_t i = 0; i < TEXT; i++)
            crc = crc_table[(crc ^ (uint8_t)text[i]) & 0xff] ^ crc >> 8;
    }
    return crc;
}

static uint64_t slot_of(uint64_t key)
{
    return key * 0x9e3779b97f4a7c15UL >> 54;
}

/* Fills an open hash table of twice the keys and looks every key up again. */
static uint64_t compute_hash(uint64_t count)
{
    static uint64_t table[2 * KEYS];
    uint64_t steps = 0;

    for (; count > 0; count--) {
        uint32_t state = 3;

        steps = 0;
        for (size_t i = 0; i < 2 * KEYS; i++)
            table[i] = 0;
        for (size_t i = 0; i < KEYS; i++) {
            uint64_t key = next_random(&state) + 1, slot = slot_of(key);

            while (table[slot] && table[slot] != key)
                slot = (slot + 1) % (2 * KEYS);
            table[slot] = key;
        }
        state = 3;
        for (size_t i = 0; i < KEYS; i++) {
            uint64_t key = next_random(&state) + 1, slot = slot_of(key);

            for (; table[slot] != key; steps++)
                slot = (slot + 1) % (2 * KEYS);
        }
    }
    return steps;
}

static uint64_t compute_search(uint64_t count)
{
    const char *found = NULL;

    if (!text[0])
        make_text();
    for (; count > 0; count--) {
        found = find_word(text, "abcxyz");
        barrier();
    }
    return (uint64_t)(found - text);
}

static __attribute__((noinline)) uint64_t add_one(uint64_t value)
{
    return value + 1;
}

static __attribute__((noinline)) uint64_t turn(uint64_t value)
{
    return value << 7 | value >> 57;
}

static __attribute__((noinline)) uint64_t mix(uint64_t value)
{
    return turn(value) ^ add_one(value);
}

/* A thousand calls of short functions, every fourth through a pointer. */
static uint64_t compute_calls(uint64_t count)
{
    static uint64_t (*volatile const functions[])(uint64_t) = {add_one, turn, mix};
    uint64_t value = 0;

    for (; count > 0; count--) {
        value = 1;
        for (unsigned i = 0; i < 250; i++)
            value = functions[i % 3](mix(value));
    }
    return value;
}

static __attribute__((noinline)) uint64_t fibonacci(uint64_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint64_t compute_recursion(uint64_t count)
{
    uint64_t value = 0;

    for (; count > 0; count--)
        value = fibonacci(16 + (value >> 63));
    return value;
}

const struct benchmark compute_benchmarks[] = {
    {"integer_sort_1024", compute_sort, 1, false},
    {"integer_crc32_4k", compute_crc32, 1, false},
    {"integer_hash_512", compute_hash, 1, false},
    {"integer_search_4k", compute_search, 1, false},
    {"integer_calls_1000", compute_calls, 1, false},
    {"integer_fibonacci_16", compute_recursion, 1, false},
    {0}};
