/** A DHCP server for the guests of one switch (RFC 2131, 2132). One thread. */
package dev.zendo.dom0.net.nat.dhcp;
