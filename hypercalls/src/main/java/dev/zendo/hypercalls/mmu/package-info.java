/** Page-table updates and multicalls. One class per C structure, one per group of constants. */
package dev.zendo.hypercalls.mmu;
