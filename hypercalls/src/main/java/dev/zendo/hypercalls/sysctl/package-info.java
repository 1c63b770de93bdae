/** Arguments of sysctl. One class per C structure, one per group of constants. */
package dev.zendo.hypercalls.sysctl;
