package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.EINVAL;
import static dev.zendo.hypercalls.Errno.EOPNOTSUPP;
import static dev.zendo.hypercalls.Errno.ESRCH;

import dev.zendo.hypercalls.domctl.VcpuExtState;
import dev.zendo.hypervisor.domain.Domain;
import dev.zendo.hypervisor.domain.DomainManager;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.engine.fpu.XState;
import dev.zendo.hypervisor.machine.HostMemory;

/**
 * {@code getvcpuextstate} and {@code setvcpuextstate}: XCR0 and the XSAVE area of a vcpu, with the
 * sizes and refusals of Xen's arch/x86/domctl.c.
 */
final class ProcessorStates {
  private static final HostView HOST = HostView.HOST;

  /** XCR0 now, and all bits that were ever set in it. */
  private static final int HEAD = 16;

  private static final int LEGACY = 512;

  /** The legacy region and the header. */
  private static final int AREA = LEGACY + 64;

  private static final int WHOLE = HEAD + AREA;

  /** x87 and SSE, which is what the processor has that guests see. */
  private static final long COMPONENTS = 3;

  private static final long X87_COMPONENT = 1;
  private static final long SSE_COMPONENT = 2;
  private static final int MXCSR_MASK = 0xffff;
  private static final int COMPACTED = 8;

  /** Where in the scratch memory the state is put, behind the domctl. */
  private static final int STATE = 1024;

  private final DomainManager manager;

  ProcessorStates(DomainManager manager) {
    this.manager = manager;
  }

  long get(Vcpu caller, Domain domain, long at) {
    Vcpu vcpu = domain.vcpu(VcpuExtState.VCPU.getUnsigned(HOST, at));
    if (vcpu == null) {
      return -ESRCH;
    }
    if (vcpu == caller) {
      return -EINVAL;
    }
    long size = VcpuExtState.SIZE.get(HOST, at);
    long mask = VcpuExtState.XFEATURE_MASK.get(HOST, at);
    long buffer = VcpuExtState.BUFFER.get(HOST, at);
    if (size == 0 && mask == 0 || buffer == 0) {
      VcpuExtState.XFEATURE_MASK.set(HOST, at, COMPONENTS);
      VcpuExtState.SIZE.set(HOST, at, WHOLE);
      return 0;
    }
    if (Long.compareUnsigned(size, WHOLE) < 0 || mask != COMPONENTS) {
      return -EINVAL;
    }
    long result = manager.pause(domain, caller);
    if (result != 0) {
      return result;
    }
    long state = caller.scratch() + STATE;
    CpuState cpu = vcpu.cpu();
    HostMemory.fill(state, WHOLE, (byte) 0);
    HostMemory.putLong(state, cpu.field(CpuState.XCR0));
    HostMemory.putLong(state + 8, COMPONENTS);
    HostMemory.copy(cpu.base() + CpuState.FX, state + HEAD, LEGACY);
    HostMemory.putLong(state + HEAD + LEGACY, COMPONENTS);
    manager.unpause(domain);
    VcpuExtState.SIZE.set(HOST, at, WHOLE);
    return caller.guest().write(buffer, state, WHOLE) ? 0 : -EFAULT;
  }

  long set(Vcpu caller, Domain domain, long at) {
    Vcpu vcpu = domain.vcpu(VcpuExtState.VCPU.getUnsigned(HOST, at));
    if (vcpu == null) {
      return -ESRCH;
    }
    long size = VcpuExtState.SIZE.get(HOST, at);
    if (vcpu == caller
        || Long.compareUnsigned(size, HEAD) < 0
        || Long.compareUnsigned(size, WHOLE) > 0) {
      return -EINVAL;
    }
    long state = caller.scratch() + STATE;
    if (!caller.guest().read(VcpuExtState.BUFFER.get(HOST, at), state, (int) size)) {
      return -EFAULT;
    }
    long result = check(state, (int) size);
    if (result != 0 || size == HEAD) {
      return result;
    }
    result = manager.pause(domain, caller);
    if (result == 0) {
      load(vcpu.cpu(), state);
      manager.unpause(domain);
    }
    return result;
  }

  private static long check(long state, int size) {
    long xcr0 = HostMemory.getLong(state);
    long ever = HostMemory.getLong(state + 8);
    if (size == HEAD) {
      return xcr0 == 0 && ever == 0 ? 0 : -EINVAL;
    }
    long area = state + HEAD;
    if (size != WHOLE
        || (xcr0 & ~ever) != 0
        || (ever & ~COMPONENTS) != 0
        || (xcr0 & X87_COMPONENT) == 0) {
      return -EINVAL;
    }
    if (HostMemory.getLong(area + LEGACY + COMPACTED) < 0) {
      return -EOPNOTSUPP;
    }
    return XState.validHeader(area, ever) ? 0 : -EINVAL;
  }

  /** Components that the header leaves out are in their initial configuration. */
  private static void load(CpuState cpu, long state) {
    long fx = cpu.base() + CpuState.FX;
    long area = state + HEAD;
    long present = HostMemory.getLong(area + LEGACY);
    cpu.field(CpuState.XCR0, HostMemory.getLong(state));
    int mxcsr = HostMemory.getInt(area + XState.MXCSR) & MXCSR_MASK;
    HostMemory.copy(area, fx, LEGACY);
    HostMemory.putInt(fx + XState.MXCSR, mxcsr);
    if ((present & X87_COMPONENT) == 0) {
      HostMemory.fill(fx, XState.MXCSR, (byte) 0);
      HostMemory.putShort(fx, (short) 0x37f);
      HostMemory.fill(fx + 32, 128, (byte) 0);
    }
    if ((present & SSE_COMPONENT) == 0) {
      HostMemory.fill(fx + 160, 256, (byte) 0);
    }
  }
}
