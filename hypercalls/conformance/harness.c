/* Answers, their comparison with what Xen said, and the TAP lines. */
#include "harness.h"

#define ANSWER_SIZE 96
#define COLUMN_SIZE 160

extern const char expected_text[], expected_end[];
struct attempt case_attempt;
volatile uint32_t case_armed;
trap_handler *exception_filter;

static char text[ANSWER_SIZE];
static bool recording;
static unsigned asked, passed, failed, skipped, unrecorded;
static char readonly_space[PAGE_SIZE] __attribute__((aligned(4096)));
char *const readonly_page = readonly_space;
static char *gap;

/* ---- What a domain is given ---- */

bool is_dom0(void)
{
    return start_info->flags & SIF_INITDOMAIN;
}

void *new_page(void)
{
    void *page = page_alloc();

    if (!page)
        panic("out of memory");
    return page;
}

void *new_table(void)
{
    void *page = pt_alloc_table();

    if (!page)
        panic("no page table");
    return page;
}

void *before_gap(size_t size)
{
    return gap + PAGE_SIZE - size;
}

evtchn_port_t open_port(void)
{
    struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};

    if (event_channel_op(EVTCHNOP_alloc_unbound, &alloc))
        panic("no port");
    return alloc.port;
}

void close_port(evtchn_port_t port)
{
    struct evtchn_close close = {.port = port};

    event_channel_op(EVTCHNOP_close, &close);
}

bool port_pending(evtchn_port_t port)
{
    return shared_info->evtchn_pending[port / 64] >> port % 64 & 1;
}

/* ---- Answers ---- */

static const char *errno_name(int64_t error)
{
    switch (error) {
#define NAME(e) \
    case e:     \
        return #e;
        NAME(EPERM) NAME(ENOENT) NAME(ESRCH) NAME(EINTR) NAME(EIO) NAME(ENXIO) NAME(E2BIG)
        NAME(ENOEXEC) NAME(EBADF) NAME(ECHILD) NAME(EAGAIN) NAME(ENOMEM) NAME(EACCES) NAME(EFAULT)
        NAME(EBUSY) NAME(EEXIST) NAME(EXDEV) NAME(ENODEV) NAME(ENOTDIR) NAME(EISDIR) NAME(EINVAL)
        NAME(ENFILE) NAME(EMFILE) NAME(ENOSPC) NAME(EROFS) NAME(EMLINK) NAME(EDOM) NAME(ERANGE)
        NAME(EDEADLK) NAME(ENAMETOOLONG) NAME(ENOLCK) NAME(ENOSYS) NAME(ENOTEMPTY) NAME(ENODATA)
        NAME(ETIME) NAME(EBADMSG) NAME(EOVERFLOW) NAME(EILSEQ) NAME(ERESTART) NAME(ENOTSOCK)
        NAME(EMSGSIZE) NAME(EOPNOTSUPP) NAME(EADDRINUSE) NAME(EADDRNOTAVAIL) NAME(ENOBUFS)
        NAME(EISCONN) NAME(ENOTCONN) NAME(ETIMEDOUT) NAME(ECONNREFUSED)
#undef NAME
    default:
        return NULL;
    }
}

void answer(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
}

void answer_number(int64_t result)
{
    const char *name = errno_name(-result);

    if (name)
        answer("-%s", name);
    else if (result > -100000 && result < 100000)
        answer("%ld", result);
    else
        answer("0x%lx", (uint64_t)result);
}

void answer_status(int64_t result, int status)
{
    size_t length;

    answer_number(result);
    length = strlen(text);
    snprintf(text + length, sizeof(text) - length, " status %d", status);
}

/* ---- Exceptions ---- */

static const char *const names[] = {"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM",
                                    "#DF", "9",   "#TS", "#NP", "#SS", "#GP", "#PF", "15",
                                    "#MF", "#AC", "#MC", "#XM", "#VE", "#CP"};

static bool has_error_code(unsigned vector)
{
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
}

static void answer_exception(const struct trap_frame *frame)
{
    if (frame->vector == TRAP_SYSCALL)
        answer("syscall");
    else if (has_error_code(frame->vector))
        answer("%s[%x]", names[frame->vector], frame->error_code);
    else
        answer("%s", names[frame->vector]);
}

static bool on_exception(struct trap_frame *frame)
{
    if (exception_filter && exception_filter(frame))
        return true;
    if (!case_armed)
        return false;
    answer_exception(frame);
    if (trap_from_user(frame))
        user_exit(0);
    attempt_abandon(&case_attempt, frame);
    return true;
}

static bool user_ready;

