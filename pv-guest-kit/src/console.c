/* The console ring: the guest owns out_prod and in_cons, the daemon the other two. */
#include <zendo/zendo.h>

static struct xencons_interface *ring; /* null in domain 0, which has console_io */
static spinlock_t lock;

void console_init(void)
{
    if (!(start_info->flags & SIF_INITDOMAIN))
        ring = pfn_to_virt(mfn_to_pfn(start_info->console.domU.mfn));
}

static void notify(void)
{
    event_send(start_info->console.domU.evtchn);
}

static void put(char character)
{
    uint32_t produced = ring->out_prod;

    while (produced - __atomic_load_n(&ring->out_cons, __ATOMIC_ACQUIRE) >= sizeof(ring->out)) {
        notify();
        sched_op(SCHEDOP_yield, NULL);
    }
    ring->out[produced % sizeof(ring->out)] = character;
    __atomic_store_n(&ring->out_prod, produced + 1, __ATOMIC_RELEASE);
}

void console_write(const char *text, size_t length)
{
    bool on;

    if (!ring) {
        hypercall(__HYPERVISOR_console_io, CONSOLEIO_write, length, (uint64_t)text, 0);
        return;
    }
    on = events_off();
    spin_lock(&lock);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            put('\r');
        put(text[i]);
    }
    notify();
    spin_unlock(&lock);
    if (on)
        events_on();
}

size_t console_read(char *buffer, size_t size)
{
    uint32_t consumed, produced;
    size_t count = 0;

    if (!ring) {
        int64_t got = hypercall(__HYPERVISOR_console_io, CONSOLEIO_read, size, (uint64_t)buffer, 0);
        return got > 0 ? (size_t)got : 0;
    }
    consumed = ring->in_cons;
    produced = __atomic_load_n(&ring->in_prod, __ATOMIC_ACQUIRE);
    while (count < size && consumed != produced)
        buffer[count++] = ring->in[consumed++ % sizeof(ring->in)];
    if (count > 0) {
        __atomic_store_n(&ring->in_cons, consumed, __ATOMIC_RELEASE);
        notify();
    }
    return count;
}

/* Waits for input; the port stays masked and is only polled. */
static char get(void)
{
    char character;

    while (console_read(&character, 1) == 0) {
        if (!ring) {
            sched_op(SCHEDOP_yield, NULL);
        } else if (!event_take(start_info->console.domU.evtchn)) {
            event_poll(start_info->console.domU.evtchn, 0);
        }
    }
    return character;
}

size_t console_read_line(char *buffer, size_t size)
{
    size_t length = 0;

    for (;;) {
        char character = get();

        if (character == '\r' || character == '\n')
            break;
        if ((character == '\b' || character == 0x7f) && length > 0) {
            length--;
            console_write("\b \b", 3);
        } else if (character >= ' ' && length + 1 < size) {
            buffer[length++] = character;
            console_write(&character, 1);
        }
    }
    console_write("\n", 1);
    buffer[length] = 0;
    return length;
}
