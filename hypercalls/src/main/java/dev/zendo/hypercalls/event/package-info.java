/**
 * Arguments of event_channel_op, states of ports, virtual interrupts, FIFO events. One class per C
 * structure, one per group of constants.
 */
package dev.zendo.hypercalls.event;
