/**
 * The way from one daemon to another: {@link dev.zendo.dom0.migrate.peer.PeerLink} is a connection,
 * {@link dev.zendo.dom0.migrate.peer.Carrier} a process of its own that speaks TLS for a daemon.
 */
package dev.zendo.dom0.migrate.peer;
