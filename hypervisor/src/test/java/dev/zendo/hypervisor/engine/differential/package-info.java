/**
 * Compares an engine with the host's own processor, instruction by instruction. {@link
 * dev.zendo.hypervisor.engine.differential.InsnGenerator} makes instructions from the rows of the
 * instruction table, {@link dev.zendo.hypervisor.engine.differential.CaseGenerator} register files
 * and memory for them, {@link dev.zendo.hypervisor.engine.differential.NativeCpu} and {@link
 * dev.zendo.hypervisor.engine.differential.GuestMachine} execute them, {@link
 * dev.zendo.hypervisor.engine.differential.Comparison} knows what the manuals leave undefined.
 */
package dev.zendo.hypervisor.engine.differential;
