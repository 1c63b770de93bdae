/**
 * The scheduler: processor threads, the queue of runnable vcpus, blocking, pausing and the
 * accounting of where a vcpu's time went.
 */
package dev.zendo.hypervisor.sched;
