/* The console: the shared ring of a domain without privileges, or console_io in domain 0. */
#ifndef ZENDO_CONSOLE_H
#define ZENDO_CONSOLE_H

#include <stdarg.h>
#include <stddef.h>

void console_init(void);

/* Writes all of it, waiting for room; \n becomes \r\n. */
void console_write(const char *text, size_t length);

/* Takes up to `size` characters that were typed, without waiting; gives how many. */
size_t console_read(char *buffer, size_t size);

/* Waits for a line; the end of line is cut off, the text ends with zero. Gives its length. */
size_t console_read_line(char *buffer, size_t size);

/* Prints with %d %i %u %x %c %s %p %%, the lengths l, ll and z, a width, and the flags 0 and -. */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vprintk(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));
int snprintf(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

#endif
