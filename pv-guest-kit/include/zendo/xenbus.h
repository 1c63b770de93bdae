/* The store: a tree of short strings that domains configure each other with.
 *
 * Paths that do not start with / are below the domain's own directory. A transaction of 0 is none.
 * Functions give 0 or a length on success, a negative error otherwise (-ENOENT, -EACCES, -EAGAIN
 * when a transaction lost a race, ...).
 */
#ifndef ZENDO_XENBUS_H
#define ZENDO_XENBUS_H

#include <zendo/kernel.h>

void xenbus_init(void);

/* Reads a value; it gets a zero at the end. Gives the length, which may be larger than the room. */
int xenbus_read(uint32_t transaction, const char *path, char *buffer, size_t size);
int xenbus_write(uint32_t transaction, const char *path, const char *value);
int xenbus_remove(uint32_t transaction, const char *path);

/* Lists children: names one after the other, each with its zero. Gives the length. */
int xenbus_list(uint32_t transaction, const char *path, char *buffer, size_t size);

int xenbus_transaction_start(uint32_t *transaction);
int xenbus_transaction_end(uint32_t transaction, bool commit);

/* A watch fires once when it is set and then at every change at or below the path. */
int xenbus_watch(const char *path, const char *token);
int xenbus_unwatch(const char *path, const char *token);

/* Waits for a watch to fire; path and token, as two zero-terminated strings in one buffer. */
int xenbus_wait_watch(char *buffer, size_t size);

#endif