void user_answer(const void *code, size_t size)
{
    static char *user_code;

    if (!user_ready) {
        user_init();
        user_code = new_page();
        if (user_map(USER_CODE, user_code, 0) ||
            user_map(USER_STACK - PAGE_SIZE, new_page(), PTE_WRITE))
            panic("no user mode");
        user_ready = true;
    }
    memcpy(user_code, code, size);
    user_run(USER_CODE, USER_STACK, 0);
}

/* ---- What was expected ---- */

enum verdict { PASS, FAIL, SKIP, UNKNOWN };

/* "# or ANSWER: why" names an answer that is as good. */
static bool is_alternative(const char *tag)
{
    size_t length = strlen(text);

    return !strncmp(tag, "# or ", 5) && !strncmp(tag + 5, text, length) && tag[5 + length] == ':';
}

/* One line of expected/: columns parted by two spaces or more; "=" repeats the column before. */
struct expectation {
    char domu[COLUMN_SIZE], dom0[COLUMN_SIZE], tag[COLUMN_SIZE];
};

static const char *column(const char *at, const char *end, char *to)
{
    size_t length = 0;

    while (at < end && *at == ' ')
        at++;
    while (at < end && *at != '\n' && !(at[0] == ' ' && at[1] == ' ')) {
        if (length + 1 < COLUMN_SIZE)
            to[length++] = *at;
        at++;
    }
    to[length] = 0;
    return at;
}

static bool find(const char *name, struct expectation *found)
{
    size_t length = strlen(name);

    for (const char *line = expected_text; line < expected_end; line++) {
        if (!strncmp(line, name, length) && line[length] == ' ') {
            const char *at = column(line + length, expected_end, found->domu);

            at = column(at, expected_end, found->dom0);
            column(at, expected_end, found->tag);
            if (!strcmp(found->dom0, "="))
                memcpy(found->dom0, found->domu, COLUMN_SIZE);
            return true;
        }
        while (line < expected_end && *line != '\n')
            line++;
    }
    return false;
}

static enum verdict judge(const char *name, char *why, size_t size)
{
    static struct expectation found;
    const char *expected;

    why[0] = 0;
    if (!find(name, &found))
        return UNKNOWN;
    expected = is_dom0() ? found.dom0 : found.domu;
    if (!strcmp(expected, "?"))
        return UNKNOWN;
    if (!strcmp(expected, text) || is_alternative(found.tag))
        return PASS;
    if (found.tag[0] == '#' && strncmp(found.tag, "# or ", 5)) {
        snprintf(why, size, "Xen " XEN_VERSION " answered %s; %s", expected, found.tag + 2);
        return SKIP;
    }
    snprintf(why, size, "Xen " XEN_VERSION " answers %s", expected);
    return FAIL;
}

void case_ends(const char *name)
{
    char why[2 * COLUMN_SIZE];

    case_armed = 0;
    asked++;
    if (recording) {
        printk("answer: %s  %s\n", name, text);
        return;
    }
    switch (judge(name, why, sizeof(why))) {
    case PASS:
        passed++;
        printk("ok %u - %s: %s\n", asked, name, text);
        break;
    case SKIP:
        skipped++;
        printk("ok %u - %s: %s # SKIP %s\n", asked, name, text, why);
        break;
    case UNKNOWN:
        unrecorded++;
        printk("ok %u - %s: %s # TODO not recorded\n", asked, name, text);
        break;
    case FAIL:
        failed++;
        printk("not ok %u - %s: %s, %s\n", asked, name, text, why);
        break;
    }
    answer("nothing");
}

/* ---- From start to end ---- */

static void prepare(void)
{
    for (unsigned vector = 0; vector < sizeof(names) / sizeof(names[0]); vector++)
        trap_handle(vector, on_exception);
    trap_handle(TRAP_SYSCALL, on_exception);
    gap = pages_alloc(2);
    if (!gap || pt_unmap((uint64_t)gap + PAGE_SIZE) ||
        pt_protect((uint64_t)readonly_page, PTE_KERNEL_READONLY))
        panic("cannot prepare the pages");
}

static bool has_word(const char *line, const char *word)
{
    size_t length = strlen(word);

    for (; *line; line++)
        if (!strncmp(line, word, length))
            return true;
    return false;
}

int kernel_main(void)
{
    recording = has_word(start_info->cmd_line, "record");
    prepare();
    printk("TAP version 13\n# family " FAMILY ", %s\n", is_dom0() ? "domain 0" : "domU");
    family();
    printk("1..%u\n", asked);
    if (!recording)
        printk("Conformance: %u passed, %u failed, %u skipped, %u not recorded\n", passed, failed,
               skipped, unrecorded);
    /* A machine whose domain 0 knows no ACPI can be reset only. */
    shutdown(is_dom0() ? SHUTDOWN_reboot : SHUTDOWN_poweroff);
}
