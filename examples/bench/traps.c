/* Exceptions that the kernel handles itself: there, through the kit's dispatcher, and back. */
#include "bench.h"

static volatile uint64_t seen;
static char *hole;

/* Both faulting instructions are two bytes long. */
static bool step_over(struct trap_frame *frame)
{
    seen++;
    frame->rip += 2;
    return true;
}

void traps_prepare(void)
{
    trap_handle(TRAP_INVALID_OPCODE, step_over);
    trap_handle(TRAP_PAGE_FAULT, step_over);
    hole = page_alloc();
    if (!hole || pt_unmap((uint64_t)hole))
        panic("cannot unmap a page");
}

static uint64_t invalid_opcode(uint64_t count)
{
    uint64_t expected = seen + count;

    for (; count > 0; count--)
        __asm__ volatile("ud2" : : : "memory");
    return expected - seen;
}

static uint64_t page_fault(uint64_t count)
{
    uint64_t expected = seen + count;

    for (; count > 0; count--)
        __asm__ volatile("movl (%%rsi), %%eax" : : "S"(hole) : "rax", "memory");
    return expected - seen;
}

const struct benchmark trap_benchmarks[] = {
    {"trap_invalid_opcode", invalid_opcode, 1, false},
    {"trap_page_fault", page_fault, 1, false},
    {0}};
