/**
 * Saving and restoring domains. {@link dev.zendo.dom0.migrate.DomainSaver} turns a suspended domain
 * into Xen's migration stream, {@link dev.zendo.dom0.migrate.DomainRestorer} builds a domain from
 * one; {@link dev.zendo.dom0.migrate.SavedFile} is the file around it, ours or xl's.
 */
package dev.zendo.dom0.migrate;
