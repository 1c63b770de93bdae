/* The client of shared folders: 9P2000.L, one request at a time. */
#include <zendo/zendo.h>

#define ROOT 0 /* the fid of the folder itself */
#define READ_HEADER (P9_HEADER_SIZE + 4)
#define WRITE_HEADER (P9_HEADER_SIZE + 4 + 8 + 4)
#define QID_SIZE 13

/* ---- The ring ---- */

static void copy_out(struct share *share, const uint8_t *from, size_t count)
{
    struct xen_9pfs_data_intf *indices = share->indices;
    char *ring = share->data + SHARE_RING_SIZE;
    uint32_t produced = indices->out_prod;

    for (size_t i = 0; i < count; i++)
        ring[(produced + i) % SHARE_RING_SIZE] = (char)from[i];
    __atomic_store_n(&indices->out_prod, produced + (uint32_t)count, __ATOMIC_RELEASE);
}

/* Waits for bytes to come and takes them. */
static void copy_in(struct share *share, uint8_t *to, size_t count)
{
    struct xen_9pfs_data_intf *indices = share->indices;
    uint32_t consumed = indices->in_cons;

    WAIT_UNTIL(__atomic_load_n(&indices->in_prod, __ATOMIC_ACQUIRE) - consumed >= count);
    for (size_t i = 0; i < count; i++)
        to[i] = (uint8_t)share->data[(consumed + i) % SHARE_RING_SIZE];
    __atomic_store_n(&indices->in_cons, consumed + (uint32_t)count, __ATOMIC_RELEASE);
    event_send(share->port);
}

/* ---- Messages ---- */

static void put(struct share *share, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes && share->at < sizeof(share->message); i++)
        share->message[share->at++] = (uint8_t)(value >> 8 * i);
}

static void put_bytes(struct share *share, const void *data, size_t count)
{
    if (count > sizeof(share->message) - share->at)
        panic("a request of more than %lu bytes", sizeof(share->message));
    memcpy(share->message + share->at, data, count);
    share->at += count;
}

static void put_name(struct share *share, const char *name, size_t length)
{
    put(share, length, 2);
    put_bytes(share, name, length);
}

static uint64_t get(struct share *share, unsigned bytes)
{
    uint64_t value = 0;

    if (share->end - share->at < bytes)
        panic("the folder's answer is cut short");
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)share->message[share->at++] << 8 * i;
    return value;
}

static void start(struct share *share, uint8_t type)
{
    share->at = 4;
    put(share, type, 1);
    put(share, type == P9_TVERSION ? P9_NO_TAG : 0, 2);
}

/* Sends the request and reads the answer's header: 0 or what error it is. */
static int ask(struct share *share)
{
    uint8_t wanted = (uint8_t)(share->message[4] + 1), type;
    size_t length = share->at;

    share->at = 0;
    put(share, length, 4);
    copy_out(share, share->message, length);
    event_send(share->port);

    copy_in(share, share->message, P9_HEADER_SIZE);
    share->at = 0;
    share->end = P9_HEADER_SIZE;
    length = get(share, 4);
    type = (uint8_t)get(share, 1);
    if (length < P9_HEADER_SIZE || length > share->message_size)
        panic("the folder answers with %lu bytes", length);
    copy_in(share, share->message + P9_HEADER_SIZE, length - P9_HEADER_SIZE);
    share->at = P9_HEADER_SIZE;
    share->end = length;
    if (type == P9_RLERROR)
        return -(int)get(share, 4);
    if (type != wanted)
        panic("the folder answers %u with %u", wanted - 1U, type);
    return 0;
}

/* ---- Connection ---- */

static int make_ring(struct share *share)
{
    domid_t domain = share->device.domain;
    grant_ref_t *references;

    share->indices = page_alloc();
    share->data = pages_alloc(1UL << SHARE_ORDER);
    if (!share->indices || !share->data)
        return -ENOMEM;
    share->indices->ring_order = SHARE_ORDER;
    references = (grant_ref_t *)(share->indices + 1);
    for (unsigned i = 0; i < 1U << SHARE_ORDER; i++) {
        int grant = grant_access(domain, share->data + i * PAGE_SIZE, false);

        if (grant < 0)
            return grant;
        references[i] = share->data_grants[i] = (grant_ref_t)grant;
    }
    share->indices_grant = (grant_ref_t)grant_access(domain, share->indices, false);
    return 0;
}

