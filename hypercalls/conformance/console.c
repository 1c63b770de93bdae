/* console_io: the hypervisor's console, for domain 0 alone in a release build. */
#include "harness.h"

static char buffer[16];

void family(void)
{
    CASE("console_io/write/nothing", HC(console_io, CONSOLEIO_write, 0, buffer));
    CASE("console_io/write/nothing-null", HC(console_io, CONSOLEIO_write, 0, NULL));
    CASE("console_io/write/negative", HC(console_io, CONSOLEIO_write, ~0UL, buffer));
    CASE("console_io/write/one-line", HC(console_io, CONSOLEIO_write, 2, "#\n"));
    CASE("console_io/write/with-zero", HC(console_io, CONSOLEIO_write, 3, "#\0\n"));
    BAD_POINTERS("console_io/write", HC(console_io, CONSOLEIO_write, 4, pointer));
    CASE("console_io/write/into-gap", HC(console_io, CONSOLEIO_write, 8, before_gap(4)));
    CASE("console_io/read/nothing", HC(console_io, CONSOLEIO_read, 0, buffer));
    CASE("console_io/read/none-there", HC(console_io, CONSOLEIO_read, 16, buffer));
    CASE("console_io/read/negative", HC(console_io, CONSOLEIO_read, ~0UL, buffer));
    BAD_POINTERS("console_io/read", HC(console_io, CONSOLEIO_read, 4, pointer));
    CASE("console_io/unknown-2", HC(console_io, 2, 1, buffer));
    CASE("console_io/unknown-3", HC(console_io, 3, 1, buffer));
    CASE("console_io/unknown-largest", HC(console_io, ~0U, 1, buffer));
    CASE("console_io/unknown-negative-count", HC(console_io, 99, ~0UL, buffer));
}
