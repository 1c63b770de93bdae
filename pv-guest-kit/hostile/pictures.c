/* Attacks on framebuffers and keyboards, whose pages are named by machine frame instead of a grant. */
#include "hostile.h"

#define PAGE 0      /* of the pool: indices and events */
#define DIRECTORY 1 /* lists the frames of the picture */

static int port = -1;

/* A frame of ours, or now and then of whoever has it. */
static uint64_t any_frame(void)
{
    return once_in(40) ? (once_in(2) ? any() : below(1 << 20))
                       : virt_to_mfn(pool_page(below(POOL_PAGES)));
}

static void open_page(struct device *device)
{
    memset(pool_page(PAGE), 0, PAGE_SIZE);
    port = event_alloc_unbound(0, ring_wake, NULL);
    tell(device, "page-ref", once_in(20) ? any_frame() : virt_to_mfn(pool_page(PAGE)));
    tell(device, "event-channel", (uint64_t)port);
    device_write(device, "protocol", "x86_64-abi");
}

static void connect_picture(struct device *device)
{
    struct xenfb_page *page = pool_page(PAGE);
    uint64_t *frames = pool_page(DIRECTORY);

    open_page(device);
    page->width = once_in(20) ? (uint32_t)any() : 64;
    page->height = once_in(20) ? (uint32_t)any() : 64;
    page->line_length = once_in(20) ? (uint32_t)any() : 256;
    page->mem_length = once_in(20) ? (uint32_t)any() : 16384;
    page->depth = once_in(20) ? (uint8_t)any() : 32;
    for (unsigned i = 0; i < 256; i++)
        page->pd[i] = once_in(20) ? any_frame() : virt_to_mfn(frames);
    for (unsigned i = 0; i < PAGE_SIZE / sizeof(*frames); i++)
        frames[i] = once_in(200) ? any_frame() : virt_to_mfn(pool_page(2 + i % 4));
    tell(device, "feature-update", 1);
    device_set_state(device, XENBUS_STATE_INITIALISED);
}

static void connect_keyboard(struct device *device)
{
    open_page(device);
    device_set_state(device, XENBUS_STATE_INITIALISED);
}

static void batch(void)
{
    struct xenfb_page *page = pool_page(PAGE);
    char *events = (char *)page + XENFB_OUT_OFFSET;
    unsigned count = 1 + below(20);

    for (unsigned i = 0; i < count; i++, made++) {
        uint32_t slot = (page->out_prod + i) % XENFB_OUT_EVENTS;
        struct xenfb_update *update = (struct xenfb_update *)(events + slot * XENFB_EVENT_SIZE);

        fill(update, XENFB_EVENT_SIZE);
        update->type = (uint8_t)(once_in(20) ? any() : 2 + below(2));
        if (!once_in(5)) {
            update->x = (int32_t)below(80);
            update->y = (int32_t)below(80);
            update->width = (int32_t)below(80);
            update->height = (int32_t)below(80);
        }
    }
    page->out_prod = once_in(2000) ? (uint32_t)any() : page->out_prod + count;
    page->in_cons = once_in(2000) ? (uint32_t)any() : page->in_prod;
    event_send((evtchn_port_t)port);
    for (unsigned i = 0; i < 8 && page->out_cons != page->out_prod; i++)
        give_way();
}

/* Nobody reads what a keyboard's frontend says: a batch is one request, to move the indices. */
static void batch_keyboard(void)
{
    uint64_t before = made;

    batch();
    made = before + 1;
}

static bool drop(void)
{
    if (port >= 0)
        event_close((evtchn_port_t)port);
    port = -1;
    return true; /* no grant says whether the pages are mapped: the driver counts frames */
}

const struct attack picture_attack = {"vfb", connect_picture, batch, drop};
const struct attack keyboard_attack = {"vkbd", connect_keyboard, batch_keyboard, drop};
