package dev.zendo.dom0.xenstore;

import dev.zendo.xenstore.StoreAccess;
import java.util.List;
import java.util.function.Consumer;

/**
 * A store as the command line sees it. Paths are absolute; failures are one-line {@link
 * dev.zendo.dom0.ToolException}s.
 */
public interface StoreConnection extends StoreAccess, AutoCloseable {
  /** Does something in one transaction, again from the beginning when others interfere. */
  void together(Consumer<StoreAccess> work);

  /**
   * Reports changes at or below paths, and special events, until the listener wants no more or the
   * connection ends.
   */
  void watch(List<String> paths, Listener listener);

  /** Takes what a watch reports. */
  interface Listener {
    /** Something changed at a path; whether to go on. */
    boolean changed(String path);
  }

  /** Asks the server something about itself. */
  String control(List<String> words);

  /** Ends the connection; a file is saved if something was changed. */
  @Override
  void close();
}
