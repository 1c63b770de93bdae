package dev.zendo.hypercalls.physdev;

import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.LayoutBuilder;
import dev.zendo.hypercalls.layout.U16;
import dev.zendo.hypercalls.layout.U8;

/** {@code struct physdev_pci_device}. Names a PCI device. */
public final class PciDevice {
  private static final LayoutBuilder C = Layout.struct("physdev_pci_device", "Names a PCI device.");
  public static final U16 SEG = C.u16("seg", "");
  public static final U8 BUS = C.u8("bus", "");
  public static final U8 DEVFN = C.u8("devfn", "");

  /** The whole structure. */
  public static final Layout LAYOUT = C.end();

  private PciDevice() {}
}
