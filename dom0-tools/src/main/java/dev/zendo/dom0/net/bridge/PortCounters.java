package dev.zendo.dom0.net.bridge;

import java.util.LinkedHashMap;
import java.util.Map;

/** What went through a port, seen from the switch. One writer; readers may see older values. */
public final class PortCounters {
  long framesIn;
  long bytesIn;
  long framesOut;
  long bytesOut;
  long malformed;
  long spoofed;

  PortCounters() {}

  /** Frames that the station sent. */
  public long framesIn() {
    return framesIn;
  }

  /** Frames that were passed to the station; large ones count once. */
  public long framesOut() {
    return framesOut;
  }

  /** Frames dropped because another station's address stood in them. */
  public long spoofed() {
    return spoofed;
  }

  /** Frames dropped because they were none. */
  public long malformed() {
    return malformed;
  }

  /** All of them, by name. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("frames-sent", framesIn);
    map.put("bytes-sent", bytesIn);
    map.put("frames-received", framesOut);
    map.put("bytes-received", bytesOut);
    map.put("malformed", malformed);
    map.put("spoofed", spoofed);
    return map;
  }
}
