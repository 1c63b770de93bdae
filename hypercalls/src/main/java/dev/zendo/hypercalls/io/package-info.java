/**
 * Shared rings of the console, the store, disks and network interfaces, the store's wire format.
 * One class per C structure, one per group of constants.
 */
package dev.zendo.hypercalls.io;
