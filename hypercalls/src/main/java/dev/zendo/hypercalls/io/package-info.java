/**
 * Shared rings of the console and the store, the store's wire format. One class per C structure,
 * one per group of constants.
 */
package dev.zendo.hypercalls.io;
