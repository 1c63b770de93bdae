package dev.zendo.hypercalls;

/**
 * One argument of a hypercall.
 *
 * @param name its name in the documentation and in traces
 * @param kind how it reads best
 */
public record Argument(String name, Kind kind) {
  /** How to print the value of an argument. */
  public enum Kind {
    /** An address or a page-table entry. */
    HEX,
    /** A count or an index. */
    NUMBER,
    /** A domain id in the low 16 bits. */
    DOMAIN,
    /** The number of a sub-operation. */
    COMMAND
  }
}
