/**
 * The process behind {@code zl}'s verbs: one machine with its domains, and the Unix socket where it
 * is asked. {@code Daemon} puts the parts together; {@code DaemonServer} and {@code Conversation}
 * speak the protocol of docs/daemon.md; {@code ...Methods} are what can be asked; {@code
 * DomainTable} and {@code ManagedDomain} are what domains go through from creation to end.
 */
package dev.zendo.dom0.daemon;