static int connect(struct share *share)
{
    struct device *device = &share->device;
    int error = make_ring(share);
    int port;

    if (error)
        return error;
    port = event_alloc_unbound(device->domain, ring_wake, NULL);
    if (port < 0)
        return port;
    share->port = (evtchn_port_t)port;
    device_write(device, "version", "1");
    device_write(device, "num-rings", "1");
    device_write_number(device, "ring-ref0", share->indices_grant);
    device_write_number(device, "event-channel-0", share->port);
    device_set_state(device, XENBUS_STATE_INITIALISED);
    error = device_wait(device, XENBUS_STATE_CONNECTED);
    if (!error)
        device_set_state(device, XENBUS_STATE_CONNECTED);
    return error;
}

static int attach(struct share *share)
{
    static const char dialect[] = "9P2000.L";
    int error;

    share->message_size = SHARE_RING_SIZE;
    start(share, P9_TVERSION);
    put(share, share->message_size, 4);
    put_name(share, dialect, strlen(dialect));
    error = ask(share);
    if (error)
        return error;
    share->message_size = (uint32_t)get(share, 4);
    start(share, P9_TATTACH);
    put(share, ROOT, 4);
    put(share, (uint32_t)P9_NO_FID, 4);
    put_name(share, "root", 4);
    put_name(share, "", 0);
    put(share, 0, 4);
    share->open[ROOT] = true;
    return ask(share);
}

static int find(struct share *share, const char *tag)
{
    char found[64];
    int error = 0;

    for (unsigned index = 0; !error; index++) {
        error = device_find(&share->device, "9pfs", index);
        if (!error && (!tag || (device_read_own(&share->device, "tag", found, sizeof(found)) >= 0 &&
                                !strcmp(tag, found))))
            break;
    }
    return error;
}

int share_open(struct share *share, const char *tag)
{
    int error;

    memset(share, 0, sizeof(*share));
    error = find(share, tag);
    if (!error)
        error = device_prepare(&share->device);
    if (!error)
        error = connect(share);
    return error ? error : attach(share);
}

void share_close(struct share *share)
{
    device_close(&share->device);
    event_close(share->port);
    for (unsigned i = 0; i < 1U << SHARE_ORDER; i++)
        grant_end(share->data_grants[i]);
    if (grant_end(share->indices_grant)) {
        pages_free(share->data, 1UL << SHARE_ORDER);
        pages_free(share->indices, 1);
    }
}

/* ---- Files ---- */

void share_file_close(struct share *share, int file)
{
    start(share, P9_TCLUNK);
    put(share, (uint32_t)file, 4);
    ask(share);
    share->open[file] = false;
}

static int new_file(struct share *share)
{
    for (int file = ROOT + 1; file < SHARE_FILES; file++)
        if (!share->open[file])
            return file;
    return -EMFILE;
}

/* A fid for the file of a path, or for its directory if `name` is not null: it gets the last name. */
static int walk(struct share *share, const char *path, const char **name)
{
    int file = new_file(share), error;
    unsigned count = 0, walked;
    size_t counter;

    if (file < 0)
        return file;
    start(share, P9_TWALK);
    put(share, ROOT, 4);
    put(share, (uint32_t)file, 4);
    counter = share->at;
    put(share, 0, 2);
    while (*path) {
        const char *slash = strchr(path, '/');
        size_t length = slash ? (size_t)(slash - path) : strlen(path);

        if (!slash && name) {
            *name = path;
            break;
        }
        if (length > 0 && count++ < P9_MAX_WALK)
            put_name(share, path, length);
        path += length + (slash ? 1 : 0);
    }
    if (count > P9_MAX_WALK)
        return -ENAMETOOLONG;
    share->message[counter] = (uint8_t)count;
    error = ask(share);
    if (error)
        return error;
    walked = (unsigned)get(share, 2);
    if (walked < count)
        return -ENOENT;
    share->open[file] = true;
    return file;
}

/* The number if there is no error; gives it back otherwise. */
static int keep(struct share *share, int file, int error)
{
    if (error)
        share_file_close(share, file);
    return error ? error : file;
}

int share_file_open(struct share *share, const char *path, uint32_t flags)
{
    int file = walk(share, path, NULL);

    if (file < 0)
        return file;
    start(share, P9_TLOPEN);
    put(share, (uint32_t)file, 4);
    put(share, flags, 4);
    return keep(share, file, ask(share));
}

