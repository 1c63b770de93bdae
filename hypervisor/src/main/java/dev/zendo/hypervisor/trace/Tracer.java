package dev.zendo.hypervisor.trace;

import dev.zendo.hypercalls.CallText;
import dev.zendo.hypercalls.Hypercall;
import dev.zendo.hypercalls.Hypercall.CommandPlace;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.HostView;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.hypercall.HypercallHandler;
import dev.zendo.hypervisor.time.Clock;

/**
 * Writes what guests do as one decoded line each, when somebody asked for it. Off, it costs the
 * reading of a field. Thread-safe; switched before or while guests run.
 */
public final class Tracer {
  private static final String[] VECTORS = {
    "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "#09", "#TS", "#NP", "#SS",
    "#GP", "#PF", "#15", "#MF", "#AC", "#MC", "#XM"
  };

  private static final int LARGEST_ERROR = 4095;

  private final Clock clock;
  private volatile TraceSink sink = text -> {};
  private volatile RefusalSink refusals;
  private boolean hypercalls;
  private boolean events;
  private boolean traps;

  /** Everything off. */
  public Tracer(Clock clock) {
    this.clock = clock;
  }

  /** Chooses what to trace and where to. */
  public void enable(
      boolean traceHypercalls, boolean traceEvents, boolean traceTraps, TraceSink to) {
    if (traceHypercalls) {
      Refusal.want();
    }
    sink = to;
    hypercalls = traceHypercalls;
    events = traceEvents;
    traps = traceTraps;
  }

  /** Has somebody told of refused hypercalls, a limited number of each domain's. */
  public void tellRefusals(RefusalSink to) {
    refusals = to;
    Refusal.want();
  }

  /** Whether hypercalls are traced. */
  public boolean hypercalls() {
    return hypercalls;
  }

  /** Whether events are traced. */
  public boolean events() {
    return events;
  }

  /** Whether traps are traced. */
  public boolean traps() {
    return traps;
  }

  /** Does a hypercall and writes a line about it. */
  public long hypercall(
      HypercallHandler handler,
      Vcpu vcpu,
      long number,
      long a1,
      long a2,
      long a3,
      long a4,
      long a5) {
    StringBuilder out = start(vcpu);
    CallText.appendCall(out, number, new long[] {a1, a2, a3, a4, a5}, command(vcpu, number, a1));
    Refusal.forget();
    long rip = vcpu.cpu().rip();
    long result = handler.handle(vcpu, a1, a2, a3, a4, a5);
    CallText.appendResult(out.append(" = "), result);
    appendRefusal(out, vcpu, rip, result);
    sink.line(out.toString());
    return result;
  }

  /**
   * Tells of a hypercall that was just served, if the calling thread has noted why it was refused.
   */
  public void refused(
      Vcpu vcpu, long number, long a1, long a2, long a3, long a4, long a5, long result) {
    if (!Refusal.noted()) {
      return;
    }
    RefusalSink to = refusals;
    boolean guest = to != null && vcpu.executor() != null;
    long untold = guest ? vcpu.domain().refusals().take(clock.nanos()) : -1;
    if (untold < 0) {
      Refusal.forget();
      return;
    }
    StringBuilder out = new StringBuilder(200).append(vcpu).append(' ');
    CallText.appendCall(out, number, new long[] {a1, a2, a3, a4, a5}, command(vcpu, number, a1));
    CallText.appendResult(out.append(" = "), result);
    appendRefusal(out, vcpu, vcpu.cpu().rip(), result);
    if (untold > 0) {
      out.append("; ").append(untold).append(" more were refused before");
    }
    to.refused(vcpu.domain().id(), out.toString());
  }

  /** Says which rule was broken, and by which instruction, when either is known. */
  private static void appendRefusal(StringBuilder out, Vcpu vcpu, long rip, long result) {
    int length = out.length();
    boolean noted = Refusal.take(out.append(": "));
    if (!noted) {
      out.setLength(length);
    }
    boolean error = result < 0 && result >= -LARGEST_ERROR;
    if ((noted || error) && vcpu.executor() != null) {
      CallerAddress.append(out.append(" (rip=0x"), vcpu, rip);
      out.append(')');
    }
  }

  /** How people call an exception or interrupt vector. */
  public static String vectorName(int vector) {
    return vector < VECTORS.length ? VECTORS[vector] : "vector " + vector;
  }

  /** Writes a line about an exception or software interrupt that the guest kernel gets. */
  public void trap(Vcpu vcpu, int vector, int errorCode, long address) {
    StringBuilder out = start(vcpu);
    out.append("trap ").append(vectorName(vector));
    if (errorCode != 0) {
      out.append(" error=0x").append(Integer.toHexString(errorCode));
    }
    if (vector == 14) {
      out.append(" address=0x").append(Long.toHexString(address));
    }
    out.append(" rip=0x").append(Long.toHexString(vcpu.cpu().rip()));
    out.append(vcpu.cpu().kernelMode() ? " kernel" : " user");
    sink.line(out.toString());
  }

  /** Writes a line about an entry through a callback. */
  public void entry(Vcpu vcpu, String kind) {
    StringBuilder out = start(vcpu);
    out.append(kind).append(" rip=0x").append(Long.toHexString(vcpu.cpu().rip()));
    out.append(vcpu.cpu().kernelMode() ? " kernel" : " user");
    sink.line(out.toString());
  }

  /** Writes a line about anything else. */
  public void note(Vcpu vcpu, String text) {
    sink.line(start(vcpu).append(text).toString());
  }

  private StringBuilder start(Vcpu vcpu) {
    long micros = clock.nanos() / 1000;
    StringBuilder out = new StringBuilder(120);
    out.append(micros / 1_000_000).append('.');
    String fraction = Long.toString(micros % 1_000_000);
    out.append("000000", 0, 6 - fraction.length()).append(fraction).append(' ');
    return out.append(vcpu).append(' ');
  }

  private static int command(Vcpu vcpu, long number, long pointer) {
    Hypercall call = Hypercalls.get(number);
    boolean inMemory =
        call != null
            && (call.place() == CommandPlace.STRUCTURE || call.place() == CommandPlace.LIST);
    if (!inMemory || !vcpu.guest().read(pointer, vcpu.scratch(), Integer.BYTES)) {
      return -1;
    }
    return HostView.HOST.getInt(vcpu.scratch());
  }
}
