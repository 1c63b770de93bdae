/**
 * The console backend: {@link dev.zendo.dom0.console.ConsoleRingView} moves bytes through the
 * shared page, {@link dev.zendo.dom0.console.ConsoleBackend} serves one domain's console, {@link
 * dev.zendo.dom0.console.ConsoleLog} keeps what the guest printed, and {@link
 * dev.zendo.dom0.console.HostTerminal} makes the terminal of this process the guest's console.
 */
package dev.zendo.dom0.console;
