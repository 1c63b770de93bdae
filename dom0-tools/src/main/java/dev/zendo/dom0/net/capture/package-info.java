/**
 * Packets to a file: {@link dev.zendo.dom0.net.capture.PcapngWriter} knows the format, {@link
 * dev.zendo.dom0.net.capture.Capture} looks at a switch and has a thread of its own write.
 */
package dev.zendo.dom0.net.capture;
