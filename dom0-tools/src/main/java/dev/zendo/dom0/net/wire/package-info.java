/**
 * What packets look like: numbers in network order, headers, checksums, and the cutting of large
 * TCP packets. Everything reads byte arrays that strangers filled, so every length is checked.
 */
package dev.zendo.dom0.net.wire;
