/**
 * A guest on two machines that pass through the same states, one on each engine: {@link
 * dev.zendo.dom0.lockstep.Twins} compares them after every step, {@link
 * dev.zendo.dom0.lockstep.LockstepLinux} boots Linux so.
 */
package dev.zendo.dom0.lockstep;
