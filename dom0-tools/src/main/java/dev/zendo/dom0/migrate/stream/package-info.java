/**
 * Xen's migration stream of a PV domain (docs/specs/libxc-migration-stream of Xen, versions 2 and
 * 3) as bytes: {@link dev.zendo.dom0.migrate.stream.StreamReader} takes one apart and tells a
 * {@link dev.zendo.dom0.migrate.stream.DomainSink}, {@link
 * dev.zendo.dom0.migrate.stream.StreamWriter} is a sink that writes one. Nothing here knows a
 * machine.
 */
package dev.zendo.dom0.migrate.stream;
