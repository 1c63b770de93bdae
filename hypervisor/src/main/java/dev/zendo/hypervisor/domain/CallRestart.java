package dev.zendo.hypervisor.domain;

/**
 * How a hypercall that takes long stops in between and is issued again by the guest with new
 * arguments. Belongs to the thread that runs the vcpu.
 */
public final class CallRestart {
  /** Arguments a restarted call can have. */
  public static final int ARGUMENTS = 4;

  private final long[] arguments = new long[ARGUMENTS];
  private boolean batched;
  private boolean requested;

  /** No call is under way. */
  CallRestart() {}

  /** Tells whether the call that starts now is part of a batch, and forgets earlier requests. */
  public void begin(boolean inBatch) {
    batched = inBatch;
    requested = false;
  }

  /** Whether the call under way is part of a batch. */
  public boolean batched() {
    return batched;
  }

  /** Asks the batch to stop and to issue the present call again with these arguments. */
  public void request(long a1, long a2, long a3, long a4) {
    arguments[0] = a1;
    arguments[1] = a2;
    arguments[2] = a3;
    arguments[3] = a4;
    requested = true;
  }

  /** Whether the last call asked for that. */
  public boolean requested() {
    return requested;
  }

  /** An argument of the call to be issued again, counted from 0. */
  public long argument(int index) {
    return arguments[index];
  }
}
