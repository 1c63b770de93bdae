/* The store: reading, writing, listing, a transaction and a watch. */
#include <zendo/zendo.h>

static void show(const char *path)
{
    char value[256];
    int length = xenbus_read(0, path, value, sizeof(value));

    if (length < 0)
        printk("%s: error %d\n", path, length);
    else
        printk("%s = \"%s\"\n", path, value);
}

static void show_children(const char *path)
{
    char names[512];
    int length = xenbus_list(0, path, names, sizeof(names));

    printk("children of %s:", path);
    for (int at = 0; at < length; at += (int)strlen(names + at) + 1)
        printk(" %s", names + at);
    printk("\n");
}

/* Adds one to a number in the store, again if somebody else changed it meanwhile. */
static int increment(const char *path)
{
    int error;

    do {
        char value[32];
        uint32_t transaction;
        unsigned number = 0;

        error = xenbus_transaction_start(&transaction);
        if (error)
            return error;
        if (xenbus_read(transaction, path, value, sizeof(value)) > 0)
            for (const char *digit = value; *digit; digit++)
                number = number * 10 + (unsigned)(*digit - '0');
        snprintf(value, sizeof(value), "%u", number + 1);
        xenbus_write(transaction, path, value);
        error = xenbus_transaction_end(transaction, true);
    } while (error == -EAGAIN);
    return error;
}

static void show_watch(void)
{
    char event[256];

    xenbus_watch("data/watched", "token");
    xenbus_wait_watch(event, sizeof(event)); /* fires once when it is set */
    xenbus_write(0, "data/watched", "changed");
    xenbus_wait_watch(event, sizeof(event));
    printk("watch: %s changed (%s)\n", event, event + strlen(event) + 1);
    xenbus_unwatch("data/watched", "token");
}

int kernel_main(void)
{
    char home[64], value[16];

    xenbus_init();
    show("name");
    show("domid");
    show("nothing/here");
    xenbus_read(0, "domid", value, sizeof(value));
    snprintf(home, sizeof(home), "/local/domain/%s", value);
    show_children(home);

    if (xenbus_write(0, "data/counter", "41"))
        panic("cannot write to the store");
    if (increment("data/counter"))
        panic("the transaction failed");
    show("data/counter");
    show_watch();
    xenbus_read(0, "data/counter", value, sizeof(value));
    return strcmp(value, "42");
}
