/** Arguments of sched_op. One class per C structure, one per group of constants. */
package dev.zendo.hypercalls.sched;
