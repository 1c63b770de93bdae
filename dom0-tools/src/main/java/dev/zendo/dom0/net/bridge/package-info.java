/**
 * The software switch. {@link dev.zendo.dom0.net.bridge.Bridge} learns where addresses are and
 * passes frames between its {@link dev.zendo.dom0.net.bridge.BridgePort}s; behind each port stands
 * a {@link dev.zendo.dom0.net.bridge.Station}. One thread: the control domain's event thread.
 */
package dev.zendo.dom0.net.bridge;
