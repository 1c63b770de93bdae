/**
 * Networks of the control domain.
 *
 * <ul>
 *   <li>{@link dev.zendo.dom0.net.wire}: what packets look like, checksums, segmentation
 *   <li>{@link dev.zendo.dom0.net.bridge}: the software switch between ports
 *   <li>{@link dev.zendo.dom0.net.vif}: the back end of guests' network interfaces
 *   <li>{@link dev.zendo.dom0.net.nat}: a network of the user's own with DHCP, DNS and the way out
 *   <li>{@link dev.zendo.dom0.net.capture}: packets to a pcapng file
 * </ul>
 *
 * <p>Switches and back ends belong to the control domain's event thread. Large packets cross a
 * switch in one piece, with their checksums still to be computed, and are only cut and summed for
 * ports that cannot take them so.
 */
package dev.zendo.dom0.net;
