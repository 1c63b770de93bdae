package dev.zendo.hypervisor.engine.differential;

import dev.zendo.hypervisor.engine.x86.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What Linux says of the processor that serves as the oracle. */
final class HostProcessor {
  private static final Map<Feature, String> FLAGS = new EnumMap<>(Feature.class);

  static {
    FLAGS.put(Feature.SSE3, "pni");
    FLAGS.put(Feature.SSSE3, "ssse3");
    FLAGS.put(Feature.SSE4_1, "sse4_1");
    FLAGS.put(Feature.SSE4_2, "sse4_2");
    FLAGS.put(Feature.CX16, "cx16");
    FLAGS.put(Feature.POPCNT, "popcnt");
    FLAGS.put(Feature.MOVBE, "movbe");
    FLAGS.put(Feature.FSGSBASE, "fsgsbase");
  }

  private static final String VENDOR = value("vendor_id");
  private static final Set<String> PRESENT = Set.copyOf(List.of(value("flags").split(" ")));

  private HostProcessor() {}

  /** Whether the processor is Intel's, like the one that CPUID shows to guests. */
  static boolean isIntel() {
    return VENDOR.equals("GenuineIntel");
  }

  /** Whether the processor is AMD's, which differs from Intel's in the ways of {@link AmdForm}. */
  static boolean isAmd() {
    return VENDOR.equals("AuthenticAMD");
  }

  /** Whether the processor has a feature. */
  static boolean has(Feature feature) {
    String flag = FLAGS.get(feature);
    return flag == null || PRESENT.contains(flag);
  }

  /**
   * Whether FXSAVE stores the x87 pointers also when no exception is pending (APM volume 3, CPUID
   * Fn8000_0008 EBX bit 2).
   */
  static boolean alwaysSavesPointers() {
    return !isAmd() || PRESENT.contains("xsaveerptr");
  }

  private static String value(String key) {
    Path file = Path.of("/proc/cpuinfo");
    try {
      for (String line : Files.isReadable(file) ? Files.readAllLines(file) : List.<String>of()) {
        String[] parts = line.split("\\s*:\\s*", 2);
        if (parts.length == 2 && parts[0].equals(key)) {
          return parts[1];
        }
      }
    } catch (IOException e) {
      return "";
    }
    return "";
  }
}
