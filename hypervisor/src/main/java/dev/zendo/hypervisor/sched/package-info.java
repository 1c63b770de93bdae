/**
 * The scheduler: which vcpu runs on which processor, why others do not, and where their time went.
 *
 * <ul>
 *   <li>{@link dev.zendo.hypervisor.sched.Scheduler}: what the rest of the hypervisor asks for
 *   <li>{@code CreditPolicy}, {@code Caps}: the rules; {@code RunQueue}, {@code Processors}: what
 *       they are about; {@code Dispatch}: puts them together
 *   <li>{@code Workers}: the threads
 *   <li>{@link dev.zendo.hypervisor.sched.VcpuSchedule}, {@link
 *       dev.zendo.hypervisor.sched.DomainShare}: what is kept for a vcpu and a domain
 * </ul>
 */
package dev.zendo.hypervisor.sched;
