/**
 * Time: the substitutable clock of the machine, the timers that run on it, and what guests see of
 * it (time stamp counter, pvclock areas, wall clock).
 */
package dev.zendo.hypervisor.time;
