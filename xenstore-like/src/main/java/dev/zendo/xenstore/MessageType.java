package dev.zendo.xenstore;

/** The messages of the wire protocol; the constant's name is Xen's without {@code XS_}. */
enum MessageType {
  CONTROL(0, true, true),
  DIRECTORY(1, false, true),
  READ(2, false, true),
  GET_PERMS(3, false, true),
  WATCH(4, false, false),
  UNWATCH(5, false, false),
  TRANSACTION_START(6, false, true),
  TRANSACTION_END(7, false, true),
  INTRODUCE(8, true, true),
  RELEASE(9, true, true),
  GET_DOMAIN_PATH(10, false, true),
  WRITE(11, false, true),
  MKDIR(12, false, true),
  RM(13, false, true),
  SET_PERMS(14, false, true),
  WATCH_EVENT(15, false, true),
  ERROR(16, false, true),
  IS_DOMAIN_INTRODUCED(17, true, true),
  RESUME(18, true, true),
  SET_TARGET(19, true, true),
  RESET_WATCHES(21, false, true),
  DIRECTORY_PART(22, false, true);

  private static final MessageType[] BY_NUMBER = new MessageType[23];

  static {
    for (MessageType type : values()) {
      BY_NUMBER[type.number] = type;
    }
  }

  /** The number on the wire. */
  final int number;

  /** Whether only privileged clients may send it; others get {@link StoreError#EACCES}. */
  final boolean privileged;

  /** Whether the transaction id of the header means anything and must be valid. */
  final boolean transactional;

  MessageType(int number, boolean privileged, boolean transactional) {
    this.number = number;
    this.privileged = privileged;
    this.transactional = transactional;
  }

  /** The type with a number, or null. */
  static MessageType of(int number) {
    return number < 0 || number >= BY_NUMBER.length ? null : BY_NUMBER[number];
  }
}
