/* What every image of the conformance suite is written with: a case is one line.
 *
 * A case asks the hypervisor one question and turns what came back into a short text: `0`, `-EINVAL`,
 * `0 status -3`, `#PF[2]`. The harness compares it with what Xen answered, which is linked into the
 * image (expected/), and prints one line of TAP. An exception during a case is an answer as well.
 *
 * Names are `operation/sub-operation/case`, or `operation/case`.
 */
#ifndef CONFORMANCE_HARNESS_H
#define CONFORMANCE_HARNESS_H

#include <zendo/zendo.h>

/* The cases of an image; called once. */
void family(void);

/* Whether this is domain 0, which may more. */
bool is_dom0(void);

/* ---- Cases ---- */

/* The result of a hypercall: an error by its name, small numbers in decimal, others in hex. */
#define CASE(name, value) ASK(name, answer_number((int64_t)(value)))
#define HEX(name, value) ASK(name, answer("0x%lx", (uint64_t)(value)))
#define YES(name, condition) ASK(name, answer((condition) ? "yes" : "no"))
/* A text of one's own, in the manner of printk; the first value, a call, comes before the others. */
#define TEXT(name, format, first, ...)               \
    ASK(name, {                                      \
        __auto_type first_ = (first);                \
        answer(format, first_, ##__VA_ARGS__);       \
    })
/* "ok" when the statement came to its end. */
#define DO(name, ...) ASK(name, { __VA_ARGS__; answer("ok"); })

#define ASK(name, ...)             \
    do {                           \
        if (case_begins() == 0) {  \
            __VA_ARGS__;           \
        }                          \
        case_ends(name);           \
    } while (0)

/* Gives 0, and 1 a second time when an exception ended the case. */
#define case_begins() (case_armed = 1, attempt(&case_attempt))
extern struct attempt case_attempt;
extern volatile uint32_t case_armed;
void case_ends(const char *name);
void answer(const char *format, ...) __attribute__((format(printf, 1, 2)));
void answer_number(int64_t result);

/* Appends " and the name of the errno or number" to an answer: "0 status -3". */
void answer_status(int64_t result, int status);
#define STATUS(name, result, status) ASK(name, answer_status(result, status))

/* ---- Hypercalls ---- */

/* HC(xen_version, XENVER_version, pointer): up to five arguments, of any type. */
#define HC(name, ...) HC_PICK(, ##__VA_ARGS__, 5, 4, 3, 2, 1, 0)(__HYPERVISOR_##name, ##__VA_ARGS__)
#define HC_PICK(_, a, b, c, d, e, n, ...) HC##n
#define U(x) ((uint64_t)(x))
#define HC0(nr) hypercall5(nr, 0, 0, 0, 0, 0)
#define HC1(nr, a) hypercall5(nr, U(a), 0, 0, 0, 0)
#define HC2(nr, a, b) hypercall5(nr, U(a), U(b), 0, 0, 0)
#define HC3(nr, a, b, c) hypercall5(nr, U(a), U(b), U(c), 0, 0)
#define HC4(nr, a, b, c, d) hypercall5(nr, U(a), U(b), U(c), U(d), 0)
#define HC5(nr, a, b, c, d, e) hypercall5(nr, U(a), U(b), U(c), U(d), U(e))

/* ---- Pointers that are none ---- */

#define UNMAPPED 0x500000000000UL      /* a user address without page tables */
#define HYPERVISORS 0xffff804000000000UL /* behind the machine-to-phys table: not the guest's */
#define NON_CANONICAL 0x0000800000001000UL
/* A page that can be read only. */
extern char *const readonly_page;
/* The last bytes of a page before one that is not mapped: `size` fit. */
void *before_gap(size_t size);

/* Four cases of a call with a pointer that cannot be read; `expression` names it `pointer`. */
#define BAD_POINTERS(operation, expression)                                            \
    do {                                                                               \
        static const struct {                                                          \
            const char *name;                                                          \
            uint64_t address;                                                          \
        } bad_[] = {{operation "/null", 0},                                            \
                    {operation "/unmapped", UNMAPPED},                                 \
                    {operation "/hypervisors", HYPERVISORS},                           \
                    {operation "/non-canonical", NON_CANONICAL}};                      \
        for (volatile unsigned bad_i_ = 0; bad_i_ < 4; bad_i_++)                       \
            CASE(bad_[bad_i_].name, ({                                                 \
                     void *pointer = (void *)bad_[bad_i_].address;                     \
                     (expression);                                                     \
                 }));                                                                  \
    } while (0)

/* ---- Things to play with ---- */

/* A zeroed page of its own; never fails. */
void *new_page(void);
/* The same page mapped read-only, as page tables must be. */
void *new_table(void);
/* A frame that belongs to somebody else: the first one of the machine-to-phys table's space that is
 * memory of the hypervisor. */
#define FOREIGN_MFN 0x1UL
#define INVALID_MFN (~0UL)
#define ABSENT_MFN 0xfffffffUL /* behind all memory */

/* An unused unbound port, closed again with close_port(). */
evtchn_port_t open_port(void);
void close_port(evtchn_port_t port);
bool port_pending(evtchn_port_t port);

/* ---- Exceptions ---- */

/* Gets every exception during a case before it becomes the answer; true when it was dealt with. */
extern trap_handler *exception_filter;

/* Runs code in user mode until it makes a system call or traps: what happened is the answer.
 * `code` is copied to USER_CODE; the stack ends at USER_STACK. */
#define USER_CODE 0x400000UL
#define USER_STACK 0x800000UL
void user_answer(const void *code, size_t size);

#endif
