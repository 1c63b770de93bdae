/* The store's client: one request at a time over the ring that the domain starts with.
 *
 * A message is a header and a payload of strings, each with its zero, written as plain bytes. The
 * guest owns req_prod and rsp_cons. Watch events arrive between replies and are kept.
 */
#include <zendo/zendo.h>

#define KEPT_EVENTS 8

static struct xenstore_domain_interface *ring;
static evtchn_port_t port;
static uint32_t last_request;
static char payload[XENSTORE_PAYLOAD_MAX + 1];

static struct {
    char text[512];
    size_t length;
} events[KEPT_EVENTS];
static unsigned events_first, events_count;

void xenbus_init(void)
{
    ring = pfn_to_virt(mfn_to_pfn(start_info->store_mfn));
    port = start_info->store_evtchn;
}

/* Sleeps until the store has moved one of its indices. */
static void wait(void)
{
    if (!event_take(port))
        event_poll(port, 0);
    event_take(port);
}

static void send(const void *data, size_t length)
{
    const char *bytes = data;

    while (length > 0) {
        uint32_t produced = ring->req_prod;

        if (produced - __atomic_load_n(&ring->req_cons, __ATOMIC_ACQUIRE) >= XENSTORE_RING_SIZE) {
            wait();
            continue;
        }
        ring->req[produced % XENSTORE_RING_SIZE] = *bytes++;
        length--;
        __atomic_store_n(&ring->req_prod, produced + 1, __ATOMIC_RELEASE);
        if (length == 0 || produced + 1 - ring->req_cons == XENSTORE_RING_SIZE)
            event_send(port);
    }
}

static void receive(void *data, size_t length)
{
    char *bytes = data;

    while (length > 0) {
        uint32_t consumed = ring->rsp_cons;

        if (consumed == __atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE)) {
            wait();
            continue;
        }
        *bytes++ = ring->rsp[consumed % XENSTORE_RING_SIZE];
        length--;
        __atomic_store_n(&ring->rsp_cons, consumed + 1, __ATOMIC_RELEASE);
        if (length == 0 || consumed + 1 == ring->rsp_prod)
            event_send(port);
    }
}

/* Errors travel by name. */
static int error_number(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } errors[] = {
        {"EINVAL", EINVAL}, {"EACCES", EACCES},   {"EEXIST", EEXIST}, {"EISDIR", EISDIR},
        {"ENOENT", ENOENT}, {"ENOMEM", ENOMEM},   {"ENOSPC", ENOSPC}, {"EIO", EIO},
        {"EBUSY", EBUSY},   {"ENOTEMPTY", ENOTEMPTY}, {"ENOSYS", ENOSYS}, {"EROFS", EROFS},
        {"EAGAIN", EAGAIN}, {"EISCONN", EISCONN}, {"E2BIG", E2BIG},   {"EPERM", EPERM},
    };

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (!strcmp(name, errors[i].name))
            return errors[i].number;
    return EIO;
}

static void keep_event(size_t length)
{
    unsigned at = (events_first + events_count) % KEPT_EVENTS;

    if (events_count == KEPT_EVENTS || length > sizeof(events[at].text))
        return;
    memcpy(events[at].text, payload, length);
    events[at].length = length;
    events_count++;
}

/* Reads one message into `payload`; its type. A watch event is kept. */
static uint32_t next_message(struct xsd_sockmsg *header)
{
    receive(header, sizeof(*header));
    if (header->len > XENSTORE_PAYLOAD_MAX)
        panic("the store sent %u bytes", header->len);
    receive(payload, header->len);
    payload[header->len] = 0;
    if (header->type == XS_WATCH_EVENT)
        keep_event(header->len);
    return header->type;
}

/* Sends a request whose payload is up to two strings and waits for the reply. */
static int request(uint32_t type, uint32_t transaction, const char *first, size_t first_length,
                   const char *second, size_t second_length)
{
    struct xsd_sockmsg header = {.type = type,
                                 .req_id = ++last_request,
                                 .tx_id = transaction,
                                 .len = (uint32_t)(first_length + second_length)};

    if (header.len > XENSTORE_PAYLOAD_MAX)
        return -E2BIG;
    send(&header, sizeof(header));
    send(first, first_length);
    send(second, second_length);
    do {
        type = next_message(&header);
    } while (type == XS_WATCH_EVENT || header.req_id != last_request);
    return type == XS_ERROR ? -error_number(payload) : (int)header.len;
}

/* A request about one path that has no answer but success. */
static int command(uint32_t type, uint32_t transaction, const char *path, const char *rest,
                   size_t rest_length)
{
    int result = request(type, transaction, path, strlen(path) + 1, rest, rest_length);

    return result < 0 ? result : 0;
}

static int query(uint32_t type, uint32_t transaction, const char *path, char *buffer, size_t size)
{
    int length = request(type, transaction, path, strlen(path) + 1, NULL, 0);

    if (length >= 0 && size > 0) {
        size_t copied = (size_t)length < size ? (size_t)length : size - 1;

        memcpy(buffer, payload, copied);
        buffer[copied] = 0;
    }
    return length;
}

int xenbus_read(uint32_t transaction, const char *path, char *buffer, size_t size)
{
    return query(XS_READ, transaction, path, buffer, size);
}

int xenbus_list(uint32_t transaction, const char *path, char *buffer, size_t size)
{
    return query(XS_DIRECTORY, transaction, path, buffer, size);
}

int xenbus_write(uint32_t transaction, const char *path, const char *value)
{
    return command(XS_WRITE, transaction, path, value, strlen(value));
}

int xenbus_remove(uint32_t transaction, const char *path)
{
    return command(XS_RM, transaction, path, NULL, 0);
}

int xenbus_watch(const char *path, const char *token)
{
    return command(XS_WATCH, 0, path, token, strlen(token) + 1);
}

int xenbus_unwatch(const char *path, const char *token)
{
    return command(XS_UNWATCH, 0, path, token, strlen(token) + 1);
}

int xenbus_transaction_start(uint32_t *transaction)
{
    int result = request(XS_TRANSACTION_START, 0, "", 1, NULL, 0);

    if (result < 0)
        return result;
    *transaction = 0;
    for (const char *digit = payload; *digit >= '0' && *digit <= '9'; digit++)
        *transaction = *transaction * 10 + (uint32_t)(*digit - '0');
    return 0;
}

int xenbus_transaction_end(uint32_t transaction, bool commit)
{
    return command(XS_TRANSACTION_END, transaction, commit ? "T" : "F", NULL, 0);
}

int xenbus_wait_watch(char *buffer, size_t size)
{
    struct xsd_sockmsg header;
    size_t length;

    while (events_count == 0)
        next_message(&header);
    length = events[events_first].length;
    if (size > 0) {
        size_t copied = length < size ? length : size - 1;

        memcpy(buffer, events[events_first].text, copied);
        buffer[copied] = 0;
    }
    events_first = (events_first + 1) % KEPT_EVENTS;
    events_count--;
    return (int)length;
}
