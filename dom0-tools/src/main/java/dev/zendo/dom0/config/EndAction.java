package dev.zendo.dom0.config;

import java.util.Locale;

/** What becomes of a domain that has ended: the values of xl's {@code on_...} keys. */
public enum EndAction {
  /** It is destroyed. */
  DESTROY,
  /** It is built anew from its configuration. */
  RESTART,
  /** It keeps what it was, under another name, and one like it is built. */
  RENAME_RESTART,
  /** It stays as it is, to be looked at. */
  PRESERVE,
  /** Its memory is written into a file before it is destroyed. */
  COREDUMP_DESTROY,
  /** Its memory is written into a file before it is built anew. */
  COREDUMP_RESTART;

  /** As configurations have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether its memory is to be written into a file. */
  public boolean dumps() {
    return this == COREDUMP_DESTROY || this == COREDUMP_RESTART;
  }

  /** Whether another one like it is to be built. */
  public boolean restarts() {
    return this == RESTART || this == RENAME_RESTART || this == COREDUMP_RESTART;
  }

  static EndAction of(Settings settings, String key, EndAction otherwise) {
    String text = settings.string(key, otherwise.label());
    for (EndAction action : values()) {
      if (action.label().equals(text)) {
        return action;
      }
    }
    throw settings.refused(
        key,
        "\""
            + text
            + "\" is none of destroy, restart, rename-restart, preserve, coredump-destroy,"
            + " coredump-restart");
  }
}