int share_file_create(struct share *share, const char *path, uint32_t flags, uint32_t mode)
{
    const char *name = "";
    int file = walk(share, path, &name);

    if (file < 0)
        return file;
    start(share, P9_TLCREATE);
    put(share, (uint32_t)file, 4);
    put_name(share, name, strlen(name));
    put(share, flags, 4);
    put(share, mode, 4);
    put(share, 0, 4);
    return keep(share, file, ask(share));
}

int share_file_read(struct share *share, int file, uint64_t offset, void *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        size_t most = share->message_size - READ_HEADER, got;
        int error;

        start(share, P9_TREAD);
        put(share, (uint32_t)file, 4);
        put(share, offset + done, 8);
        put(share, size - done < most ? size - done : most, 4);
        error = ask(share);
        if (error)
            return error;
        got = get(share, 4);
        if (got > share->end - share->at || got > size - done)
            panic("the folder sends more than was asked for");
        if (got == 0)
            break;
        memcpy((char *)data + done, share->message + share->at, got);
        done += got;
    }
    return (int)done;
}

int share_file_write(struct share *share, int file, uint64_t offset, const void *data, size_t size)
{
    size_t done = 0;

    while (done < size) {
        size_t most = share->message_size - WRITE_HEADER;
        size_t part = size - done < most ? size - done : most;
        int error;

        start(share, P9_TWRITE);
        put(share, (uint32_t)file, 4);
        put(share, offset + done, 8);
        put(share, part, 4);
        put_bytes(share, (const char *)data + done, part);
        error = ask(share);
        if (error)
            return error;
        part = get(share, 4);
        if (part == 0)
            return -EIO;
        done += part;
    }
    return (int)done;
}

int share_file_sync(struct share *share, int file)
{
    start(share, P9_TFSYNC);
    put(share, (uint32_t)file, 4);
    put(share, 0, 4);
    return ask(share);
}

int64_t share_size(struct share *share, const char *path)
{
    int file = walk(share, path, NULL);
    int error;
    int64_t size = 0;

    if (file < 0)
        return file;
    start(share, P9_TGETATTR);
    put(share, (uint32_t)file, 4);
    put(share, P9_GETATTR_BASIC, 8);
    error = ask(share);
    if (!error) {
        share->at += 8 + QID_SIZE + 4 + 4 + 4 + 8 + 8; /* up to the size */
        size = (int64_t)get(share, 8);
    }
    share_file_close(share, file);
    return error ? error : size;
}

/* Reports the entries of one answer; where to go on, or `offset` when there are no more. */
static uint64_t report(struct share *share, uint64_t offset,
                       void (*entry)(const char *, void *), void *argument)
{
    char name[256];

    get(share, 4);
    while (share->at < share->end) {
        size_t length;

        share->at += QID_SIZE;
        offset = get(share, 8);
        get(share, 1);
        length = get(share, 2);
        if (length >= sizeof(name) || length > share->end - share->at)
            panic("the folder sends a name of %lu bytes", length);
        memcpy(name, share->message + share->at, length);
        name[length] = 0;
        share->at += length;
        entry(name, argument);
    }
    return offset;
}

int share_list(struct share *share, const char *path, void (*entry)(const char *name, void *argument),
               void *argument)
{
    int file = share_file_open(share, path, 0), error;
    uint64_t before, offset = 0;

    if (file < 0)
        return file;
    do {
        before = offset;
        start(share, P9_TREADDIR);
        put(share, (uint32_t)file, 4);
        put(share, offset, 8);
        put(share, share->message_size - READ_HEADER, 4);
        error = ask(share);
        if (!error)
            offset = report(share, offset, entry, argument);
    } while (!error && offset != before);
    share_file_close(share, file);
    return error;
}

int share_make_directory(struct share *share, const char *path, uint32_t mode)
{
    const char *name = "";
    int file = walk(share, path, &name), error;

    if (file < 0)
        return file;
    start(share, P9_TMKDIR);
    put(share, (uint32_t)file, 4);
    put_name(share, name, strlen(name));
    put(share, mode, 4);
    put(share, 0, 4);
    error = ask(share);
    share_file_close(share, file);
    return error;
}

int share_remove(struct share *share, const char *path)
{
    int file = walk(share, path, NULL), error;

    if (file < 0)
        return file;
    start(share, P9_TREMOVE);
    put(share, (uint32_t)file, 4);
    error = ask(share);
    share->open[file] = false;
    return error;
}
