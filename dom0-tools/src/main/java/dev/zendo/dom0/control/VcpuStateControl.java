package dev.zendo.dom0.control;

import dev.zendo.hypercalls.domctl.Domctl;
import dev.zendo.hypercalls.domctl.DomctlOp;
import dev.zendo.hypercalls.domctl.ExtVcpuContext;
import dev.zendo.hypercalls.domctl.VcpuContext;
import dev.zendo.hypercalls.domctl.VcpuExtState;
import dev.zendo.hypercalls.domctl.VcpuMsr;
import dev.zendo.hypercalls.domctl.VcpuMsrs;
import dev.zendo.hypercalls.vcpu.VcpuGuestContext;
import dev.zendo.hypervisor.domain.PhysicalMemory;
import java.util.function.LongConsumer;

/**
 * The state of vcpus as byte strings, as one who saves a domain wants them: each is what the
 * hypercall of its name exchanges. The vcpu should not run. Thread-safe.
 */
public final class VcpuStateControl {
  /** Behind the domctl structure in the argument area. */
  private static final int BUFFER = 0x1000;

  private static final int BUFFER_BYTES = CallGate.ARGUMENT_BYTES - BUFFER;

  private final Domctls calls;

  VcpuStateControl(Domctls calls) {
    this.calls = calls;
  }

  /** Issues a call with a buffer, of which that many bytes are the result. */
  private byte[] get(String what, int command, int domain, LongConsumer fill, SizeOf size) {
    calls.gate().lock().lock();
    try {
      long buffer = calls.gate().clear(BUFFER, BUFFER_BYTES);
      byte[][] result = new byte[1][];
      calls.run(
          what,
          command,
          domain,
          fill,
          at -> {
            result[0] = new byte[size.of(at)];
            calls.memory().read(buffer, result[0], 0, result[0].length);
          });
      return result[0];
    } finally {
      calls.gate().lock().unlock();
    }
  }

  /** Bytes in the buffer, by the argument structure after the call. */
  private interface SizeOf {
    int of(long at);
  }

  private void set(String what, int command, int domain, byte[] state, LongConsumer fill) {
    if (state.length > BUFFER_BYTES) {
      throw new IllegalArgumentException(state.length + " bytes of state");
    }
    calls.gate().lock().lock();
    try {
      long buffer = calls.gate().clear(BUFFER, BUFFER_BYTES);
      calls.memory().write(buffer, state, 0, state.length);
      calls.run(what, command, domain, fill);
    } finally {
      calls.gate().lock().unlock();
    }
  }

  private static String what(String doing, int vcpu) {
    return doing + " vcpu " + vcpu + " of";
  }

  private LongConsumer context(int vcpu) {
    return at -> {
      long u = Domctl.VCPUCONTEXT.at(at);
      VcpuContext.VCPU.set(calls.memory(), u, vcpu);
      VcpuContext.CTXT.set(calls.memory(), u, CallGate.ARGUMENTS + BUFFER);
    };
  }

  /** A vcpu_guest_context. */
  public byte[] context(int domain, int vcpu) {
    byte[] state = new byte[VcpuGuestContext.LAYOUT.size()];
    readContext(domain, vcpu, at -> calls.memory().read(at, state, 0, state.length));
    return state;
  }

  /**
   * Shows a vcpu_guest_context.
   *
   * @param read is given its address in {@link #memory}
   */
  public void readContext(int domain, int vcpu, LongConsumer read) {
    calls.gate().lock().lock();
    try {
      long buffer = calls.gate().clear(BUFFER, VcpuGuestContext.LAYOUT.size());
      calls.run(what("reading", vcpu), DomctlOp.GETVCPUCONTEXT, domain, context(vcpu));
      read.accept(buffer);
    } finally {
      calls.gate().lock().unlock();
    }
  }

  /** Sets a vcpu_guest_context. */
  public void context(int domain, int vcpu, byte[] state) {
    set(what("setting up", vcpu), DomctlOp.SETVCPUCONTEXT, domain, state, context(vcpu));
  }

  /**
   * Sets a vcpu_guest_context.
   *
   * @param fill writes it at the address it is given, in {@link #memory}, which holds zeros
   */
  public void writeContext(int domain, int vcpu, LongConsumer fill) {
    calls.gate().lock().lock();
    try {
      fill.accept(calls.gate().clear(BUFFER, VcpuGuestContext.LAYOUT.size()));
      calls.run(what("setting up", vcpu), DomctlOp.SETVCPUCONTEXT, domain, context(vcpu));
    } finally {
      calls.gate().lock().unlock();
    }
  }

