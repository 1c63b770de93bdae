/**
 * Exception handlers, callbacks, the iret frame. One class per C structure, one per group of
 * constants.
 */
package dev.zendo.hypercalls.trap;
