package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;

import dev.zendo.hypercalls.AddressSpace;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.VmAssist;
import dev.zendo.hypercalls.VmAssistCommand;
import dev.zendo.hypercalls.version.CompileInfo;
import dev.zendo.hypercalls.version.Feature;
import dev.zendo.hypercalls.version.FeatureInfo;
import dev.zendo.hypercalls.version.PlatformParameters;
import dev.zendo.hypercalls.version.VersionOp;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;
import java.nio.charset.StandardCharsets;

/** xen_version and vm_assist: what the hypervisor is, and what a domain wants of it. */
public final class VersionCalls {
  /** Version of the interface as XENVER_version reports it. */
  public static final int VERSION = 4 << 16 | 17;

  private static final String EXTRA_VERSION = ".7";
  private static final int EXTRA_VERSION_SIZE = 16;
  private static final String CAPABILITIES = "xen-3.0-x86_64 ";
  private static final int CAPABILITIES_SIZE = 1024;
  private static final int CHANGESET_SIZE = 64;
  private static final String COMMAND_LINE_DENIED = "<denied>";
  private static final int COMMAND_LINE_SIZE = 1024;
  private static final int HANDLE_SIZE = 16;
  private static final int PAGE_SIZE = 4096;

  private static final long ASSISTS =
      1L << VmAssist.V4GB_SEGMENTS
          | 1L << VmAssist.V4GB_SEGMENTS_NOTIFY
          | 1L << VmAssist.WRITABLE_PAGETABLES
          | 1L << VmAssist.PAE_EXTENDED_CR3
          | 1L << VmAssist.ARCHITECTURAL_IOPL
          | 1L << VmAssist.RUNSTATE_UPDATE_FLAG
          | 1L << VmAssist.M2P_STRICT;

  private VersionCalls() {}

  /** Installs the handlers. */
  public static void register(HypercallTable table) {
    table.register(Hypercalls.XEN_VERSION, (v, a1, a2, a3, a4, a5) -> xenVersion(v, (int) a1, a2));
    table.register(
        Hypercalls.VM_ASSIST, (v, a1, a2, a3, a4, a5) -> vmAssist(v, (int) a1, (int) a2));
  }

  /** Whether all bits of a set of assists are ones that a 64-bit domain may switch. */
  static boolean validAssists(long bits) {
    return (bits & ~ASSISTS) == 0;
  }

  private static long xenVersion(Vcpu v, int command, long pointer) {
    switch (command) {
      case VersionOp.VERSION:
        return VERSION;
      case VersionOp.EXTRAVERSION:
        return text(v, pointer, EXTRA_VERSION, EXTRA_VERSION_SIZE);
      case VersionOp.COMPILE_INFO:
        return compileInfo(v, pointer);
      case VersionOp.CAPABILITIES:
        return text(v, pointer, CAPABILITIES, CAPABILITIES_SIZE);
      case VersionOp.CHANGESET:
        return text(v, pointer, "", CHANGESET_SIZE);
      case VersionOp.PLATFORM_PARAMETERS:
        PlatformParameters.VIRT_START.set(
            HostView.HOST, v.scratch(), AddressSpace.HYPERVISOR_VIRT_START);
        return Arguments.write(v, pointer, PlatformParameters.LAYOUT) ? 0 : -EFAULT;
      case VersionOp.GET_FEATURES:
        return features(v, pointer);
      case VersionOp.PAGESIZE:
        return pointer == 0 ? PAGE_SIZE : -EINVAL;
      case VersionOp.GUEST_HANDLE:
        HostMemory.copyFromArray(v.domain().handle(), 0, v.scratch(), HANDLE_SIZE);
        return v.guest().write(pointer, v.scratch(), HANDLE_SIZE) ? 0 : -EFAULT;
      case VersionOp.COMMANDLINE:
        return v.domain().privileged()
            ? text(v, pointer, "", COMMAND_LINE_SIZE)
            : text(v, pointer, COMMAND_LINE_DENIED, COMMAND_LINE_DENIED.length() + 1);
      case VersionOp.BUILD_ID:
        return -EPERM;
      default:
        return -ENOSYS;
    }
  }

  private static long text(Vcpu v, long pointer, String text, int size) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    HostMemory.fill(v.scratch(), size, (byte) 0);
    HostMemory.copyFromArray(bytes, 0, v.scratch(), Math.min(bytes.length, size));
    return v.guest().write(pointer, v.scratch(), size) ? 0 : -EFAULT;
  }

  private static long compileInfo(Vcpu v, long pointer) {
    CompileInfo.COMPILER.setString(HostView.HOST, v.scratch(), "javac");
    CompileInfo.COMPILE_BY.setString(HostView.HOST, v.scratch(), "zendo");
    CompileInfo.COMPILE_DOMAIN.setString(HostView.HOST, v.scratch(), "");
    CompileInfo.COMPILE_DATE.setString(HostView.HOST, v.scratch(), "");
    return Arguments.write(v, pointer, CompileInfo.LAYOUT) ? 0 : -EFAULT;
  }

  private static long features(Vcpu v, long pointer) {
    if (!Arguments.read(v, pointer, FeatureInfo.LAYOUT)) {
      return -EFAULT;
    }
    if (FeatureInfo.SUBMAP_IDX.get(HostView.HOST, v.scratch()) != 0) {
      return -EINVAL;
    }
    FeatureInfo.SUBMAP.set(HostView.HOST, v.scratch(), features(v.domain()));
    return Arguments.write(v, pointer, FeatureInfo.LAYOUT) ? 0 : -EFAULT;
  }

  private static int features(Domain domain) {
    int bits = 1 << Feature.MEMORY_OP_VNODE_SUPPORTED;
    if (domain.assists(VmAssist.PAE_EXTENDED_CR3)) {
      bits |= 1 << Feature.PAE_PGDIR_ABOVE_4GB;
    }
    if (domain.privileged()) {
      bits |= 1 << Feature.DOM0;
    }
    if (domain.translated()) {
      return bits
          | 1 << Feature.WRITABLE_PAGE_TABLES
          | 1 << Feature.AUTO_TRANSLATED_PHYSMAP
          | 1 << Feature.NOT_DIRECT_MAPPED;
    }
    return bits
        | 1 << Feature.MMU_PT_UPDATE_PRESERVE_AD
        | 1 << Feature.HIGHMEM_ASSIST
        | 1 << Feature.GNTTAB_MAP_AVAIL_BITS
        | 1 << Feature.DIRECT_MAPPED;
  }

  private static long vmAssist(Vcpu v, int command, int type) {
    if (type < 0 || type >= Long.SIZE || !validAssists(1L << type)) {
      return -EINVAL;
    }
    switch (command) {
      case VmAssistCommand.ENABLE:
        v.domain().assist(type, true);
        return 0;
      case VmAssistCommand.DISABLE:
        v.domain().assist(type, false);
        return 0;
      default:
        return -ENOSYS;
    }
  }
}
