/* Shared folders: a client of 9P2000.L over the rings of a 9pfs device (io/9pfs.h).
 *
 * One request at a time. Paths are relative to the folder, with slashes. Functions give 0, a number
 * or a length, or a negative error as Linux numbers them.
 */
#ifndef ZENDO_SHARE_H
#define ZENDO_SHARE_H

#include <zendo/device.h>

#define SHARE_ORDER 3U /* the ring's data has 2^3 pages, half of it for each direction */
#define SHARE_RING_SIZE (PAGE_SIZE << SHARE_ORDER >> 1)
#define SHARE_FILES 32

struct share {
    struct device device;
    struct xen_9pfs_data_intf *indices;
    char *data; /* the ring towards us, behind it the ring towards the back end */
    grant_ref_t indices_grant, data_grants[1 << SHARE_ORDER];
    evtchn_port_t port;
    uint32_t message_size;
    bool open[SHARE_FILES]; /* fids in use */
    uint8_t message[SHARE_RING_SIZE];
    size_t at, end; /* of the message that is written or read */
};

/* Connects the folder with this tag, the first one if it is null. */
int share_open(struct share *share, const char *tag);

/* Opens a file: P9_OPEN_* flags; with create it is made if it is missing, with these permissions. A
 * number for the other functions. */
int share_file_open(struct share *share, const char *path, uint32_t flags);
int share_file_create(struct share *share, const char *path, uint32_t flags, uint32_t mode);
int share_file_read(struct share *share, int file, uint64_t offset, void *data, size_t size);
int share_file_write(struct share *share, int file, uint64_t offset, const void *data, size_t size);
int share_file_sync(struct share *share, int file);
void share_file_close(struct share *share, int file);

/* Size of a file in bytes. */
int64_t share_size(struct share *share, const char *path);

/* Calls the function with each name in a directory. */
int share_list(struct share *share, const char *path, void (*entry)(const char *name, void *argument),
               void *argument);

int share_make_directory(struct share *share, const char *path, uint32_t mode);
int share_remove(struct share *share, const char *path);

/* Disconnects; it may be opened again. */
void share_close(struct share *share);

#endif
