/* A folder of the host: lists it, shows the file "greeting" in it and leaves an answer. */
#include <zendo/zendo.h>

static struct share share;

static void show(const char *name, void *count)
{
    if (name[0] != '.') {
        printk("found %s\n", name);
        (*(unsigned *)count)++;
    }
}

static void show_greeting(void)
{
    char text[256];
    int file = share_file_open(&share, "greeting", 0), length;

    if (file < 0) {
        printk("no greeting: error %d\n", file);
        return;
    }
    length = share_file_read(&share, file, 0, text, sizeof(text) - 1);
    text[length < 0 ? 0 : length] = 0;
    printk("greeting of %ld bytes: %s\n", share_size(&share, "greeting"), text);
    share_file_close(&share, file);
}

/* Writes a file of some size and compares what it reads then. */
static int answer(void)
{
    static char written[40000], read[sizeof(written)];
    int error = share_make_directory(&share, "answers", 0755), file, length;

    if (error && error != -EEXIST)
        return error;
    for (size_t i = 0; i < sizeof(written); i++)
        written[i] = i % 64 == 63 ? '\n' : (char)('a' + i * 7 % 26);
    file = share_file_create(&share, "answers/from-the-guest", P9_OPEN_READ_WRITE | P9_OPEN_TRUNCATE,
                             0644);
    if (file < 0)
        return file;
    length = share_file_write(&share, file, 0, written, sizeof(written));
    if (length == (int)sizeof(written))
        length = share_file_read(&share, file, 0, read, sizeof(read));
    error = length < 0 ? length : share_file_sync(&share, file);
    share_file_close(&share, file);
    if (!error && (length != (int)sizeof(written) || memcmp(written, read, sizeof(written))))
        error = -EIO;
    return error;
}

int kernel_main(void)
{
    const char *tag = (const char *)start_info->cmd_line;
    unsigned count = 0;
    int error;

    xenbus_init();
    grant_init();
    error = share_open(&share, *tag ? tag : NULL);
    if (error) {
        printk("no folder (error %d): give one with --share\n", error);
        return 1;
    }
    error = share_list(&share, "", show, &count);
    printk("%u files\n", count);
    show_greeting();
    if (share_file_open(&share, "../outside", 0) >= 0)
        return 1; /* nothing is above the folder */
    if (!error)
        error = answer();
    if (error == -EROFS)
        printk("answer: the folder is read-only\n");
    else if (error)
        printk("answer: error %d\n", error);
    else
        printk("answer: written and read back\n");
    share_close(&share);
    printk("closed\n");
    return error && error != -EROFS;
}
