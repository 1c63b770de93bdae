package dev.zendo.hypervisor.hypercall;

import static dev.zendo.hypercalls.Errno.EFAULT;
import static dev.zendo.hypercalls.Errno.ENOSYS;
import static dev.zendo.hypercalls.Errno.EPERM;

import dev.zendo.hypercalls.ConsoleIo;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.domain.Vcpu;
import dev.zendo.hypervisor.machine.HostMemory;

/** console_io: the hypervisor's console belongs to the control domain. */
public final class ConsoleCall implements HypercallHandler {
  private final ConsoleSink sink;

  private ConsoleCall(ConsoleSink sink) {
    this.sink = sink;
  }

  /** Takes what the control domain writes. */
  @FunctionalInterface
  public interface ConsoleSink {
    /** Some bytes; the array is the receiver's. */
    void write(byte[] bytes);
  }

  /** Installs the handler. */
  public static void register(HypercallTable table, ConsoleSink sink) {
    table.register(Hypercalls.CONSOLE_IO, new ConsoleCall(sink));
  }

  @Override
  public long handle(Vcpu v, long a1, long a2, long a3, long a4, long a5) {
    if (!v.domain().privileged()) {
      return -EPERM;
    }
    return switch ((int) a1) {
      case ConsoleIo.WRITE -> write(v, a2 & 0xffffffffL, a3);
      case ConsoleIo.READ -> 0;
      default -> -ENOSYS;
    };
  }

  private long write(Vcpu v, long count, long pointer) {
    long done = 0;
    while (done < count) {
      int part = (int) Math.min(count - done, Vcpu.SCRATCH_SIZE);
      if (!v.guest().read(pointer + done, v.scratch(), part)) {
        return -EFAULT;
      }
      byte[] bytes = new byte[part];
      HostMemory.copyToArray(v.scratch(), bytes, 0, part);
      sink.write(bytes);
      done += part;
    }
    return 0;
  }
}
