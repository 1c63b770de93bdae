package dev.zendo.hypervisor.trace;

/**
 * Rules that a hypercall can break, and places where it did. In the texts {@code #} stands for the
 * next value in decimal, {@code $} in hexadecimal, {@code @} for a domain, {@code %} for a type of
 * frames and {@code ~} for a state of ports.
 */
public enum Rule {
  /** A frame number beyond the machine's memory. */
  NO_FRAME("frame $ is no memory of the machine"),

  /** A frame that nobody owns. */
  FREE_FRAME("frame $ belongs to nobody"),

  /** A frame of another domain. */
  FOREIGN_FRAME("frame $ belongs to @, not to @"),

  /** A frame whose type is in use otherwise: frame, owner, type, count, references, wanted. */
  TYPE("frame $ of @ is % (type count #, # references), so it cannot be %"),

  /** A page table that is being checked, or refers to itself. */
  NOT_VALIDATED("frame $ of @ is % but not checked yet"),

  /** Flags of a page-table entry: entry, the bits that are wrong, level. */
  ENTRY_FLAGS("entry $ has bits $, which a table of level # may not have"),

  /** Where a page-table entry was: index, table, level. */
  ENTRY("entry # of the table in frame $, level #"),

  /** A slot of a top-level table: index, table. */
  RESERVED_SLOT("entry # of the top-level table in frame $ is the hypervisor's"),

  /** A descriptor: index, frame, value. */
  DESCRIPTOR("descriptor # of frame $ is $, which gives more than ring 3 may have"),

  /** Where an element of a list was: index, pointer, value. */
  UPDATE("update # of the list, of $ to $"),

  /** Where an operation of mmuext_op was: index, command, frame. */
  EXTENDED("operation # of the list, command # on $"),

  /** An address without a page table of the domain. */
  NO_TABLE("address $ has no level 1 table in the caller's page tables"),

  /** An address that is the hypervisor's. */
  RESERVED_ADDRESS("address $ is not the guest's"),

  /** A pin: frame. */
  PINNED("frame $ is pinned already"),

  /** An unpin: frame. */
  NOT_PINNED("frame $ is not pinned, or not @'s"),

  /** A number of descriptors: entries, most. */
  TOO_MANY_DESCRIPTORS("# descriptors are more than the # there may be"),

  /** A grant reference: reference, granter, number of entries. */
  NO_GRANT("grant # of @ does not exist: its table has # entries"),

  /** A grant's entry: reference, granter, flags, to whom, whether to write (0 or 1), user. */
  GRANT_RIGHTS("grant # of @ has flags $ for @, which do not allow this (writing: #) to @"),

  /** A grant in use: reference, granter, user, pins. */
  GRANT_USED("grant # of @ is in use by @, pins $, and takes no further use"),

  /** A mapping handle. */
  NO_HANDLE("handle # names no mapping"),

  /** A page-table entry that is not what was mapped: address, frame. */
  NOT_MAPPED("what is mapped at $ is not frame $ with the rights of the grant"),

  /** A copy: offset, bytes, first granted byte, number of granted bytes. */
  COPY_BOUNDS("offset # and # bytes exceed what is given: from #, # bytes"),

  /** A port that was never opened. */
  NO_PORT("port # of @ does not exist"),

  /** A port in a state that does not allow it: port, domain, state. */
  PORT_STATE("port # of @ is ~"),

  /** An unbound port: port, domain, for whom. */
  PORT_FOR("port # of @ is unbound and waits for @"),

  /** A virtual interrupt that is bound: number, port. */
  VIRQ_BOUND("virtual interrupt # is bound to port #"),

  /** No port left: the highest there may be. */
  NO_FREE_PORT("all ports up to # are open, or still in a queue of the guest's"),

  /** The limit of a domain: domain, pages, most, wanted. */
  MOST_PAGES("@ has # of at most # pages and wants # more"),

  /** The machine's memory: pages wanted, free, claimed. */
  NO_MEMORY("no block of # frames is free: # frames are, # of them claimed"),

  /** A frame that others refer to: frame, references, type count. */
  IN_USE("frame $ has # references and type count #, so it cannot be taken away");

  private static final String[] TYPES = {
    "without a type",
    "an L1 table",
    "an L2 table",
    "an L3 table",
    "an L4 table",
    "a descriptor table",
    "writable"
  };

  private static final String[] STATES = {
    "closed",
    "unbound",
    "interdomain",
    "a physical interrupt's",
    "a virtual interrupt's",
    "an IPI's"
  };

  private static final int FIRST_SPECIAL_DOMAIN = 0x7ff0;

  private final String text;

  Rule(String text) {
    this.text = text;
  }

  /** Appends the text with values. */
  void append(StringBuilder out, long[] values) {
    int next = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean place = c == '#' || c == '$' || c == '@' || c == '%' || c == '~';
      if (place && next < values.length) {
        appendValue(out, c, values[next++]);
      } else {
        out.append(c);
      }
    }
  }

  private static void appendValue(StringBuilder out, char place, long value) {
    switch (place) {
      case '#' -> out.append(value);
      case '$' -> out.append("0x").append(Long.toHexString(value));
      case '@' -> appendDomain(out, value);
      case '%' -> out.append(name(TYPES, value));
      default -> out.append(name(STATES, value));
    }
  }

  private static String name(String[] names, long value) {
    return value >= 0 && value < names.length ? names[(int) value] : Long.toString(value);
  }

  private static void appendDomain(StringBuilder out, long number) {
    if (number < 0) {
      out.append("nobody");
    } else if (number >= FIRST_SPECIAL_DOMAIN) {
      out.append("domain 0x").append(Long.toHexString(number));
    } else {
      out.append('d').append(number);
    }
  }
}