  /** The control domain's memory, for the callbacks. */
  public PhysicalMemory memory() {
    return calls.memory();
  }

  /** A xen_domctl_ext_vcpucontext. */
  public byte[] extended(int domain, int vcpu) {
    byte[] state = new byte[ExtVcpuContext.LAYOUT.size()];
    calls.run(
        what("reading entries of", vcpu),
        DomctlOp.GET_EXT_VCPUCONTEXT,
        domain,
        at -> ExtVcpuContext.VCPU.set(calls.memory(), Domctl.EXT_VCPUCONTEXT.at(at), vcpu),
        at -> calls.memory().read(Domctl.EXT_VCPUCONTEXT.at(at), state, 0, state.length));
    return state;
  }

  /** Sets a xen_domctl_ext_vcpucontext, of which the first bytes may be all. */
  public void extended(int domain, int vcpu, byte[] state) {
    calls.run(
        what("setting entries of", vcpu),
        DomctlOp.SET_EXT_VCPUCONTEXT,
        domain,
        at -> {
          long u = Domctl.EXT_VCPUCONTEXT.at(at);
          int bytes = Math.min(state.length, Domctl.PAYLOAD.size());
          calls.memory().write(u, state, 0, bytes);
          ExtVcpuContext.VCPU.set(calls.memory(), u, vcpu);
        });
  }

  private LongConsumer area(int vcpu, long mask, int size) {
    return at -> {
      PhysicalMemory memory = calls.memory();
      long u = Domctl.VCPUEXTSTATE.at(at);
      VcpuExtState.VCPU.set(memory, u, vcpu);
      VcpuExtState.XFEATURE_MASK.set(memory, u, mask);
      VcpuExtState.SIZE.set(memory, u, size);
      VcpuExtState.BUFFER.set(memory, u, size == 0 ? 0 : CallGate.ARGUMENTS + BUFFER);
    };
  }

  /** XCR0, all that was ever set in it, and the XSAVE area. */
  public byte[] area(int domain, int vcpu) {
    long[] mask = new long[1];
    calls.run(
        what("asking for the size of the state of", vcpu),
        DomctlOp.GETVCPUEXTSTATE,
        domain,
        area(vcpu, 0, 0),
        at -> mask[0] = VcpuExtState.XFEATURE_MASK.get(calls.memory(), Domctl.VCPUEXTSTATE.at(at)));
    return get(
        what("reading the registers of", vcpu),
        DomctlOp.GETVCPUEXTSTATE,
        domain,
        area(vcpu, mask[0], BUFFER_BYTES),
        at -> (int) VcpuExtState.SIZE.get(calls.memory(), Domctl.VCPUEXTSTATE.at(at)));
  }

  /** Sets what {@link #area(int, int)} reads. */
  public void area(int domain, int vcpu, byte[] state) {
    set(
        what("setting the registers of", vcpu),
        DomctlOp.SETVCPUEXTSTATE,
        domain,
        state,
        area(vcpu, 0, state.length));
  }

  private LongConsumer registerList(int vcpu, int count) {
    return at -> {
      long u = Domctl.VCPU_MSRS.at(at);
      VcpuMsrs.VCPU.set(calls.memory(), u, vcpu);
      VcpuMsrs.MSR_COUNT.set(calls.memory(), u, count);
      VcpuMsrs.MSRS.set(calls.memory(), u, CallGate.ARGUMENTS + BUFFER);
    };
  }

  /** Model-specific registers that are not 0, each a xen_domctl_vcpu_msr. */
  public byte[] msrs(int domain, int vcpu) {
    int size = VcpuMsr.LAYOUT.size();
    return get(
        what("reading MSRs of", vcpu),
        DomctlOp.GET_VCPU_MSRS,
        domain,
        registerList(vcpu, BUFFER_BYTES / size),
        at -> size * VcpuMsrs.MSR_COUNT.get(calls.memory(), Domctl.VCPU_MSRS.at(at)));
  }

  /** Sets model-specific registers. */
  public void msrs(int domain, int vcpu, byte[] state) {
    set(
        what("setting MSRs of", vcpu),
        DomctlOp.SET_VCPU_MSRS,
        domain,
        state,
        registerList(vcpu, state.length / VcpuMsr.LAYOUT.size()));
  }
}
