package dev.zendo.dom0.net.vif;

import java.util.LinkedHashMap;
import java.util.Map;

/** What an interface did; "tx" is what the guest sends. On the event thread. */
final class VifMetrics {
  long txPackets;
  long txBytes;
  long txErrors;
  long rxPackets;
  long rxBytes;
  long rxErrors;
  long rxDropped;
  long rxExpired;
  long rxStalls;
  long badGrants;
  long connects;
  long throttled;
  long held;

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("tx-packets", txPackets);
    map.put("tx-bytes", txBytes);
    map.put("tx-errors", txErrors);
    map.put("rx-packets", rxPackets);
    map.put("rx-bytes", rxBytes);
    map.put("rx-errors", rxErrors);
    map.put("rx-dropped", rxDropped);
    map.put("rx-expired", rxExpired);
    map.put("rx-stalls", rxStalls);
    map.put("bad-grants", badGrants);
    map.put("throttled", throttled);
    map.put("held", held);
    map.put("connects", connects);
    return map;
  }
}
