package dev.zendo.dom0.xenstore;

import java.util.List;
import java.util.function.Consumer;

/**
 * A store as the command line sees it. Paths are absolute; failures are one-line {@link
 * dev.zendo.dom0.ToolException}s.
 */
public interface StoreConnection extends AutoCloseable {
  /** Value of a node. */
  byte[] read(String path);

  /** Names below a node. */
  List<String> list(String path);

  /** Permissions of a node, as they are written on the wire. */
  List<String> permissions(String path);

  /** Whether there is a node. */
  boolean exists(String path);

  /** Sets a value; creates the node. */
  void write(String path, byte[] value);

  /** Removes a subtree. */
  void remove(String path);

  /** Sets permissions, as they are written on the wire. */
  void chmod(String path, List<String> permissions);

  /** Reports changes at or below a path until the connection ends. */
  void watch(String path, Consumer<String> listener);

  /** Ends the connection; a file is saved if something was changed. */
  @Override
  void close();
}
