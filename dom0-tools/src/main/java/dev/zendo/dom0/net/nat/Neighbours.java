package dev.zendo.dom0.net.nat;

import java.util.HashMap;
import java.util.Map;

/** Which station has which address of the network. Bounded; one thread. */
final class Neighbours {
  private static final int MOST = 1024;

  private final Map<Integer, Long> stations = new HashMap<>();

  /** Notes that a station used an address. */
  void learn(int address, long station) {
    if (stations.size() < MOST || stations.containsKey(address)) {
      stations.put(address, station);
    }
  }

  /** The station with an address; 0 when nobody knows. */
  long find(int address) {
    return stations.getOrDefault(address, 0L);
  }
}
