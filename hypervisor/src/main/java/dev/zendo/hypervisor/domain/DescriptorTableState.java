package dev.zendo.hypervisor.domain;

/**
 * What descriptor tables a vcpu has.
 *
 * @param gdtEntries descriptors of the global table
 * @param ldtBase address of the local table, 0 if there is none
 * @param ldtEntries descriptors of the local table
 */
public record DescriptorTableState(int gdtEntries, long ldtBase, int ldtEntries) {}
