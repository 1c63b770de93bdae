/** Event channels: ports, virtual interrupts, inter-processor interrupts, and their delivery. */
package dev.zendo.hypervisor.event;
