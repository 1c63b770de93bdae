package dev.zendo.hypervisor.engine.interpreter;

/**
 * Unwinds the chain of ops of a block. Carries nothing: what happened is in {@link Cpu}. One
 * instance per kind exists, so that raising it costs no stack walk.
 */
final class GuestFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** An exception of the guest; the state block holds vector, error code and RIP. */
  static final GuestFault EXCEPTION = new GuestFault();

  /** The instruction must be executed again, alone in its block, because it writes code. */
  static final GuestFault ALONE = new GuestFault();

  private GuestFault() {
    super(null, null, false, false);
  }
}
