/**
 * Arguments of vcpu_op and the state of a vcpu. One class per C structure, one per group of
 * constants.
 */
package dev.zendo.hypercalls.vcpu;
