/* A test fails when a check in it fails; the rest of it still runs. */
#ifndef CHECK_H
#define CHECK_H

#include <zendo/zendo.h>

extern unsigned failures;

#define CHECK(condition)                                                  \
    do {                                                                  \
        if (!(condition)) {                                               \
            failures++;                                                   \
            printk("FAILED %s:%d: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                 \
    } while (0)

/* Reads or writes a word; false when that faults. */
bool may_read(const volatile void *address);
bool may_write(volatile void *address);

void test_pages(void);
void test_page_tables(void);
void test_grants(void);
void test_channels(void);
void test_timer(void);
void test_vcpus(void);
void test_store(void);
void test_transactions(void);

#endif
