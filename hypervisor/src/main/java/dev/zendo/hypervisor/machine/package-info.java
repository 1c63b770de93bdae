/**
 * The machine's memory: raw host memory ({@link dev.zendo.hypervisor.machine.HostMemory}), frames
 * ({@link dev.zendo.hypervisor.machine.MachineMemory}), who owns and uses each of them ({@link
 * dev.zendo.hypervisor.machine.FrameTable}), which of them are free ({@link
 * dev.zendo.hypervisor.machine.FrameAllocator}) and the table from machine to pseudo-physical frame
 * numbers that guests read ({@link dev.zendo.hypervisor.machine.MachToPhys}).
 *
 * <p>Nothing here knows what a domain is beyond its number.
 */
package dev.zendo.hypervisor.machine;
