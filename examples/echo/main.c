/* Says back every line that is typed at its console, until one is "quit": a guest that stays. */
#include <zendo/zendo.h>

int kernel_main(void)
{
    char line[128];

    printk("type: ");
    for (;;) {
        console_read_line(line, sizeof(line));
        if (strcmp(line, "quit") == 0)
            return 0;
        printk("%s\ntype: ", line);
    }
}
