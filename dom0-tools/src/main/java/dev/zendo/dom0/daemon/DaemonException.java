package dev.zendo.dom0.daemon;

import dev.zendo.dom0.ToolException;
import java.util.Locale;

/** A request that is refused, with a reason that programs can tell from others. */
public final class DaemonException extends ToolException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Kind {
    /** The request is none, or lacks something. */
    BAD_REQUEST,
    /** There is no such method. */
    UNKNOWN_METHOD,
    /** There is no such domain. */
    NO_DOMAIN,
    /** The domain is in no state for that. */
    WRONG_STATE,
    /** What was asked for cannot be had; the message says why. */
    REFUSED,
    /** An error of Zendo's own. */
    INTERNAL;

    /** As the protocol has it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a label stands for; {@link #REFUSED} if this version does not know it. */
    public static Kind of(String label) {
      for (Kind kind : values()) {
        if (kind.label().equals(label)) {
          return kind;
        }
      }
      return REFUSED;
    }
  }

  private final Kind kind;

  /** One line. */
  public DaemonException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  /** Why. */
  public Kind kind() {
    return kind;
  }

  /** For a domain that does not exist. */
  static DaemonException noDomain(String name) {
    return new DaemonException(
        Kind.NO_DOMAIN, name + ": there is no such domain (zl list shows all)");
  }
}
