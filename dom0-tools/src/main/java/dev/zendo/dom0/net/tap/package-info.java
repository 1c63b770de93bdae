/** A TAP interface of the host on a switch, where the host allows one. */
package dev.zendo.dom0.net.tap;
