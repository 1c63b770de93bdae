/* Devices: how a frontend here and its back end in another domain find each other.
 *
 * The toolstack names a device in the store: device/TYPE/NUMBER here, and a directory of the back
 * end's. Each end writes into its own directory and reads the other's; `state` there says how far it
 * has come.
 */
#ifndef ZENDO_DEVICE_H
#define ZENDO_DEVICE_H

#include <zendo/kernel.h>

struct device {
    char front[64];    /* our directory */
    char back[128];    /* the back end's */
    domid_t domain;    /* that the back end runs in */
    uint32_t number;   /* of the device in this domain */
};

/* Finds the device of a type with the given index, from 0; -ENOENT when there are not as many. */
int device_find(struct device *device, const char *type, unsigned index);

/* Makes the back end ready for a new connection, whatever state an earlier one left. 0 or an error. */
int device_prepare(struct device *device);

/* Waits until the back end is in this state; -EIO when it closes instead. */
int device_wait(struct device *device, unsigned state);

/* What state the back end is in. */
unsigned device_state(struct device *device);

void device_set_state(struct device *device, unsigned state);

/* Closes the connection as both ends should, and waits until the back end has let go of our pages. */
void device_close(struct device *device);

/* Reads a key of the back end: the value's length or an error, or a number if it is one. */
int device_read(struct device *device, const char *key, char *value, size_t size);
uint64_t device_read_number(struct device *device, const char *key, uint64_t otherwise);

/* Reads and writes keys of ours. */
int device_read_own(struct device *device, const char *key, char *value, size_t size);
int device_write(struct device *device, const char *key, const char *value);
int device_write_number(struct device *device, const char *key, uint64_t value);

#endif
