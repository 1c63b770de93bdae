/* The tests by their usual names. Each function is what one vcpu does in one round. */
#include "litmus.h"

static inline void store(uint64_t *variable, uint64_t value)
{
    __asm__ volatile("movq %1, %0" : "=m"(*variable) : "r"(value) : "memory");
}

static inline uint64_t load(const uint64_t *variable)
{
    uint64_t value;

    __asm__ volatile("movq %1, %0" : "=r"(value) : "m"(*variable) : "memory");
    return value;
}

static inline void store_byte(uint64_t *variable, uint8_t value)
{
    __asm__ volatile("movb %1, %0" : "=m"(*(uint8_t *)variable) : "r"(value) : "memory");
}

static inline uint64_t load_byte(const uint64_t *variable)
{
    uint8_t value;

    __asm__ volatile("movb %1, %0" : "=r"(value) : "m"(*(const uint8_t *)variable) : "memory");
    return value;
}

static inline void exchange(uint64_t *variable, uint64_t value)
{
    __asm__ volatile("xchgq %1, %0" : "+m"(*variable), "+r"(value) : : "memory");
}

static inline void fence(void)
{
    __asm__ volatile("mfence" : : : "memory");
}

static inline void locked_nothing(void)
{
    __asm__ volatile("lock addq $0, (%%rsp)" : : : "memory", "cc");
}

/* ---- message passing ---- */

static void mp_write(struct cell *c)
{
    store(&c->x, 1);
    store(&c->y, 1);
}

static void mp_read(struct cell *c)
{
    c->read[1].r0 = load(&c->y);
    c->read[1].r1 = load(&c->x);
}

static void mp_write_mixed(struct cell *c)
{
    store(&c->x, 1);
    store_byte(&c->y, 1);
}

static void mp_read_mixed(struct cell *c)
{
    c->read[1].r0 = load_byte(&c->y);
    c->read[1].r1 = load_byte(&c->x);
}

static void mp_write_string(struct cell *c)
{
    static const uint64_t one = 1;
    const uint64_t *from = &one;
    uint64_t *to = &c->x, count = 1;

    __asm__ volatile("rep movsq" : "+S"(from), "+D"(to), "+c"(count) : : "memory");
    store(&c->y, 1);
}

static enum verdict mp_judge(const struct cell *c)
{
    return c->read[1].r0 && !c->read[1].r1 ? FORBIDDEN : EXPECTED;
}

/* ---- store buffering ---- */

#define STORE_BUFFERING(name, write)            \
    static void name##_x(struct cell *c)        \
    {                                           \
        uint64_t *mine = &c->x;                 \
        write;                                  \
        c->read[0].r0 = load(&c->y);            \
    }                                           \
    static void name##_y(struct cell *c)        \
    {                                           \
        uint64_t *mine = &c->y;                 \
        write;                                  \
        c->read[1].r0 = load(&c->x);            \
    }

STORE_BUFFERING(sb, store(mine, 1))
STORE_BUFFERING(sb_fence, (store(mine, 1), fence()))
STORE_BUFFERING(sb_lock, (store(mine, 1), locked_nothing()))
STORE_BUFFERING(sb_xchg, exchange(mine, 1))

/* A vcpu sees its own store early, and must not see it late. */
static void sb_own_x(struct cell *c)
{
    store(&c->x, 1);
    c->read[0].r1 = load(&c->x);
    c->read[0].r0 = load(&c->y);
}

static void sb_own_y(struct cell *c)
{
    store(&c->y, 1);
    c->read[1].r1 = load(&c->y);
    c->read[1].r0 = load(&c->x);
}

static bool sb_seen(const struct cell *c)
{
    return !c->read[0].r0 && !c->read[1].r0;
}

static enum verdict sb_judge(const struct cell *c)
{
    return sb_seen(c) ? RELAXED : EXPECTED;
}

static enum verdict sb_fenced_judge(const struct cell *c)
{
    return sb_seen(c) ? FORBIDDEN : EXPECTED;
}

static enum verdict sb_own_judge(const struct cell *c)
{
    return !c->read[0].r1 || !c->read[1].r1 ? FORBIDDEN : sb_judge(c);
}

/* ---- load buffering ---- */

static void lb_x(struct cell *c)
{
    uint64_t seen = load(&c->x);

    store(&c->y, 1);
    c->read[0].r0 = seen;
}

