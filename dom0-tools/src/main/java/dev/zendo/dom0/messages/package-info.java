/**
 * What the hypervisor and the control domain have to say about domains, kept for whoever asks
 * later: {@code MachineMessages} takes it, {@code MessageRing} keeps the newest lines.
 */
package dev.zendo.dom0.messages;
