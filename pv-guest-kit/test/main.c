/* The kit tested from inside a domain: every part of it, one line each, then SELFTEST PASSED. */
#include "check.h"

unsigned failures;
static volatile bool faulted;

/* Steps over the two instructions below; their length is fixed by their operands. */
static bool note_fault(struct trap_frame *frame)
{
    uint8_t opcode = *(const uint8_t *)frame->rip;

    if (opcode != 0x8b && opcode != 0x89)
        return false;
    faulted = true;
    frame->rip += 2;
    return true;
}

bool may_read(const volatile void *address)
{
    uint32_t value;

    faulted = false;
    __asm__ volatile("movl (%%rsi), %%eax" : "=a"(value) : "S"(address) : "memory");
    return !faulted;
}

bool may_write(volatile void *address)
{
    faulted = false;
    __asm__ volatile("movl %%eax, (%%rsi)" : : "a"(1), "S"(address) : "memory");
    return !faulted;
}

static void test_text(void)
{
    char text[32];

    CHECK(snprintf(text, sizeof(text), "%d %u %x", -5, 7u, 255u) == 7);
    CHECK(!strcmp(text, "-5 7 ff"));
    snprintf(text, sizeof(text), "%5d|%-4u|%03d|%05d", 42, 7u, 5, -5);
    CHECK(!strcmp(text, "   42|7   |005|-0005"));
    snprintf(text, sizeof(text), "%lx %s %c %%", ~0UL, "word", 'x');
    CHECK(!strcmp(text, "ffffffffffffffff word x %"));
    CHECK(snprintf(text, 4, "abcdef") == 6);
    CHECK(!strcmp(text, "abc"));
    CHECK(memcmp("abc", "abd", 3) < 0);
    CHECK(strchr("path/name", '/') != NULL && !strchr("name", '/'));
    memcpy(text, "0123456789", 11);
    memmove(text + 2, text, 8);
    CHECK(!strcmp(text, "0101234567"));
    memmove(text, text + 2, 9);
    CHECK(!strcmp(text, "01234567"));
}

static void run(const char *name, void (*test)(void))
{
    unsigned before = failures;

    test();
    printk("%s %s\n", failures == before ? "ok    " : "FAILED", name);
}

int kernel_main(void)
{
    trap_handle(TRAP_PAGE_FAULT, note_fault);
    run("text", test_text);
    run("pages", test_pages);
    run("page tables", test_page_tables);
    run("grants", test_grants);
    run("event channels", test_channels);
    run("timer", test_timer);
    run("vcpus", test_vcpus);
    run("store", test_store);
    run("transactions", test_transactions);
    printk("SELFTEST %s\n", failures ? "FAILED" : "PASSED");
    return failures ? 1 : 0;
}
