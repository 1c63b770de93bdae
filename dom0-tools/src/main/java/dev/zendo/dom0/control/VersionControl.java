package dev.zendo.dom0.control;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.version.CompileInfo;
import dev.zendo.hypercalls.version.PlatformParameters;
import dev.zendo.hypercalls.version.VersionOp;

/** What the hypervisor says of itself: the xen_version hypercall. Thread-safe. */
public final class VersionControl {
  /** Bytes of xen_extraversion_t. */
  private static final int EXTRA_VERSION = 16;

  /** Bytes of xen_capabilities_info_t. */
  private static final int CAPABILITIES = 1024;

  /** Bytes of xen_changeset_info_t. */
  private static final int CHANGESET = 64;

  private final CallGate gate;

  VersionControl(CallGate gate) {
    this.gate = gate;
  }

  /** The major version in the upper half, the minor one in the lower. */
  public int version() {
    return (int) call(VersionOp.VERSION, 0);
  }

  /** Bytes of a page. */
  public int pageSize() {
    return (int) call(VersionOp.PAGESIZE, 0);
  }

  /** What follows the numbers of the version; padded with zeros, as the other texts. */
  public byte[] extraVersion() {
    return answer(VersionOp.EXTRAVERSION, EXTRA_VERSION);
  }

  /** {@code struct xen_compile_info}. */
  public byte[] compileInfo() {
    return answer(VersionOp.COMPILE_INFO, CompileInfo.LAYOUT.size());
  }

  /** Which kinds of guests it runs. */
  public byte[] capabilities() {
    return answer(VersionOp.CAPABILITIES, CAPABILITIES);
  }

  /** Which state of its sources it was built from. */
  public byte[] changeset() {
    return answer(VersionOp.CHANGESET, CHANGESET);
  }

  /** {@code struct xen_platform_parameters}. */
  public byte[] platformParameters() {
    return answer(VersionOp.PLATFORM_PARAMETERS, PlatformParameters.LAYOUT.size());
  }

  private long call(int command, long argument) {
    return gate.check("asking for the version", Hypercalls.XEN_VERSION, command, argument, 0, 0);
  }

  private byte[] answer(int command, int size) {
    byte[] bytes = new byte[size];
    gate.lock().lock();
    try {
      long at = gate.clear(0, size);
      call(command, at);
      gate.memory().read(at, bytes, 0, size);
    } finally {
      gate.lock().unlock();
    }
    return bytes;
  }
}
