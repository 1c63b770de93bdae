/**
 * The way between guest and hypervisor: the loop that runs a vcpu and serves its exits, entries of
 * the guest kernel (exceptions, events, system calls), emulated privileged instructions, and the
 * policies of CPUID and model-specific registers.
 */
package dev.zendo.hypervisor.trap;
