package dev.zendo.dom0.migrate.stream;

/** The parts of a vcpu's state, each in a record of its own. */
public enum VcpuRecord {
  /** A vcpu_guest_context. */
  BASIC(4),
  /** A xen_domctl_ext_vcpucontext. */
  EXTENDED(5),
  /** XCR0, all that was ever set in it, and the XSAVE area. */
  XSAVE(6),
  /** Model-specific registers. */
  MSRS(12);

  private final int type;

  VcpuRecord(int type) {
    this.type = type;
  }

  int type() {
    return type;
  }

  /** What a type of record stands for; null if not for a vcpu. */
  static VcpuRecord of(int type) {
    for (VcpuRecord each : values()) {
      if (each.type == type) {
        return each;
      }
    }
    return null;
  }
}
