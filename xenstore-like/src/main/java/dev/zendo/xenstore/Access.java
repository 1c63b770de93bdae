package dev.zendo.xenstore;

/** What a domain may do with a node, and the letter that stands for it on the wire. */
public enum Access {
  /** {@code n}: nothing. */
  NONE('n', false, false),
  /** {@code r}: read the value, the permissions and the names of the children. */
  READ('r', true, false),
  /** {@code w}: change the value, create children, remove. */
  WRITE('w', false, true),
  /** {@code b}: both. */
  BOTH('b', true, true);

  private final char letter;
  private final boolean read;
  private final boolean write;

  Access(char letter, boolean read, boolean write) {
    this.letter = letter;
    this.read = read;
    this.write = write;
  }

  /** The letter of the wire protocol. */
  public char letter() {
    return letter;
  }

  /** Whether reading is allowed. */
  public boolean mayRead() {
    return read;
  }

  /** Whether writing is allowed. */
  public boolean mayWrite() {
    return write;
  }

  /** Whether everything that {@code needed} stands for is allowed. */
  public boolean allows(Access needed) {
    return (read || !needed.read) && (write || !needed.write);
  }

  /** The access for a letter; {@link StoreError#EINVAL} when there is none. */
  public static Access of(char letter) {
    return switch (letter) {
      case 'n' -> NONE;
      case 'r' -> READ;
      case 'w' -> WRITE;
      case 'b' -> BOTH;
      default ->
          throw StoreException.untraced(
              StoreError.EINVAL,
              Text.quote(String.valueOf(letter)) + " is not a permission: use n, r, w or b");
    };
  }
}
