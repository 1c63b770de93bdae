/**
 * A TCP endpoint as a state machine (RFC 9293, 5681, 6298, 6582, 7323 for the window scale): it
 * knows segments, byte rings and the time that it is told, and neither sockets nor frames. One
 * thread.
 */
package dev.zendo.dom0.net.nat.tcp;
