package dev.zendo.dom0.net.nat.dhcp;

/**
 * What a DHCP server tells. Addresses are 32 bits.
 *
 * @param server its own address
 * @param mask of the network
 * @param router the way out; 0 for none
 * @param dns who knows names; 0 for nobody
 * @param first of the addresses that it gives
 * @param count of them
 */
public record DhcpConfig(int server, int mask, int router, int dns, int first, int count) {}
