package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.io.NinePMessage;

/** Requests about extended attributes. One thread at a time. */
final class AttributeRequests {
  private final SharedTree tree;
  private final FidTable fids;

  AttributeRequests(SharedTree tree, FidTable fids) {
    this.tree = tree;
    this.fids = fids;
  }

  /** Answers a request if it is one of these; false if it is not. */
  boolean answer(int type, MessageReader in, MessageWriter out) throws HostError {
    switch (type) {
      case NinePMessage.TXATTRWALK -> walk(in, out);
      case NinePMessage.TXATTRCREATE -> create(in);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A new fid stands for the value, or without a name for the list of names. */
  private void walk(MessageReader in, MessageWriter out) throws HostError {
    Fid from = fids.require(in.u32());
    int target = in.u32();
    String name = in.string();
    fids.checkFree(target);
    fids.checkOpen();
    byte[] value;
    try (HostFile file = tree.locate(from.path())) {
      value = name.isEmpty() ? ExtendedAttributes.list(file) : ExtendedAttributes.get(file, name);
    }
    fids.add(target, from.path());
    fids.require(target).open(AttributeValue.read(value));
    fids.opened();
    out.u64(value.length);
  }

  /** The fid stands for what the guest will write. */
  private void create(MessageReader in) throws HostError {
    Fid fid = fids.requireClosed(in.u32());
    String name = in.string();
    long size = in.u64();
    int flags = in.u32();
    tree.checkChange();
    try (HostFile file = tree.locate(fid.path())) {
      ExtendedAttributes.check(file, name);
    }
    fid.open(AttributeValue.written(name, size, flags));
    fids.opened();
  }

  /** Gives a fid back; what was written to it becomes the attribute's value. */
  void clunk(MessageReader in) throws HostError {
    int number = in.u32();
    Fid fid = fids.require(number);
    fids.remove(number);
    AttributeValue written = fid.attribute();
    if (written != null && written.isWritten()) {
      tree.setAttribute(fid.path(), written);
    }
  }
}
