/* The negotiation of devices (io/xenbus.h). */
#include <zendo/zendo.h>

static uint64_t number(const char *text, uint64_t otherwise)
{
    uint64_t value = 0;

    if (!*text)
        return otherwise;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return otherwise;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    return value;
}

static int read_key(const char *directory, const char *key, char *value, size_t size)
{
    char path[192];

    snprintf(path, sizeof(path), "%s/%s", directory, key);
    return xenbus_read(0, path, value, size);
}

int device_read(struct device *device, const char *key, char *value, size_t size)
{
    return read_key(device->back, key, value, size);
}

int device_read_own(struct device *device, const char *key, char *value, size_t size)
{
    return read_key(device->front, key, value, size);
}

uint64_t device_read_number(struct device *device, const char *key, uint64_t otherwise)
{
    char value[32];

    return device_read(device, key, value, sizeof(value)) < 0 ? otherwise
                                                              : number(value, otherwise);
}

int device_write(struct device *device, const char *key, const char *value)
{
    char path[192];

    snprintf(path, sizeof(path), "%s/%s", device->front, key);
    return xenbus_write(0, path, value);
}

int device_write_number(struct device *device, const char *key, uint64_t value)
{
    char digits[32];

    snprintf(digits, sizeof(digits), "%lu", value);
    return device_write(device, key, digits);
}

int device_find(struct device *device, const char *type, unsigned index)
{
    char directory[40], names[512], value[16];
    int length, at = 0;

    snprintf(directory, sizeof(directory), "device/%s", type);
    length = xenbus_list(0, directory, names, sizeof(names));
    if (length < 0)
        return length;
    for (; index > 0 && at < length; index--)
        at += (int)strlen(names + at) + 1;
    if (at >= length || at >= (int)sizeof(names))
        return -ENOENT;
    device->number = (uint32_t)number(names + at, 0);
    snprintf(device->front, sizeof(device->front), "%s/%s", directory, names + at);
    length = device_read_own(device, "backend", device->back, sizeof(device->back));
    if (length < 0 || length >= (int)sizeof(device->back))
        return length < 0 ? length : -E2BIG;
    length = device_read_own(device, "backend-id", value, sizeof(value));
    device->domain = (domid_t)number(value, 0);
    return length < 0 ? length : 0;
}

unsigned device_state(struct device *device)
{
    return (unsigned)device_read_number(device, "state", XENBUS_STATE_UNKNOWN);
}

void device_set_state(struct device *device, unsigned state)
{
    device_write_number(device, "state", state);
}

/* Waits until one of the states whose bits are set has come; which. */
static unsigned wait(struct device *device, unsigned wanted)
{
    char path[192], event[256];
    unsigned state;

    snprintf(path, sizeof(path), "%s/state", device->back);
    xenbus_watch(path, "device");
    while (state = device_state(device), !(wanted >> state & 1))
        xenbus_wait_watch(event, sizeof(event));
    xenbus_unwatch(path, "device");
    return state;
}

int device_wait(struct device *device, unsigned state)
{
    unsigned ends = 1U << XENBUS_STATE_UNKNOWN | 1U << XENBUS_STATE_CLOSING |
                    1U << XENBUS_STATE_CLOSED;

    return wait(device, 1U << state | ends) == state ? 0 : -EIO;
}

int device_prepare(struct device *device)
{
    unsigned state = device_state(device);

    if (state == XENBUS_STATE_CLOSING || state == XENBUS_STATE_CLOSED) {
        device_set_state(device, XENBUS_STATE_INITIALISING);
        state = wait(device, 1U << XENBUS_STATE_UNKNOWN | 1U << XENBUS_STATE_INIT_WAIT);
    } else {
        state = device_wait(device, XENBUS_STATE_INIT_WAIT) ? XENBUS_STATE_UNKNOWN
                                                            : XENBUS_STATE_INIT_WAIT;
    }
    return state == XENBUS_STATE_INIT_WAIT ? 0 : -EIO;
}

void device_close(struct device *device)
{
    unsigned closed = 1U << XENBUS_STATE_UNKNOWN | 1U << XENBUS_STATE_CLOSED;

    device_set_state(device, XENBUS_STATE_CLOSING);
    wait(device, closed | 1U << XENBUS_STATE_CLOSING);
    device_set_state(device, XENBUS_STATE_CLOSED);
    wait(device, closed | 1U << XENBUS_STATE_INIT_WAIT);
}
