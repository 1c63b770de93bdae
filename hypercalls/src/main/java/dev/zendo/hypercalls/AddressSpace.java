package dev.zendo.hypercalls;

/** Virtual addresses that belong to the hypervisor (arch-x86/xen-x86_64.h). */
public final class AddressSpace {
  public static final long HYPERVISOR_VIRT_START = 0xffff800000000000L;
  public static final long HYPERVISOR_VIRT_END = 0xffff880000000000L;
  public static final long MACH2PHYS_VIRT_START = 0xffff800000000000L;
  public static final long MACH2PHYS_VIRT_END = 0xffff804000000000L;

  private AddressSpace() {}
}
