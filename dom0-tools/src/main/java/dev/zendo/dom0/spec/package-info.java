/**
 * Descriptions that users write in one line, such as {@code mac=..,bridge=..}: a {@link
 * dev.zendo.dom0.spec.KeyTable} says which keys there are, {@link dev.zendo.dom0.spec.KeyValues} is
 * what one description says. The classes of the devices say what it means.
 */
package dev.zendo.dom0.spec;
