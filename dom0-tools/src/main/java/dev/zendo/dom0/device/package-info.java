/**
 * What every device has in common: how the toolstack describes one in the store, and how a back end
 * and its frontend find each other and agree (Xen's {@code io/xenbus.h}).
 *
 * <h2>Toolstack</h2>
 *
 * {@link dev.zendo.dom0.device.DeviceSpec} says what a device shall be, {@link
 * dev.zendo.dom0.device.DeviceKeys} writes it into the store as xl does, for whatever domain serves
 * it.
 *
 * <h2>Back ends</h2>
 *
 * {@link dev.zendo.dom0.device.BackendBus} finds in the store what this domain shall serve, and
 * keeps for each device the state machine of its connection. The next kind of device is a {@link
 * dev.zendo.dom0.device.BackendDriver} and a {@link dev.zendo.dom0.device.Backend}; {@link
 * dev.zendo.dom0.device.BackendDevice} gives them keys, mappings and event channels, {@link
 * dev.zendo.dom0.device.BackRing} a ring whose other end may be hostile.
 *
 * <p>Negotiation, event handlers and store watches of all devices run on one thread, that of {@link
 * dev.zendo.dom0.control.EventPorts}; so a back end needs no locks until it starts threads of its
 * own.
 */
package dev.zendo.dom0.device;
