/**
 * Compares an engine with the host's own processor, instruction by instruction. {@link
 * dev.zendo.hypervisor.engine.differential.InsnGenerator} makes instructions from the rows of the
 * instruction table, {@link dev.zendo.hypervisor.engine.differential.CaseGenerator} register files
 * and memory for them, {@link dev.zendo.hypervisor.engine.differential.NativeCpu} and {@link
 * dev.zendo.hypervisor.engine.differential.GuestMachine} execute them, {@link
 * dev.zendo.hypervisor.engine.differential.Comparison} knows what the manuals leave undefined,
 * {@link dev.zendo.hypervisor.engine.differential.Selection} what is left out and why. {@link
 * dev.zendo.hypervisor.engine.differential.Sequence} does the same for several instructions with
 * branches. {@link dev.zendo.hypervisor.engine.differential.DifferentialBench} runs millions of
 * cases and prints totals per mnemonic.
 */
package dev.zendo.hypervisor.engine.differential;