static void lb_y(struct cell *c)
{
    uint64_t seen = load(&c->y);

    store(&c->x, 1);
    c->read[1].r0 = seen;
}

static enum verdict lb_judge(const struct cell *c)
{
    return c->read[0].r0 && c->read[1].r0 ? FORBIDDEN : EXPECTED;
}

/* ---- two writes each, and the mixed forms R and S ---- */

static void ww_xy(struct cell *c)
{
    store(&c->x, 1);
    store(&c->y, 2);
}

static void ww_yx(struct cell *c)
{
    store(&c->y, 1);
    store(&c->x, 2);
}

static enum verdict ww_judge(const struct cell *c)
{
    return c->x == 1 && c->y == 1 ? FORBIDDEN : EXPECTED;
}

static void r_write(struct cell *c)
{
    store(&c->x, 1);
    store(&c->y, 1);
}

static void r_read(struct cell *c)
{
    store(&c->y, 2);
    c->read[1].r0 = load(&c->x);
}

static enum verdict r_judge(const struct cell *c)
{
    return c->y == 2 && !c->read[1].r0 ? RELAXED : EXPECTED;
}

static void s_write(struct cell *c)
{
    store(&c->x, 2);
    store(&c->y, 1);
}

static void s_read(struct cell *c)
{
    c->read[1].r0 = load(&c->y);
    store(&c->x, 1);
}

static enum verdict s_judge(const struct cell *c)
{
    return c->read[1].r0 && c->x == 2 ? FORBIDDEN : EXPECTED;
}

/* ---- coherence: two reads of one variable ---- */

static void co_write(struct cell *c)
{
    store(&c->x, 1);
}

static void co_read(struct cell *c)
{
    c->read[1].r0 = load(&c->x);
    c->read[1].r1 = load(&c->x);
}

static enum verdict co_judge(const struct cell *c)
{
    return c->read[1].r0 && !c->read[1].r1 ? FORBIDDEN : EXPECTED;
}

/* ---- independent reads of independent writes; a write that is passed on ---- */

static void write_x(struct cell *c)
{
    store(&c->x, 1);
}

static void write_y(struct cell *c)
{
    store(&c->y, 1);
}

static void read_xy(struct cell *c)
{
    c->read[2].r0 = load(&c->x);
    c->read[2].r1 = load(&c->y);
}

static void read_yx(struct cell *c)
{
    c->read[3].r0 = load(&c->y);
    c->read[3].r1 = load(&c->x);
}

static enum verdict iriw_judge(const struct cell *c)
{
    return c->read[2].r0 && !c->read[2].r1 && c->read[3].r0 && !c->read[3].r1 ? FORBIDDEN : EXPECTED;
}

static void pass_on(struct cell *c)
{
    c->read[1].r0 = load(&c->x);
    store(&c->y, 1);
}

static void read_passed(struct cell *c)
{
    c->read[2].r0 = load(&c->y);
    c->read[2].r1 = load(&c->x);
}

static enum verdict wrc_judge(const struct cell *c)
{
    return c->read[1].r0 && c->read[2].r0 && !c->read[2].r1 ? FORBIDDEN : EXPECTED;
}

const struct litmus litmus_tests[] = {
    {"MP", 2, {mp_write, mp_read}, mp_judge},
    {"MP+bytes", 2, {mp_write_mixed, mp_read_mixed}, mp_judge},
    {"MP+movs", 2, {mp_write_string, mp_read}, mp_judge},
    {"SB", 2, {sb_x, sb_y}, sb_judge},
    {"SB+own", 2, {sb_own_x, sb_own_y}, sb_own_judge},
    {"SB+mfence", 2, {sb_fence_x, sb_fence_y}, sb_fenced_judge},
    {"SB+lock", 2, {sb_lock_x, sb_lock_y}, sb_fenced_judge},
    {"SB+xchg", 2, {sb_xchg_x, sb_xchg_y}, sb_fenced_judge},
    {"LB", 2, {lb_x, lb_y}, lb_judge},
    {"2+2W", 2, {ww_xy, ww_yx}, ww_judge},
    {"R", 2, {r_write, r_read}, r_judge},
    {"S", 2, {s_write, s_read}, s_judge},
    {"CoRR", 2, {co_write, co_read}, co_judge},
    {"WRC", 3, {write_x, pass_on, read_passed}, wrc_judge},
    {"IRIW", 4, {write_x, write_y, read_xy, read_yx}, iriw_judge},
    {0}};
