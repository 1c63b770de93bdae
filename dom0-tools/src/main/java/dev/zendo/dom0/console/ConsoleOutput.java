package dev.zendo.dom0.console;

/**
 * Takes what a guest prints. Called on the event thread of the control domain: an implementation
 * must not block.
 */
public interface ConsoleOutput {
  /** Takes everything and keeps nothing. */
  ConsoleOutput NONE = (bytes, length) -> {};

  /**
   * Takes bytes.
   *
   * @param bytes valid during the call only
   * @param length how many; at most what {@link #room} said before
   */
  void accept(byte[] bytes, int length);

  /** How many bytes it takes now; 0 makes the guest wait until {@link ConsoleBackend#resume}. */
  default int room() {
    return Integer.MAX_VALUE;
  }
}
