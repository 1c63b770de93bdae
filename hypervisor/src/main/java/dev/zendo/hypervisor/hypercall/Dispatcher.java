package dev.zendo.hypervisor.hypercall;

import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.engine.CpuState;
import dev.zendo.hypervisor.trace.Refusal;
import dev.zendo.hypervisor.trace.Tracer;

/**
 * Takes hypercalls of a machine to their handlers. Stateless apart from the table; called on the
 * thread that runs the calling vcpu.
 */
public final class Dispatcher {
  private static final int R8 = 8;
  private static final int R10 = 10;

  private final HypercallTable table;
  private final Tracer tracer;

  /** A dispatcher over a table. */
  public Dispatcher(HypercallTable table, Tracer tracer) {
    this.table = table;
    this.tracer = tracer;
    table.register(Hypercalls.MULTICALL, new Multicall(this));
  }

  /** Serves the hypercall whose number and arguments are in the vcpu's registers. */
  public void serve(Vcpu vcpu) {
    CpuState cpu = vcpu.cpu();
    vcpu.restart().begin(false);
    long result =
        call(
            vcpu,
            cpu.gpr(CpuState.RAX),
            cpu.gpr(CpuState.RDI),
            cpu.gpr(CpuState.RSI),
            cpu.gpr(CpuState.RDX),
            cpu.gpr(R10),
            cpu.gpr(R8));
    cpu.gpr(CpuState.RAX, result);
  }

  /**
   * Does one hypercall and returns its result.
   *
   * @throws HypercallError when its handler throws anything: an error of the hypervisor's own
   */
  public long call(Vcpu vcpu, long number, long a1, long a2, long a3, long a4, long a5) {
    HypercallHandler handler = table.handler(number);
    vcpu.counters().hypercall(number);
    try {
      if (tracer.hypercalls()) {
        return tracer.hypercall(handler, vcpu, number, a1, a2, a3, a4, a5);
      }
      long result = handler.handle(vcpu, a1, a2, a3, a4, a5);
      if (Refusal.pending()) {
        tracer.refused(vcpu, number, a1, a2, a3, a4, a5, result);
      }
      return result;
    } catch (HypercallError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      Refusal.forget();
      throw new HypercallError(number, new long[] {a1, a2, a3, a4, a5}, e);
    }
  }

  /** Whether a call that takes long should {@link #restart} now. */
  public static boolean mustStop(Vcpu vcpu) {
    return vcpu.executor() != null && vcpu.schedule().mustStop();
  }

  /**
   * Makes the guest issue a hypercall again, with new arguments, when it continues; what waits for
   * the vcpu is served before. Inside a multicall the entry gets the new arguments and the whole
   * list stops there. For guests that execute code only.
   *
   * @return what the handler has to return
   */
  public static long restart(Vcpu vcpu, int number, long a1, long a2, long a3, long a4) {
    if (vcpu.restart().batched()) {
      vcpu.restart().request(a1, a2, a3, a4);
      return number;
    }
    CpuState cpu = vcpu.cpu();
    cpu.gpr(CpuState.RDI, a1);
    cpu.gpr(CpuState.RSI, a2);
    cpu.gpr(CpuState.RDX, a3);
    cpu.gpr(R10, a4);
    cpu.rip(cpu.rip() - 2);
    return number;
  }
}
