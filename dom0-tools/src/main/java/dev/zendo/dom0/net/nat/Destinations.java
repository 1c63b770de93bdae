package dev.zendo.dom0.net.nat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * Where guests may go, and by which socket address of the host. The host's loopback interface is
 * reached through the gateway's address alone, and only when that is allowed.
 */
final class Destinations {
  private static final int DNS_PORT = 53;
  private static final int LOOPBACK = 0x7f00_0001;

  private final NetworkSpec spec;
  private final Lan lan;
  private final Resolvers resolvers;
  private final Set<InetAddress> onLoopback;

  Destinations(NetworkSpec spec, Resolvers resolvers) {
    this(spec, resolvers, loopbackAddresses());
  }

  Destinations(NetworkSpec spec, Resolvers resolvers, Set<InetAddress> onLoopback) {
    this.spec = spec;
    this.lan = spec.lan();
    this.resolvers = resolvers;
    this.onLoopback = Set.copyOf(onLoopback);
  }

  /** A host may give its loopback interface more addresses than 127.0.0.1. */
  private static Set<InetAddress> loopbackAddresses() {
    Set<InetAddress> addresses = new HashSet<>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (each.isLoopback()) {
          addresses.addAll(Collections.list(each.getInetAddresses()));
        }
      }
    } catch (SocketException e) {
      // Without a list of interfaces the usual addresses are still refused.
      return addresses;
    }
    return addresses;
  }

  /**
   * Whether an address is that of one station somewhere: not this host (0 and 127), a link's own
   * (169.254, which routers do not pass on: RFC 3927), a group's or reserved (224 and above).
   */
  static boolean ordinary(int address) {
    int top = address >>> 24;
    return top != 0 && top != 127 && top < 224 && address >>> 16 != 0xa9fe;
  }

  /** The host's address for a guest's destination; null when it may not go there. */
  InetSocketAddress find(int address, int port) {
    if (port == 0 || !spec.nat()) {
      return null;
    }
    if (address == lan.gateway()) {
      return spec.hostLoopback() ? new InetSocketAddress(IpAddress.inet(LOOPBACK), port) : null;
    }
    if (address == lan.dns()) {
      return port == DNS_PORT ? resolvers.current() : null;
    }
    if (lan.contains(address) || !ordinary(address)) {
      return null;
    }
    InetAddress there = IpAddress.inet(address);
    return onLoopback.contains(there) ? null : new InetSocketAddress(there, port);
  }

  /** Whether an address outside may be asked for an echo. */
  InetAddress echo(int address) {
    InetSocketAddress there = find(address, 1);
    return there == null || lan.contains(address) ? null : there.getAddress();
  }

  /** Whether this asks the host's name server. */
  boolean name(int address) {
    return address == lan.dns();
  }

  /** The name server did not answer. */
  void silent(InetSocketAddress resolver) {
    resolvers.silent(resolver);
  }
}
