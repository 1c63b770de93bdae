package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;

/**
 * A server of 9P2000.L for one guest: gets a request, gives the answer. Knows nothing of rings. One
 * thread at a time.
 *
 * <p>Whatever stands in a request, the answer is one message: the asked one or an error with one of
 * Linux's numbers.
 */
final class NinePServer implements AutoCloseable {
  /** The smallest message size that can be agreed on. */
  static final int MIN_MESSAGE = 4096;

  private static final String DIALECT = "9P2000.L";
  private static final int TYPE_OFFSET = 4;
  private static final int TAG_OFFSET = 5;

  private final SharedTree tree;
  private final FidTable fids = new FidTable();
  private final FileRequests files;
  private final TreeRequests names;
  private final AttributeRequests attributes;
  private final int largest;
  private int messageSize;

  /**
   * Serves a tree.
   *
   * @param largest size of a message that the transport can carry, in bytes
   */
  NinePServer(SharedTree tree, int largest) {
    this.tree = tree;
    this.largest = largest;
    this.messageSize = largest;
    this.files = new FileRequests(tree, fids);
    this.names = new TreeRequests(tree, fids);
    this.attributes = new AttributeRequests(tree, fids);
  }

  /** The size of messages that is agreed on, in bytes; more is never answered. */
  int messageSize() {
    return messageSize;
  }

  /** Fids in use, for metrics and tests. */
  FidTable fids() {
    return fids;
  }

  /**
   * Answers a request.
   *
   * @param request a whole message
   * @param length of the message; at least that of a header
   * @param answer where the answer goes; at least the largest message
   * @return length of the answer
   */
  int answer(byte[] request, int length, byte[] answer) {
    MessageWriter out = new MessageWriter(answer);
    int type = request[TYPE_OFFSET] & 0xff;
    int answerType = type + 1;
    try {
      out.restart(NinePValues.HEADER_SIZE, messageSize);
      answer(type, new MessageReader(request, NinePValues.HEADER_SIZE, length), out);
    } catch (HostError e) {
      answerType = NinePMessage.RLERROR;
      out.restart(NinePValues.HEADER_SIZE, answer.length);
      number(answer, NinePValues.HEADER_SIZE, e.errno());
      out.position(NinePValues.HEADER_SIZE + Integer.BYTES);
    }
    number(answer, 0, out.position());
    answer[TYPE_OFFSET] = (byte) answerType;
    answer[TAG_OFFSET] = request[TAG_OFFSET];
    answer[TAG_OFFSET + 1] = request[TAG_OFFSET + 1];
    return out.position();
  }

  private static void number(byte[] message, int at, int value) {
    for (int i = 0; i < Integer.BYTES; i++) {
      message[at + i] = (byte) (value >> 8 * i);
    }
  }

  private void answer(int type, MessageReader in, MessageWriter out) throws HostError {
    switch (type) {
      case NinePMessage.TVERSION -> version(in, out);
      case NinePMessage.TATTACH -> attach(in, out);
      case NinePMessage.TWALK -> walk(in, out);
      case NinePMessage.TCLUNK -> attributes.clunk(in);
      case NinePMessage.TFLUSH ->
          in.u16(); // requests are answered in order: it is answered already
      default -> {
        boolean known =
            files.answer(type, in, out)
                || names.answer(type, in, out)
                || attributes.answer(type, in, out);
        if (!known) {
          throw new HostError(Errno.EOPNOTSUPP);
        }
      }
    }
  }

  private void version(MessageReader in, MessageWriter out) throws HostError {
    long wanted = Integer.toUnsignedLong(in.u32());
    String dialect = in.string();
    if (wanted < MIN_MESSAGE) {
      throw new HostError(Errno.EMSGSIZE);
    }
    fids.clear();
    messageSize = (int) Math.min(wanted, largest);
    out.u32(messageSize);
    out.string(DIALECT.equals(dialect) ? DIALECT : "unknown");
  }

  private void attach(MessageReader in, MessageWriter out) throws HostError {
    int fid = in.u32();
    in.u32(); // fid of an authentication, which there is not
    in.string(); // name of the user
    in.string(); // name of the tree: the share has one
    fids.checkFree(fid);
    tree.prepare();
    try (HostFile root = tree.locate(FilePath.ROOT)) {
      out.qid(root.status().qid());
    }
    fids.add(fid, FilePath.ROOT);
  }

  /** Walks as far as it goes; only who arrives gets the new fid. */
  private void walk(MessageReader in, MessageWriter out) throws HostError {
    Fid from = fids.require(in.u32());
    int target = in.u32();
    int count = in.u16();
    if (count > NinePValues.MAX_WALK) {
      throw new HostError(Errno.EINVAL);
    }
    boolean same = sameFid(from, target);
    if (!same) {
      fids.checkFree(target);
    }
    int counter = out.position();
    out.u16(0);
    FilePath path = from.path();
    int walked = 0;
    try {
      for (; walked < count; walked++) {
        String name = in.string();
        path = "..".equals(name) ? path.parent() : path.child(name);
        try (HostFile file = tree.locate(path)) {
          out.qid(file.status().qid());
        }
      }
    } catch (HostError e) {
      if (walked == 0) {
        throw e;
      }
    }
    out.message()[counter] = (byte) walked;
    if (walked == count && same) {
      from.path(path);
    } else if (walked == count) {
      fids.add(target, path);
    }
  }

  /** Whether the walk is to move the fid itself, which it cannot while it is open. */
  private boolean sameFid(Fid from, int target) throws HostError {
    boolean same = fids.isSame(target, from);
    if (same && from.isOpen()) {
      throw new HostError(Errno.EBUSY);
    }
    return same;
  }

  /** Forgets all fids. */
  void reset() {
    fids.clear();
    messageSize = largest;
  }

  @Override
  public void close() {
    fids.clear();
    tree.close();
  }
}
