package dev.zendo.dom0.net.nat;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a user network did. One writer; readers may see older values. */
final class NatMetrics {
  long malformed;
  long refused;
  long tcpOpened;
  long tcpFailed;
  long tcpForwarded;
  long tcpResent;
  long udpOpened;
  long udpFailed;
  long udpForwarded;
  long reassembled;
  long bytesOut;
  long bytesIn;
  long echoes;
  long leases;
  long failures;

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("malformed", malformed);
    map.put("refused", refused);
    map.put("tcp_opened", tcpOpened);
    map.put("tcp_failed", tcpFailed);
    map.put("tcp_forwarded", tcpForwarded);
    map.put("tcp_resent", tcpResent);
    map.put("udp_opened", udpOpened);
    map.put("udp_failed", udpFailed);
    map.put("udp_forwarded", udpForwarded);
    map.put("reassembled", reassembled);
    map.put("bytes_out", bytesOut);
    map.put("bytes_in", bytesIn);
    map.put("echoes", echoes);
    map.put("dhcp_answers", leases);
    map.put("failures", failures);
    return map;
  }
}
