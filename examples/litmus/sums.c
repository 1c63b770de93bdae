/* Counters that several vcpus increase at once. */
#include "litmus.h"

static struct {
    uint64_t xadd __attribute__((aligned(64)));
    uint64_t increment, compare, swap_low, swap_high;
    uint8_t byte;
    uint16_t word;
    uint32_t guarded_lock;
    uint64_t guarded, bits;
    uint64_t pair[2] __attribute__((aligned(16)));
} sum;

static uint64_t per_member;

static void lock(void)
{
    uint32_t taken = 1;

    for (unsigned tries = 1;; tries++) {
        __asm__ volatile("xchgl %1, %0" : "+m"(sum.guarded_lock), "+r"(taken) : : "memory");
        if (!taken)
            return;
        if (tries % 1000 == 0)
            sched_op(SCHEDOP_yield, NULL);
        taken = 1;
    }
}

static void unlock(void)
{
    __asm__ volatile("movl $0, %0" : "=m"(sum.guarded_lock) : : "memory");
}

static void compare_and_exchange(void)
{
    uint64_t seen = *(volatile uint64_t *)&sum.compare;
    bool done;

    do
        __asm__ volatile("lock cmpxchgq %3, %0"
                         : "+m"(sum.compare), "+a"(seen), "=@ccz"(done)
                         : "r"(seen + 1)
                         : "memory");
    while (!done);
}

static void compare_and_exchange_pair(void)
{
    volatile uint64_t *pair = sum.pair;
    uint64_t low = pair[0], high = pair[1];
    bool done;

    do
        __asm__ volatile("lock cmpxchg16b %0"
                         : "+m"(*(unsigned __int128 *)sum.pair), "+a"(low), "+d"(high), "=@ccz"(done)
                         : "b"(low + 1), "c"(high + 3)
                         : "memory");
    while (!done);
}

static void add(uint32_t member)
{
    for (uint64_t i = 0; i < per_member; i++) {
        uint64_t one = 1;

        __asm__ volatile("lock xaddq %1, %0" : "+m"(sum.xadd), "+r"(one) : : "memory", "cc");
        __asm__ volatile("lock incq %0" : "+m"(sum.increment) : : "memory", "cc");
        __asm__ volatile("lock addb $1, %0" : "+m"(sum.byte) : : "memory", "cc");
        __asm__ volatile("lock addw $1, %0" : "+m"(sum.word) : : "memory", "cc");
        /* Only this member changes its bit. */
        __asm__ volatile("lock btcq %1, %0" : "+m"(sum.bits) : "r"((uint64_t)member) : "memory", "cc");
        compare_and_exchange();
        compare_and_exchange_pair();
        lock();
        sum.guarded++;
        unlock();
    }
}

static unsigned check(const char *name, uint64_t is, uint64_t expected)
{
    if (is == expected)
        return 0;
    printk("LITMUS sum of %s: %lu instead of %lu\n", name, is, expected);
    return 1;
}

unsigned sums_check(uint32_t crew, uint64_t rounds)
{
    uint64_t total = rounds * crew;

    memset(&sum, 0, sizeof(sum));
    per_member = rounds;
    crew_run(crew, add);
    return check("xadd", sum.xadd, total) + check("inc", sum.increment, total) +
           check("add byte", sum.byte, total & 0xff) + check("add word", sum.word, total & 0xffff) +
           check("btc", sum.bits, rounds & 1 ? (1UL << crew) - 1 : 0) +
           check("cmpxchg", sum.compare, total) + check("cmpxchg16b", sum.pair[0], total) +
           check("cmpxchg16b high", sum.pair[1], 3 * total) + check("xchg lock", sum.guarded, total);
}
