/**
 * A network of the user's own, as guests see it: a station on a switch that gives out addresses
 * (DHCP), answers for the gateway, and passes guests' connections on through ordinary sockets of
 * this process, without any privilege on the host.
 *
 * <p>{@link dev.zendo.dom0.net.nat.UserNetwork} is the border: frames come from and go to the
 * switch on the event thread. All else runs on one thread of its own, {@link
 * dev.zendo.dom0.net.nat.NatLoop}, which also waits for the sockets. {@link
 * dev.zendo.dom0.net.nat.PacketRouter} looks what a packet is.
 */
package dev.zendo.dom0.net.nat;
