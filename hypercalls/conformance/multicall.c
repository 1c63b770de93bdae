/* multicall: lists of hypercalls, good and bad. */
#include "harness.h"

static struct multicall_entry list[4];

static void fill(uint64_t op0, uint64_t op1, uint64_t op2)
{
    memset(list, 0, sizeof(list));
    list[0].op = op0;
    list[1].op = op1;
    list[2].op = op2;
    for (unsigned i = 0; i < 4; i++)
        list[i].result = 0x5555;
}

#define RESULTS(name, a, b, c, count)                                                           \
    TEXT("multicall/" name, "%ld: %ld %ld %ld",                                                  \
         (fill(a, b, c), HC(multicall, list, count)), (int64_t)list[0].result,                   \
         (int64_t)list[1].result, (int64_t)list[2].result)
#define V __HYPERVISOR_xen_version

void family(void)
{
    static struct multicall_entry inner[1];

    CASE("multicall/three", (fill(V, V, V), HC(multicall, list, 3)));
    RESULTS("three-results", V, V, V, 3);
    RESULTS("two-of-three", V, V, V, 2);
    RESULTS("none", V, V, V, 0);
    RESULTS("unknown-call-goes-on", V, 63, V, 3);
    RESULTS("large-number", V, 1UL << 40, V, 3);
    RESULTS("number-with-high-bits", V, (1UL << 32) | V, V, 3);
    RESULTS("negative-number", V, ~0UL, V, 3);
    CASE("multicall/null-none", HC(multicall, NULL, 0));
    CASE("multicall/null", HC(multicall, NULL, 1));
    CASE("multicall/unmapped", HC(multicall, UNMAPPED, 1));
    CASE("multicall/hypervisors", HC(multicall, HYPERVISORS, 1));
    CASE("multicall/hypervisors-none", HC(multicall, HYPERVISORS, 0));
    CASE("multicall/non-canonical", HC(multicall, NON_CANONICAL, 1));
    CASE("multicall/most", HC(multicall, list, ~0UL));
    CASE("multicall/into-gap", ({
             fill(V, V, V); memcpy(before_gap(96), list, 96); HC(multicall, before_gap(96), 2); }));
    TEXT("multicall/into-gap-first-done", "%ld", ({
             fill(V, V, V); memcpy(before_gap(96), list, 96); HC(multicall, before_gap(96), 2);
             (int64_t)((struct multicall_entry *)before_gap(96))->result; }));
    CASE("multicall/readonly", HC(multicall, readonly_page + 64, 1));
    HC(set_trap_table, trap_table); /* an entry of zeros clears it */
    TEXT("multicall/nested", "%ld: %ld", ({
             fill(__HYPERVISOR_multicall, V, V); inner[0].op = V;
             list[0].args[0] = (uint64_t)inner; list[0].args[1] = 1;
             HC(multicall, list, 2); }), (int64_t)list[0].result);
    TEXT("multicall/after-nested", "%ld", (int64_t)list[1].result);
    TEXT("multicall/errors-are-results", "%ld: %ld %ld", ({
             fill(V, V, V); list[0].args[0] = 99; HC(multicall, list, 2); }),
         (int64_t)list[0].result, (int64_t)list[1].result);
    YES("multicall/keeps-arguments", ({
            fill(V, V, V); list[0].args[5] = 77; HC(multicall, list, 1);
            list[0].args[5] == 77 && list[0].op == V; }));
    TEXT("multicall/event-in-it", "%ld", ({
             evtchn_port_t port; struct evtchn_bind_ipi bind = {.vcpu = 0};
             event_channel_op(EVTCHNOP_bind_ipi, &bind); port = bind.port;
             fill(__HYPERVISOR_event_channel_op, V, V); list[0].args[0] = EVTCHNOP_send;
             list[0].args[1] = (uint64_t)&port; HC(multicall, list, 1); close_port(port);
             (int64_t)list[0].result; }));
    TEXT("multicall/yield", "%ld", ({
             fill(__HYPERVISOR_sched_op, V, V); HC(multicall, list, 2); (int64_t)list[0].result; }));
    CASE("multicall/misaligned", ({
             fill(V, V, V); memcpy((char *)list + 64 + 1, list, 64);
             HC(multicall, (char *)list + 65, 1); }));
    CASE("hypercall/unknown-11", hypercall5(11, 0, 0, 0, 0, 0));
    CASE("hypercall/unknown-43", hypercall5(43, 0, 0, 0, 0, 0));
    CASE("hypercall/unknown-47", hypercall5(47, 0, 0, 0, 0, 0));
    CASE("hypercall/unknown-50", hypercall5(50, 0, 0, 0, 0, 0));
    CASE("hypercall/unknown-55", hypercall5(55, 0, 0, 0, 0, 0));
    CASE("hypercall/unknown-56", hypercall5(56, 0, 0, 0, 0, 0));
    CASE("hypercall/unknown-63", hypercall5(63, 0, 0, 0, 0, 0));
    CASE("hypercall/unknown-64", hypercall5(64, 0, 0, 0, 0, 0));
    CASE("hypercall/unknown-4096", hypercall5(4096, 0, 0, 0, 0, 0));
    CASE("hypercall/number-above-32-bits", hypercall5(1UL << 32 | V, 0, 0, 0, 0, 0));
    CASE("hypercall/negative", hypercall5(~0UL, 0, 0, 0, 0, 0));
}
