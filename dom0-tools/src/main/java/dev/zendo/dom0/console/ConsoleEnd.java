package dev.zendo.dom0.console;

/**
 * Where the host's side of a console is: a pseudo-terminal, a socket, a file. What the guest prints
 * goes to {@link #output}, what comes from there is typed at what {@link #connect} was given.
 */
public interface ConsoleEnd extends AutoCloseable {
  /** Takes what the guest prints. */
  ConsoleOutput output();

  /** Sets the guest's console; may be called again. */
  void connect(ConsoleInput console);

  /** What a user has to know to use it, such as the path of a terminal. */
  String address();

  @Override
  void close();
}
