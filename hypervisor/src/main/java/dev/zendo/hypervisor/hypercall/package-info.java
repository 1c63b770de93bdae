/**
 * Hypercalls: the table by number, the dispatcher, multicall, and one class per family of calls.
 *
 * <p>A family implements {@link dev.zendo.hypervisor.hypercall.HypercallHandler} and is registered
 * in the {@link dev.zendo.hypervisor.hypercall.HypercallTable} of the machine. Arguments are copied
 * from the guest once, into the scratch memory of the calling vcpu, and checked there.
 */
package dev.zendo.hypervisor.hypercall;
