package dev.zendo.hypervisor.engine.direct;

import dev.zendo.hypervisor.engine.x86.Feature;
import java.util.EnumSet;
import java.util.Set;

/** What the host's processor offers, as CPUID says. */
final class HostFeatures {
  private static final int OSXSAVE_AND_AVX = 3 << 27;
  private static final int SSE_AND_AVX_STATE = 6;

  private HostFeatures() {}

  /** Those of the floating-point and vector features of guests that the host has. */
  static Set<Feature> vectors() {
    Set<Feature> features =
        EnumSet.of(Feature.X87, Feature.MMX, Feature.SSE, Feature.SSE2); // of every 64-bit one
    int bits = leaf1();
    addIf(features, bits, 0, Feature.SSE3);
    addIf(features, bits, 9, Feature.SSSE3);
    addIf(features, bits, 19, Feature.SSE4_1);
    addIf(features, bits, 20, Feature.SSE4_2);
    return features;
  }

  private static void addIf(Set<Feature> features, int bits, int bit, Feature feature) {
    if ((bits >>> bit & 1) != 0) {
      features.add(feature);
    }
  }

  /** Whether the host has POPCNT. */
  static boolean popcnt() {
    return (leaf1() >>> 23 & 1) != 0;
  }

  /** Whether there are upper halves of vector registers in use, which AVX brought. */
  static boolean upperHalves() {
    if ((leaf1() & OSXSAVE_AND_AVX) != OSXSAVE_AND_AVX) {
      return false;
    }
    CodeBuffer code = new CodeBuffer();
    code.bytes(0x31, 0xc9, 0x0f, 0x01, 0xd0); // xor ecx, ecx; xgetbv
    return (HostProbe.run(code, Fields.CONTINUE) & SSE_AND_AVX_STATE) == SSE_AND_AVX_STATE;
  }

  /** ECX of CPUID leaf 1. */
  private static int leaf1() {
    CodeBuffer code = new CodeBuffer();
    code.bytes(0xb8).int32(1).bytes(0x0f, 0xa2, 0x89, 0xc8); // mov eax, 1; cpuid; mov eax, ecx
    return (int) HostProbe.run(code, Fields.CONTINUE);
  }
}
