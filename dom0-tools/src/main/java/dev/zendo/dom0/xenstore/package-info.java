/**
 * The store in the control domain: {@link dev.zendo.dom0.xenstore.StoreService} keeps one store per
 * machine and serves it to guests over their rings ({@code GuestRing}), and to programs of the host
 * over a Unix socket. {@code DomainKeys} writes what xl writes for a PV domain.
 */
package dev.zendo.dom0.xenstore;
