/**
 * The control domain's port: how Java code acts as domain 0. It reaches the hypervisor through the
 * ordinary dispatcher and nothing else.
 */
package dev.zendo.hypervisor.control;
