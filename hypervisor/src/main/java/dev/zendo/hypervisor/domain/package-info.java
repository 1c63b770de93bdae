/**
 * Domains and vcpus: the objects every other part of the core hangs on.
 *
 * <p>A {@link dev.zendo.hypervisor.domain.Domain} holds what its vcpus share, a {@link
 * dev.zendo.hypervisor.domain.Vcpu} the state of one processor as the hypervisor sees it (the
 * architectural state is in its {@code CpuState}). {@link dev.zendo.hypervisor.domain.DomainMemory}
 * is the border to the memory half of the core, {@link dev.zendo.hypervisor.domain.GuestAccess} the
 * only way to guest pointers.
 */
package dev.zendo.hypervisor.domain;
