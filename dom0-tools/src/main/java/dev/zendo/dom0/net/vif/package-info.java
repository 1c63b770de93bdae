/**
 * Network interfaces of guests ({@code vif}): {@link dev.zendo.dom0.net.vif.VifSpec} is what the
 * user wrote, {@link dev.zendo.dom0.net.vif.VifDriver} the driver, {@link
 * dev.zendo.dom0.net.vif.VifBackend} one interface.
 */
package dev.zendo.dom0.net.vif;
