package dev.zendo.xenstore;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The requests of the xenstore wire protocol: one handler per message type, from payload to
 * payload. Knows nothing of framing or of the channel. Stateless.
 */
final class XenstoreProtocol {
  /** DOMID_SELF of Xen's public headers: always counts as introduced. */
  private static final int DOMID_SELF = 0x7ff0;

  private static final byte[] OK = {'O', 'K', 0};
  private static final byte[] TRUE = {'T', 0};
  private static final byte[] FALSE = {'F', 0};

  /** Answers one request; a refusal is a {@link StoreException}. */
  private interface Handler {
    byte[] answer(Store store, Connection caller, int tx, Payload payload);
  }

  private static final Map<MessageType, Handler> HANDLERS = new EnumMap<>(MessageType.class);

  static {
    HANDLERS.put(MessageType.CONTROL, ControlCommands::answer);
    HANDLERS.put(MessageType.DIRECTORY, XenstoreProtocol::directory);
    HANDLERS.put(MessageType.DIRECTORY_PART, XenstoreProtocol::directoryPart);
    HANDLERS.put(MessageType.READ, XenstoreProtocol::read);
    HANDLERS.put(MessageType.WRITE, XenstoreProtocol::write);
    HANDLERS.put(MessageType.MKDIR, XenstoreProtocol::makeDirectory);
    HANDLERS.put(MessageType.RM, XenstoreProtocol::remove);
    HANDLERS.put(MessageType.GET_PERMS, XenstoreProtocol::getPermissions);
    HANDLERS.put(MessageType.SET_PERMS, XenstoreProtocol::setPermissions);
    HANDLERS.put(MessageType.WATCH, XenstoreProtocol::watch);
    HANDLERS.put(MessageType.UNWATCH, XenstoreProtocol::unwatch);
    HANDLERS.put(MessageType.RESET_WATCHES, XenstoreProtocol::resetWatches);
    HANDLERS.put(MessageType.TRANSACTION_START, XenstoreProtocol::transactionStart);
    HANDLERS.put(MessageType.TRANSACTION_END, XenstoreProtocol::transactionEnd);
    HANDLERS.put(MessageType.GET_DOMAIN_PATH, XenstoreProtocol::getDomainPath);
    HANDLERS.put(MessageType.IS_DOMAIN_INTRODUCED, XenstoreProtocol::isDomainIntroduced);
    HANDLERS.put(MessageType.INTRODUCE, XenstoreProtocol::introduce);
    HANDLERS.put(MessageType.RELEASE, XenstoreProtocol::release);
    HANDLERS.put(MessageType.RESUME, XenstoreProtocol::resume);
    HANDLERS.put(MessageType.SET_TARGET, XenstoreProtocol::setTarget);
  }

  private XenstoreProtocol() {}

  /** Answers one request; a refusal is a {@link StoreException}. */
  static byte[] answer(Store store, Connection caller, int type, int tx, Payload payload) {
    MessageType message = MessageType.of(type);
    Handler handler = message == null ? null : HANDLERS.get(message);
    if (handler == null) {
      throw refuse(StoreError.ENOSYS, "message type " + type + " is unknown");
    }
    if (message.privileged && !caller.isPrivileged()) {
      throw refuse(StoreError.EACCES, caller + " may not use " + message);
    }
    if (message.transactional) {
      store.transactions().check(caller, tx);
    }
    byte[] reply = handler.answer(store, caller, tx, payload);
    if (reply.length > MessageHeader.MAX_PAYLOAD) {
      throw refuse(StoreError.E2BIG, "the reply of " + reply.length + " bytes is too long");
    }
    return reply;
  }

  private static byte[] read(Store store, Connection caller, int tx, Payload payload) {
    return store.read(caller, tx, caller.resolve(payload.single()));
  }

  private static byte[] write(Store store, Connection caller, int tx, Payload payload) {
    Path path = caller.resolve(payload.first());
    store.write(caller, tx, path, payload.afterFirst());
    return OK;
  }

  private static byte[] makeDirectory(Store store, Connection caller, int tx, Payload payload) {
    store.makeDirectory(caller, tx, caller.resolve(payload.single()));
    return OK;
  }

  private static byte[] remove(Store store, Connection caller, int tx, Payload payload) {
    store.remove(caller, tx, caller.resolve(payload.single()));
    return OK;
  }

  private static byte[] directory(Store store, Connection caller, int tx, Payload payload) {
    Path path = caller.resolve(payload.single());
    return Payload.of(store.look(caller, tx, path, Transaction.CHILD_NAMES).childNames());
  }

