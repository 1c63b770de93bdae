package dev.zendo.hypervisor.trap;

import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.hypercall.VersionCalls;
import dev.zendo.hypervisor.time.SystemTime;
import java.nio.charset.StandardCharsets;

/**
 * What CPUID tells a guest (SDM volume 2, CPUID; Xen leaves from arch-x86/cpuid.h). The processor
 * is one that does not exist: what the engines execute, minus what a paravirtualised guest cannot
 * use. Stateless.
 */
public final class CpuidPolicy {
  /** Last Xen leaf. */
  private static final int XEN_LAST = 0x40000005;

  private static final int MAX_BASIC = 0xd;
  private static final int MAX_EXTENDED = 0x80000008;

  /** Family 6, model 0x1a (the first with SSE4.2), stepping 3. */
  public static final int SIGNATURE = 0x000106a3;

  private static final int BRAND = 0x80000002;
  private static final byte[] BRAND_STRING = brand("Zendo virtual processor");

  private static final int ADDRESS_BITS = 0x3029;
  private static final int MACHINE_ADDRESS_BITS = 41;

  /** CLFLUSH line of 64 bytes, in units of 8. */
  private static final int CLFLUSH = 8 << 8;

  /** SSE3, SSSE3, CX16, SSE4.1, SSE4.2, MOVBE, POPCNT, XSAVE, HYPERVISOR. */
  static final int LEAF1_ECX =
      1 | 1 << 9 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 22 | 1 << 23 | 1 << 26 | 1 << 31;

  /** FPU DE TSC MSR PAE MCE CX8 APIC SEP MCA CMOV PAT CLFSH MMX FXSR SSE SSE2. */
  static final int LEAF1_EDX =
      1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 11 | 1 << 14 | 1 << 15
          | 1 << 16 | 1 << 19 | 1 << 23 | 1 << 24 | 1 << 25 | 1 << 26;

  private static final int OSXSAVE = 1 << 27;

  /** FSGSBASE; the x87 data pointer is kept for exceptions only, its segments read as 0. */
  static final int LEAF7_EBX = 1 | 1 << 6 | 1 << 13;

  /** LAHF in long mode. */
  static final int EXTENDED_ECX = 1;

  /** SYSCALL, NX, RDTSCP, LM. */
  static final int EXTENDED_EDX = 1 << 11 | 1 << 20 | 1 << 27 | 1 << 29;

  private static final long CR4_OSXSAVE = 1 << 18;

  /** Bytes of an XSAVE area for x87 and SSE state. */
  private static final int XSAVE_SIZE = 576;

  /** State components that XCR0 may enable: x87 and SSE. */
  public static final long XCR0_MASK = 3;

  private CpuidPolicy() {}

  /**
   * Answers CPUID in the vcpu's registers.
   *
   * @param forced through the emulation prefix: shows OSXSAVE whatever CR4 says, as Xen does
   */
  public static void answer(Vcpu vcpu, boolean forced) {
    CpuState cpu = vcpu.cpu();
    int[] out = vcpu.traps().words();
    leaf(vcpu, (int) cpu.gpr(CpuState.RAX), (int) cpu.gpr(CpuState.RCX), forced, out);
    cpu.gpr(CpuState.RAX, out[0] & 0xffffffffL);
    cpu.gpr(CpuState.RBX, out[1] & 0xffffffffL);
    cpu.gpr(CpuState.RCX, out[2] & 0xffffffffL);
    cpu.gpr(CpuState.RDX, out[3] & 0xffffffffL);
  }

  /** Writes EAX, EBX, ECX, EDX of a leaf. Unknown ones are zero. */
  static void leaf(Vcpu vcpu, int leaf, int subleaf, boolean forced, int[] out) {
    set(out, 0, 0, 0, 0);
    if (leaf >= 0 && leaf <= MAX_BASIC) {
      basic(vcpu, leaf, subleaf, forced, out);
    } else if (leaf >= 0x40000000 && leaf <= XEN_LAST) {
      xen(leaf, subleaf, out);
    } else if (leaf <= MAX_EXTENDED) {
      // As signed numbers the extended leaves start at the smallest one.
      extended(leaf, out);
    }
  }

  private static void basic(Vcpu vcpu, int leaf, int subleaf, boolean forced, int[] out) {
    switch (leaf) {
      case 0 -> set(out, MAX_BASIC, 0x756e6547, 0x6c65746e, 0x49656e69);
      case 1 -> {
        boolean os = forced || (vcpu.cpu().field(CpuState.CR4) & CR4_OSXSAVE) != 0;
        set(out, SIGNATURE, CLFLUSH | 1 << 16, os ? LEAF1_ECX | OSXSAVE : LEAF1_ECX, LEAF1_EDX);
      }
      case 2 -> set(out, 1, 0, 0, 0);
      case 7 -> {
        if (subleaf == 0) {
          set(out, 0, LEAF7_EBX, 0, 0);
        }
      }
      case 0xd -> xsave(subleaf, out);
      default -> {}
    }
  }

  private static void xsave(int subleaf, int[] out) {
    if (subleaf == 0) {
      set(out, (int) XCR0_MASK, XSAVE_SIZE, XSAVE_SIZE, 0);
    }
  }

  private static void xen(int leaf, int subleaf, int[] out) {
    switch (leaf) {
      case 0x40000000 -> set(out, XEN_LAST, 0x566e6558, 0x65584d4d, 0x4d4d566e);
      case 0x40000001 -> set(out, VersionCalls.VERSION, 0, 0, 0);
      case 0x40000002 -> set(out, 1, MsrPolicy.HYPERCALL_PAGE, 1, 0);
      case 0x40000003 -> xenTime(subleaf, out);
      case 0x40000005 -> {
        if (subleaf == 0) {
          set(out, 0, MACHINE_ADDRESS_BITS, 0, 0);
        }
      }
      default -> {}
    }
  }

  private static void xenTime(int subleaf, int[] out) {
    switch (subleaf) {
      case 0 -> set(out, 1 << 1 | 1 << 2, 0, SystemTime.TSC_KHZ, 0);
      case 1 -> set(out, 0, 0, SystemTime.TSC_TO_SYSTEM_MUL, SystemTime.TSC_SHIFT);
      case 2 -> set(out, SystemTime.TSC_KHZ, 0, 0, 0);
      default -> {}
    }
  }

  private static void extended(int leaf, int[] out) {
    switch (leaf) {
      case 0x80000000 -> set(out, MAX_EXTENDED, 0, 0, 0);
      case 0x80000001 -> set(out, 0, 0, EXTENDED_ECX, EXTENDED_EDX);
      case 0x80000002, 0x80000003, 0x80000004 -> brandPart(leaf - BRAND, out);
      case 0x80000006 -> set(out, 0, 0, 0x01006040, 0);
      case 0x80000008 -> set(out, ADDRESS_BITS, 0, 0, 0);
      default -> {}
    }
  }

  private static void brandPart(int part, int[] out) {
    for (int i = 0; i < 4; i++) {
      int word = 0;
      for (int b = 3; b >= 0; b--) {
        word = word << 8 | BRAND_STRING[part * 16 + i * 4 + b];
      }
      out[i] = word;
    }
  }

  private static byte[] brand(String text) {
    byte[] bytes = new byte[48];
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, bytes, 0, Math.min(ascii.length, bytes.length - 1));
    return bytes;
  }

  private static void set(int[] out, int a, int b, int c, int d) {
    out[0] = a;
    out[1] = b;
    out[2] = c;
    out[3] = d;
  }
}
