/**
 * How C structures are described: {@link dev.zendo.hypercalls.layout.LayoutBuilder} lays members
 * out by the rules of the x86-64 C ABI, {@link dev.zendo.hypercalls.layout.Field} and its
 * implementations read and write them, {@link dev.zendo.hypercalls.layout.Layout} and {@link
 * dev.zendo.hypercalls.layout.Member} are what the generators print.
 */
package dev.zendo.hypercalls.layout;
