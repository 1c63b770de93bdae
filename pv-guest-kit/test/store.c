/* The store's client. */
#include "check.h"

static char large[4000], answer[4096];

void test_store(void)
{
    xenbus_init();
    CHECK(xenbus_write(0, "data/kit", "value") == 0);
    CHECK(xenbus_read(0, "data/kit", answer, sizeof(answer)) == 5);
    CHECK(!strcmp(answer, "value"));
    CHECK(xenbus_read(0, "data/kit", answer, 3) == 5 && !strcmp(answer, "va"));
    CHECK(xenbus_write(0, "data/kit", "") == 0);
    CHECK(xenbus_read(0, "data/kit", answer, sizeof(answer)) == 0);

    /* Longer than the ring, and longer than what the store keeps. */
    memset(large, 'x', 1990);
    CHECK(xenbus_write(0, "data/kit/large", large) == 0);
    CHECK(xenbus_read(0, "data/kit/large", answer, sizeof(answer)) == 1990);
    CHECK(!strcmp(large, answer));
    memset(large, 'x', sizeof(large) - 1);
    CHECK(xenbus_write(0, "data/kit/large", large) < 0);

    CHECK(xenbus_list(0, "data/kit", answer, sizeof(answer)) == 6);
    CHECK(!strcmp(answer, "large"));
    CHECK(xenbus_remove(0, "data/kit") == 0);
    CHECK(xenbus_read(0, "data/kit/large", answer, sizeof(answer)) == -ENOENT);
    CHECK(xenbus_write(0, "/not/ours", "x") == -EACCES);
    CHECK(xenbus_read(0, "bad path", answer, sizeof(answer)) == -EINVAL);
}

void test_transactions(void)
{
    uint32_t transaction;

    CHECK(xenbus_transaction_start(&transaction) == 0 && transaction != 0);
    CHECK(xenbus_write(transaction, "data/once", "1") == 0);
    CHECK(xenbus_read(0, "data/once", answer, sizeof(answer)) == -ENOENT);
    CHECK(xenbus_transaction_end(transaction, false) == 0);
    CHECK(xenbus_read(0, "data/once", answer, sizeof(answer)) == -ENOENT);

    CHECK(xenbus_transaction_start(&transaction) == 0);
    CHECK(xenbus_write(transaction, "data/once", "2") == 0);
    CHECK(xenbus_transaction_end(transaction, true) == 0);
    CHECK(xenbus_read(0, "data/once", answer, sizeof(answer)) == 1 && answer[0] == '2');
    CHECK(xenbus_transaction_end(transaction, true) < 0);

    CHECK(xenbus_watch("data", "first") == 0);
    CHECK(xenbus_watch("data", "first") == -EEXIST);
    CHECK(xenbus_wait_watch(answer, sizeof(answer)) == 11);
    CHECK(xenbus_write(0, "data/below", "x") == 0);
    CHECK(xenbus_wait_watch(answer, sizeof(answer)) == 17);
    CHECK(!strcmp(answer, "data/below") && !strcmp(answer + 11, "first"));
    CHECK(xenbus_unwatch("data", "first") == 0);
    CHECK(xenbus_unwatch("data", "first") == -ENOENT);
}
