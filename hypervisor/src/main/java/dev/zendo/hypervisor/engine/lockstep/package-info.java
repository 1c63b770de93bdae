/**
 * Comparing two engines that execute the same guest code: after every step all that the
 * architecture defines must be the same on both.
 */
package dev.zendo.hypervisor.engine.lockstep;
