/**
 * The memory half of the core as a whole: {@link dev.zendo.hypervisor.memory.MemoryCore} puts frame
 * table, paging and grants together for one machine and serves the other half; the other classes
 * are the hypercall {@code memory_op}.
 */
package dev.zendo.hypervisor.memory;
