package dev.zendo.xenstore;

import java.util.ArrayList;
import java.util.List;

/**
 * The access control list of a node: the owner, what everybody else may do, and exceptions for
 * single domains. Immutable.
 *
 * <p>On the wire it is a list of strings, a letter and a domain id each ({@code n0}, {@code r3}).
 * The first names the owner and gives the access of every domain that is not listed; the owner and
 * privileged callers have full access whatever the letters say.
 */
public final class Permissions {
  /** The highest domain id that a permission may name. */
  public static final int MAX_DOMID = 0xffff;

  /** One exception: what a domain may do. */
  public record Entry(int domid, Access access) {
    /** Checks the range of the domain id. */
    public Entry {
      if (domid < 0 || domid > MAX_DOMID) {
        throw StoreException.untraced(StoreError.EINVAL, domid + " is not a domain id");
      }
    }

    @Override
    public String toString() {
      return access.letter() + Integer.toString(domid);
    }
  }

  private final List<Entry> entries;

  private Permissions(List<Entry> entries) {
    this.entries = entries;
  }

  /** Owned by {@code owner}, with {@code others} for everybody else. */
  public static Permissions of(int owner, Access others) {
    return new Permissions(List.of(new Entry(owner, others)));
  }

  /** The list with its first entry naming the owner and the default. */
  public static Permissions of(List<Entry> entries) {
    if (entries.isEmpty()) {
      throw StoreException.untraced(StoreError.EINVAL, "a node needs at least one permission");
    }
    return new Permissions(List.copyOf(entries));
  }

  /** Parses wire strings: {@code Permissions.parse("n0", "r3")}. */
  public static Permissions parse(String... strings) {
    List<Entry> entries = new ArrayList<>(strings.length);
    for (String string : strings) {
      if (string.isEmpty()) {
        throw StoreException.untraced(StoreError.EINVAL, "empty permission");
      }
      entries.add(new Entry(Payload.decimal(string, 1, MAX_DOMID), Access.of(string.charAt(0))));
    }
    return of(entries);
  }

  /** These permissions with one more exception at the end. */
  public Permissions with(int domid, Access access) {
    List<Entry> longer = new ArrayList<>(entries);
    longer.add(new Entry(domid, access));
    return new Permissions(List.copyOf(longer));
  }

  /** The same list with another owner. */
  Permissions withOwner(int owner) {
    if (owner() == owner) {
      return this;
    }
    List<Entry> changed = new ArrayList<>(entries);
    changed.set(0, new Entry(owner, entries.get(0).access()));
    return new Permissions(List.copyOf(changed));
  }

  /** Whether there is an exception for {@code domid}. */
  boolean lists(int domid) {
    return entries.stream().skip(1).anyMatch(entry -> entry.domid() == domid);
  }

  /** The list without the exceptions for {@code domid}. */
  Permissions without(int domid) {
    List<Entry> kept = new ArrayList<>(entries.size());
    for (int i = 0; i < entries.size(); i++) {
      if (i == 0 || entries.get(i).domid() != domid) {
        kept.add(entries.get(i));
      }
    }
    return new Permissions(List.copyOf(kept));
  }

  /** The domain that owns the node and to whose quota it counts. */
  public int owner() {
    return entries.get(0).domid();
  }

  /** What domains that are not listed may do. */
  public Access others() {
    return entries.get(0).access();
  }

  /** All entries, the owner's first. */
  public List<Entry> entries() {
    return entries;
  }

  /** The number of entries. */
  public int size() {
    return entries.size();
  }

  /** Whether {@code caller} may do what {@code needed} stands for. */
  boolean allow(Connection caller, Access needed) {
    if (caller.isPrivileged() || caller.actsFor(owner())) {
      return true;
    }
    for (int i = 1; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (caller.actsFor(entry.domid())) {
        return entry.access().allows(needed);
      }
    }
    return others().allows(needed);
  }

  /** The wire strings. */
  public List<String> strings() {
    List<String> strings = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      strings.add(entry.toString());
    }
    return strings;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Permissions permissions && entries.equals(permissions.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return String.join(",", strings());
  }
}
