/**
 * Traces: one decoded line for each hypercall, event or trap, for people who debug a guest. And
 * samples of where vcpus are, for people who make a guest faster.
 */
package dev.zendo.hypervisor.trace;
