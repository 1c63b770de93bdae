/**
 * Arguments of platform_op and xenpmu_op. One class per C structure, one per group of constants.
 */
package dev.zendo.hypercalls.platform;
