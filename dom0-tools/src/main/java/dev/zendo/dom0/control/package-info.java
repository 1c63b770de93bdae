/**
 * The Java runtime of the control domain: what {@code libxenctrl} and its relatives are to a C
 * toolstack. {@link dev.zendo.dom0.control.ControlDomain} holds one of each:
 *
 * <ul>
 *   <li>{@link dev.zendo.dom0.control.CallGate}: hypercalls with their argument memory
 *   <li>{@link dev.zendo.dom0.control.DomainControl}: domains and their vcpus (domctl)
 *   <li>{@link dev.zendo.dom0.control.MemoryControl}: frames, foreign mappings, page-table pins
 *   <li>{@link dev.zendo.dom0.control.GrantMapper}: mapping what other domains grant
 *   <li>{@link dev.zendo.dom0.control.EventPorts}: event channels and the thread that serves them
 * </ul>
 *
 * <p>Everything goes through hypercalls of domain 0; nothing here touches an object of the
 * hypervisor.
 */
package dev.zendo.dom0.control;
