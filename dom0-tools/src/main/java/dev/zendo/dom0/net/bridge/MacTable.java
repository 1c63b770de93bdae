package dev.zendo.dom0.net.bridge;

import java.util.Arrays;

/**
 * Where MAC addresses were seen last. Bounded, in all and for each port, so that a station that
 * invents addresses neither fills memory nor drives out the others' entries. One thread.
 */
final class MacTable {
  private static final int WAYS = 4;
  private static final int SETS = 1024;

  /** Addresses that may be behind one port: one station cannot fill the table. */
  static final int PER_PORT = 512;

  private final long[] addresses = new long[SETS * WAYS];
  private final long[] seen = new long[SETS * WAYS];
  private final BridgePort[] ports = new BridgePort[SETS * WAYS];
  private final long age;

  /** With the time after which an address that was not seen is forgotten, in nanoseconds. */
  MacTable(long age) {
    this.age = age;
  }

  private static int set(long address) {
    long mixed = address * 0x9e37_79b9_7f4a_7c15L;
    return (int) (mixed >>> 54) * WAYS;
  }

  /** The port behind which an address is; null when nobody knows. */
  BridgePort find(long address, long now) {
    int set = set(address);
    for (int i = set; i < set + WAYS; i++) {
      if (ports[i] != null && addresses[i] == address) {
        return now - seen[i] < age ? ports[i] : null;
      }
    }
    return null;
  }

  /** Notes that an address was seen at a port. */
  void learn(long address, BridgePort port, long now) {
    int set = set(address);
    int victim = -1;
    for (int i = set; i < set + WAYS; i++) {
      if (ports[i] != null && addresses[i] == address) {
        move(i, port, now);
        return;
      }
      boolean free = ports[i] == null || now - seen[i] >= age;
      if (free || ports[i] == port && victim < 0) {
        victim = i;
      }
    }
    if (victim >= 0 && (port.learned < PER_PORT || ports[victim] == port)) {
      drop(victim);
      addresses[victim] = address;
      ports[victim] = port;
      seen[victim] = now;
      port.learned++;
    }
  }

  private void move(int entry, BridgePort port, long now) {
    if (ports[entry] != port) {
      if (port.learned >= PER_PORT) {
        return;
      }
      ports[entry].learned--;
      port.learned++;
      ports[entry] = port;
    }
    seen[entry] = now;
  }

  private void drop(int entry) {
    if (ports[entry] != null) {
      ports[entry].learned--;
      ports[entry] = null;
    }
  }

  /** Forgets what is behind a port. */
  void forget(BridgePort port) {
    for (int i = 0; i < ports.length; i++) {
      if (ports[i] == port) {
        drop(i);
      }
    }
  }

  /** Number of entries. */
  int size() {
    return (int) Arrays.stream(ports).filter(port -> port != null).count();
  }
}
