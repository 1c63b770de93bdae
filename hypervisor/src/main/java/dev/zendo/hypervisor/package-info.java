/**
 * The hypervisor: a machine in this process that runs paravirtualised domains.
 *
 * <p>{@link dev.zendo.hypervisor.Hypervisor} builds one and owns its parts; each part has a package
 * of its own below.
 */
package dev.zendo.hypervisor;
