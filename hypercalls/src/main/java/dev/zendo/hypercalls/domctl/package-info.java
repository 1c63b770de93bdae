/** Arguments of domctl. One class per C structure, one per group of constants. */
package dev.zendo.hypercalls.domctl;
