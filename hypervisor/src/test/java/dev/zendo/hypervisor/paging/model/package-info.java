/**
 * Every sequence of operations on a small memory, against a reference model.
 *
 * <p>{@link dev.zendo.hypervisor.paging.model.ModelState} is what two tiny domains have done so
 * far; {@link dev.zendo.hypervisor.paging.model.References} derives from it, from scratch, what
 * every frame is and what refers to it; {@link dev.zendo.hypervisor.paging.model.Model} says which
 * operations are allowed. {@link dev.zendo.hypervisor.paging.model.RealGuests} does the same
 * operations on the hypervisor and compares. {@link dev.zendo.hypervisor.paging.model.Explorer}
 * visits all states, breadth first.
 */
package dev.zendo.hypervisor.paging.model;
