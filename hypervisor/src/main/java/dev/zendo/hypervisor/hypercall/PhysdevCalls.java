package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EBUSY;
import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;
import static dev.zendo.hypercalls.Errno.ESRCH;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.physdev.Apic;
import dev.zendo.hypercalls.physdev.Eoi;
import dev.zendo.hypercalls.physdev.GetFreePirq;
import dev.zendo.hypercalls.physdev.Irq;
import dev.zendo.hypercalls.physdev.IrqStatusQuery;
import dev.zendo.hypercalls.physdev.MapPirq;
import dev.zendo.hypercalls.physdev.PciDevice;
import dev.zendo.hypercalls.physdev.PhysdevOp;
import dev.zendo.hypercalls.physdev.PirqEoiGmfn;
import dev.zendo.hypercalls.physdev.SetIobitmap;
import dev.zendo.hypercalls.physdev.SetIopl;
import dev.zendo.hypercalls.physdev.SetupGsi;
import dev.zendo.hypercalls.physdev.UnmapPirq;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainMemory;
import dev.zendo.hypervisor.domain.Domains;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;

/**
 * physdev_op and its old form. There are no physical devices: what is left are the I/O privileges,
 * and the refusals that guests expect.
 */
public final class PhysdevCalls {
  /** Physical interrupt numbers that a domain may name (Xen: 16 legacy ones and some dynamic). */
  static final int PIRQS = 48;

  private static final HostView HOST = HostView.HOST;

  /** A command older than the header's first version. */
  private static final int IRQ_UNMASK_NOTIFY = 4;

  private static final int MAX_IOPL = 3;
  private static final int MAX_PORTS = 65536;
  private static final int COMPAT_UNION = 8;
  private static final int NEEDS_EOI = 1;

  private final Domains domains;
  private final DomainMemory memory;

  private PhysdevCalls(Domains domains, DomainMemory memory) {
    this.domains = domains;
    this.memory = memory;
  }

  /** Installs the handlers. */
  public static void register(HypercallTable table, Domains domains, DomainMemory memory) {
    PhysdevCalls calls = new PhysdevCalls(domains, memory);
    table.register(Hypercalls.PHYSDEV_OP, (v, a1, a2, a3, a4, a5) -> calls.op(v, (int) a1, a2));
    table.register(Hypercalls.PHYSDEV_OP_COMPAT, (v, a1, a2, a3, a4, a5) -> calls.compat(v, a1));
  }

  private long compat(Vcpu v, long pointer) {
    if (!v.guest().read(pointer, v.scratch(), Integer.BYTES)) {
      return -EFAULT;
    }
    return op(v, HOST.getInt(v.scratch()), pointer + COMPAT_UNION);
  }

  private long op(Vcpu v, int command, long pointer) {
    return switch (command) {
      case PhysdevOp.SET_IOPL -> setIopl(v, pointer);
      case PhysdevOp.SET_IOBITMAP -> setIobitmap(v, pointer);
      case IRQ_UNMASK_NOTIFY -> 0;
      case PhysdevOp.IRQ_STATUS_QUERY -> irqStatus(v, pointer);
      case PhysdevOp.EOI -> refuse(v, pointer, Eoi.LAYOUT, EINVAL);
      case PhysdevOp.PIRQ_EOI_GMFN_V1, PhysdevOp.PIRQ_EOI_GMFN_V2 -> eoiFrame(v, pointer);
      case PhysdevOp.MAP_PIRQ -> mapPirq(v, pointer);
      case PhysdevOp.UNMAP_PIRQ -> unmapPirq(v, pointer);
      case PhysdevOp.APIC_READ, PhysdevOp.APIC_WRITE -> refuse(v, pointer, Apic.LAYOUT, EPERM);
      case PhysdevOp.ALLOC_IRQ_VECTOR -> refuse(v, pointer, Irq.LAYOUT, EPERM);
      case PhysdevOp.SETUP_GSI -> refuse(v, pointer, SetupGsi.LAYOUT, EPERM);
      case PhysdevOp.GET_FREE_PIRQ -> freePirq(v, pointer);
      case PhysdevOp.MANAGE_PCI_ADD,
          PhysdevOp.MANAGE_PCI_REMOVE,
          PhysdevOp.MANAGE_PCI_ADD_EXT,
          PhysdevOp.RESTORE_MSI,
          PhysdevOp.RESTORE_MSI_EXT,
          PhysdevOp.PCI_DEVICE_ADD,
          PhysdevOp.PCI_DEVICE_REMOVE,
          PhysdevOp.PREPARE_MSIX,
          PhysdevOp.RELEASE_MSIX ->
          refuse(v, pointer, PciDevice.LAYOUT, EPERM);
      case PhysdevOp.PCI_MMCFG_RESERVED, PhysdevOp.DBGP_OP -> -EPERM;
      default -> -ENOSYS;
    };
  }

