/** Traces: one decoded line for each hypercall, event or trap, for people who debug a guest. */
package dev.zendo.hypervisor.trace;
