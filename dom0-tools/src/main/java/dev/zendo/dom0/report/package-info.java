/**
 * Reports about guests that crashed: {@link dev.zendo.dom0.report.CrashReport} is the text, {@link
 * dev.zendo.dom0.report.GuestVirtualMemory} reads a stopped guest through its own page tables.
 */
package dev.zendo.dom0.report;