  private static long refuse(Vcpu v, long pointer, Layout layout, int errno) {
    return Arguments.read(v, pointer, layout) ? -errno : -EFAULT;
  }

  private static long setIopl(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, SetIopl.LAYOUT)) {
      return -EFAULT;
    }
    long level = SetIopl.IOPL.getUnsigned(HOST, v.scratch());
    if (level > MAX_IOPL) {
      return -EINVAL;
    }
    v.traps().iopl((int) level);
    return 0;
  }

  private static long setIobitmap(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, SetIobitmap.LAYOUT)) {
      return -EFAULT;
    }
    long bitmap = SetIobitmap.BITMAP.get(HOST, at);
    long ports = SetIobitmap.NR_PORTS.getUnsigned(HOST, at);
    boolean reachable =
        Arguments.addressable(bitmap) && Arguments.addressable(bitmap + MAX_PORTS / 8);
    if (ports > MAX_PORTS || !reachable) {
      return -EINVAL;
    }
    v.traps().ioBitmap(bitmap, (int) ports);
    return 0;
  }

  private static long irqStatus(Vcpu v, long pointer) {
    long at = v.scratch();
    if (!Arguments.read(v, pointer, IrqStatusQuery.LAYOUT)) {
      return -EFAULT;
    }
    if (IrqStatusQuery.IRQ.getUnsigned(HOST, at) >= PIRQS) {
      return -EINVAL;
    }
    IrqStatusQuery.FLAGS.set(HOST, at, NEEDS_EOI);
    return Arguments.write(v, pointer, IrqStatusQuery.LAYOUT) ? 0 : -EFAULT;
  }

  /** The page would hold a bit per physical interrupt; it must be one that the guest may write. */
  private long eoiFrame(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, PirqEoiGmfn.LAYOUT)) {
      return -EFAULT;
    }
    long mfn = PirqEoiGmfn.GMFN.get(HOST, v.scratch());
    if (v.domain().translated() || memory.acquireWritable(v.domain(), mfn) != 0) {
      return -EINVAL;
    }
    memory.releaseWritable(v.domain(), mfn);
    return v.domain().claimEoiFrame() ? 0 : -EBUSY;
  }

  /** All numbers are free, as nothing raises physical interrupts; none is set aside. */
  private static long freePirq(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, GetFreePirq.LAYOUT)) {
      return -EFAULT;
    }
    GetFreePirq.PIRQ.set(HOST, v.scratch(), PIRQS - 1);
    return Arguments.write(v, pointer, GetFreePirq.LAYOUT) ? 0 : -EFAULT;
  }

  private long mapPirq(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, MapPirq.LAYOUT)) {
      return -EFAULT;
    }
    return target(v, MapPirq.DOMID.get(HOST, v.scratch()));
  }

  private long unmapPirq(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, UnmapPirq.LAYOUT)) {
      return -EFAULT;
    }
    return target(v, UnmapPirq.DOMID.get(HOST, v.scratch()));
  }

  private long target(Vcpu v, int id) {
    Domain domain = Callers.any(domains, v, id);
    return domain == null ? -ESRCH : -EPERM;
  }
}
