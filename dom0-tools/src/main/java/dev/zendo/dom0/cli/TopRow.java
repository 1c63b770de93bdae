package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A domain in {@code zl top}.
 *
 * @param domain its counters
 * @param cpuPercent of one processor, since the table before
 * @param memoryKib that the machine has
 */
record TopRow(JsonNode domain, double cpuPercent, long memoryKib) {
  /** The states of xentop, and their letters, in its order. */
  private static final String[] STATES = {
    "dying", "shutdown", "blocked", "crashed", "paused", "running"
  };

  String name() {
    return domain.path("name").asText();
  }

  int id() {
    return domain.path("domid").asInt();
  }

  String flags() {
    String state = domain.path("state").asText();
    StringBuilder flags = new StringBuilder();
    for (String each : STATES) {
      flags.append(each.equals(state) ? each.charAt(0) : '-');
    }
    return flags.toString();
  }

  double number(String key) {
    return domain.path(key).asDouble();
  }

  double percentOfMemory(String key) {
    return memoryKib == 0 ? 0 : 100.0 * number(key) / memoryKib;
  }

  /** How many devices of a kind it has. */
  double count(String devices) {
    return domain.path(devices).size();
  }

  /** A counter of all its devices of a kind. */
  double sum(String devices, String key) {
    double sum = 0;
    for (JsonNode device : domain.path(devices)) {
      sum += device.path(key).asDouble();
    }
    return sum;
  }
}
