/** Answers of xen_version. One class per C structure, one per group of constants. */
package dev.zendo.hypercalls.version;