  /**
   * The generation, then as many whole names from the byte offset on as fit; after the last name
   * follows an empty string.
   */
  private static byte[] directoryPart(Store store, Connection caller, int tx, Payload payload) {
    List<String> arguments = payload.strings(2);
    Path path = caller.resolve(arguments.get(0));
    int offset = Payload.decimal(arguments.get(1), 0, Integer.MAX_VALUE);
    Node node = store.look(caller, tx, path, Transaction.CHILD_NAMES);
    byte[] head = text(Long.toString(node.generation()));
    byte[] names = Payload.of(node.childNames());
    int from = Math.min(offset, names.length);
    int to = Math.min(names.length, from + MessageHeader.MAX_PAYLOAD - head.length - 1);
    if (to < names.length) {
      while (to > from && names[to - 1] != 0) {
        to--;
      }
    }
    int terminator = to == names.length ? 1 : 0;
    byte[] reply = Arrays.copyOf(head, head.length + to - from + terminator);
    System.arraycopy(names, from, reply, head.length, to - from);
    return reply;
  }

  private static byte[] getPermissions(Store store, Connection caller, int tx, Payload payload) {
    Path path = caller.resolve(payload.single());
    return Payload.of(
        store.look(caller, tx, path, Transaction.PERMISSIONS).permissions().strings());
  }

  private static byte[] setPermissions(Store store, Connection caller, int tx, Payload payload) {
    List<String> arguments = payload.atLeast(2);
    String path = arguments.get(0);
    Permissions permissions =
        Permissions.parse(arguments.subList(1, arguments.size()).toArray(new String[0]));
    if (path.startsWith("@")) {
      store.watches().setSpecial(caller, path, permissions);
    } else {
      store.setPermissions(caller, tx, caller.resolve(path), permissions);
    }
    return OK;
  }

  private static byte[] watch(Store store, Connection caller, int tx, Payload payload) {
    List<String> arguments = payload.strings(2);
    store.watches().watch(caller, arguments.get(0), arguments.get(1));
    return OK;
  }

  private static byte[] unwatch(Store store, Connection caller, int tx, Payload payload) {
    List<String> arguments = payload.strings(2);
    store.watches().unwatch(caller, arguments.get(0), arguments.get(1));
    return OK;
  }

  private static byte[] resetWatches(Store store, Connection caller, int tx, Payload payload) {
    store.watches().reset(caller);
    return OK;
  }

  private static byte[] transactionStart(Store store, Connection caller, int tx, Payload payload) {
    if (tx != 0) {
      throw refuse(StoreError.EBUSY, "transactions cannot be nested");
    }
    return text(Integer.toUnsignedString(store.transactions().begin(caller)));
  }

  private static byte[] transactionEnd(Store store, Connection caller, int tx, Payload payload) {
    String how = payload.single();
    if (!how.equals("T") && !how.equals("F")) {
      throw refuse(StoreError.EINVAL, "a transaction ends with T or F, not " + Text.quote(how));
    }
    store.transactions().end(caller, tx, how.equals("T"));
    return OK;
  }

  private static byte[] getDomainPath(Store store, Connection caller, int tx, Payload payload) {
    return text(Path.ofDomain(domid(payload.single())).toString());
  }

  private static byte[] isDomainIntroduced(
      Store store, Connection caller, int tx, Payload payload) {
    int domid = domid(payload.single());
    return domid == DOMID_SELF || store.domains().isIntroduced(domid) ? TRUE : FALSE;
  }

  private static byte[] introduce(Store store, Connection caller, int tx, Payload payload) {
    List<String> arguments = payload.atLeast(3);
    store
        .domains()
        .introduce(
            domid(arguments.get(0)),
            frame(arguments.get(1)),
            Payload.decimal(arguments.get(2), 0, Integer.MAX_VALUE));
    return OK;
  }

  private static byte[] release(Store store, Connection caller, int tx, Payload payload) {
    store.domains().release(otherDomain(payload));
    return OK;
  }

  private static byte[] resume(Store store, Connection caller, int tx, Payload payload) {
    store.domains().resume(otherDomain(payload));
    return OK;
  }

  private static byte[] setTarget(Store store, Connection caller, int tx, Payload payload) {
    List<String> arguments = payload.atLeast(2);
    store.domains().setTarget(domid(arguments.get(0)), domid(arguments.get(1)));
    return OK;
  }

  private static int otherDomain(Payload payload) {
    int domid = domid(payload.single());
    if (domid == 0) {
      throw refuse(StoreError.EINVAL, "not possible for domain 0");
    }
    return domid;
  }

  private static int domid(String text) {
    return Payload.decimal(text, 0, Permissions.MAX_DOMID);
  }

  /** A frame number, which Xen's toolstack writes in signed decimal. */
  private static long frame(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw refuse(StoreError.EINVAL, Text.quote(text) + " is not a frame number");
    }
  }

  static byte[] text(String string) {
    byte[] bytes = string.getBytes(StandardCharsets.ISO_8859_1);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  private static StoreException refuse(StoreError error, String message) {
    return StoreException.untraced(error, message);
  }
}
