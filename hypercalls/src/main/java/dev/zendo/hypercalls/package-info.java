/**
 * The paravirtual ABI as data. Nothing here has behaviour beyond reading, writing and printing.
 *
 * <p>{@link dev.zendo.hypercalls.Hypercalls} is the table of hypercalls and sub-operations, {@link
 * dev.zendo.hypercalls.CallText} prints calls by it. {@link dev.zendo.hypercalls.Errno}, {@link
 * dev.zendo.hypercalls.Selectors}, {@link dev.zendo.hypercalls.Domid} and their like hold numbers.
 * The structures are in one package per family ({@code start}, {@code event}, {@code grant}, ...),
 * described with {@code layout}; {@code generate} prints C headers and Markdown from all of it. The
 * numbers come from Xen's public headers, version 4.17.
 */
package dev.zendo.hypercalls;
