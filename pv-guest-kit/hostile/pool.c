/* Chance, and the pages that hostile requests are about. */
#include "hostile.h"

#define READONLY_GRANTS 8
#define FIRST_DATA 16 /* pages below hold rings */

static uint64_t state;
static char *pages;
static struct {
    grant_ref_t reference;
    unsigned page;
    bool readonly;
} grants[POOL_PAGES];

uint64_t any(void)
{
    state += 0x9e3779b97f4a7c15UL;
    uint64_t z = state;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9UL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebUL;
    return z ^ z >> 31;
}

unsigned below(unsigned end)
{
    return (unsigned)(any() % end);
}

bool once_in(unsigned times)
{
    return below(times) == 0;
}

void fill(void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)data)[i] = (uint8_t)any();
}

void *pool_page(unsigned number)
{
    return pages + number * PAGE_SIZE;
}

static void make_grant(unsigned i)
{
    int reference = grant_access(0, pool_page(grants[i].page), grants[i].readonly);

    if (reference < 0)
        panic("no grants left");
    grants[i].reference = (grant_ref_t)reference;
}

void pool_init(uint64_t seed)
{
    state = seed;
    pages = pages_alloc(POOL_PAGES);
    if (!pages)
        panic("no memory for the pool");
    for (unsigned i = FIRST_DATA; i < POOL_PAGES; i++) {
        grants[i].page = i;
        grants[i].readonly = i < FIRST_DATA + READONLY_GRANTS;
        make_grant(i);
    }
}

grant_ref_t any_grant(void)
{
    /* Not 0 and 1: what is written there breaks our own console and store, and nobody else's. */
    static const grant_ref_t odd[] = {2, 7, 4095, 4096, 0x7fffffff, 0xffffffff};

    if (once_in(64))
        return odd[below(sizeof(odd) / sizeof(odd[0]))];
    if (once_in(64))
        return GNTTAB_NR_RESERVED_ENTRIES + below(4096);
    return grants[FIRST_DATA + below(POOL_PAGES - FIRST_DATA)].reference;
}

void shake_grants(void)
{
    unsigned i = FIRST_DATA + below(POOL_PAGES - FIRST_DATA);

    if (grant_end(grants[i].reference))
        make_grant(i);
}

unsigned grants_in_use(void)
{
    unsigned used = 0;

    for (unsigned i = FIRST_DATA; i < POOL_PAGES; i++) {
        if (grant_end(grants[i].reference))
            make_grant(i);
        else
            used++;
    }
    return used;
}

/* Has its own chance: that of the main vcpu stays the same in each run. */
void scribble(void *unused)
{
    uint64_t own = 88172645463325252UL;

    (void)unused;
    for (;;) {
        volatile uint8_t *page;

        own ^= own << 13;
        own ^= own >> 7;
        own ^= own << 17;
        page = pool_page(own % POOL_PAGES);
        /* Indices are in front; those of a ring would end the connection at once each time. */
        if (own >> 16 & 0xfff || !(own >> 32 & 0xfff))
            page[64 + (own >> 8) % (PAGE_SIZE - 64)] = (uint8_t)(own >> 40);
        for (unsigned i = 0; i < 200; i++)
            cpu_relax();
    }
}
