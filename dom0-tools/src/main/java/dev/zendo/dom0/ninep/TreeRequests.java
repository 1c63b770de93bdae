package dev.zendo.dom0.ninep;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.io.NinePMessage;
import dev.zendo.hypercalls.io.NinePValues;

/** Requests that change or read names: directories, renaming, removal, links. */
final class TreeRequests {
  private final SharedTree tree;
  private final FidTable fids;

  TreeRequests(SharedTree tree, FidTable fids) {
    this.tree = tree;
    this.fids = fids;
  }

  /** Answers a request if it is one of these; false if it is not. */
  boolean answer(int type, MessageReader in, MessageWriter out) throws HostError {
    switch (type) {
      case NinePMessage.TMKDIR -> makeDirectory(in, out);
      case NinePMessage.TRENAME -> rename(in);
      case NinePMessage.TRENAMEAT -> renameAt(in);
      case NinePMessage.TUNLINKAT -> unlinkAt(in);
      case NinePMessage.TREMOVE -> remove(in);
      case NinePMessage.TLINK -> link(in);
      case NinePMessage.TREADLINK -> out.string(tree.readLink(fids.require(in.u32()).path()));
      case NinePMessage.TSYMLINK -> symbolicLink(in, out);
      case NinePMessage.TMKNOD -> throw refusal();
      default -> {
        return false;
      }
    }
    return true;
  }

  /**
   * Special files are not made: the host's programs that use the shared directory would open them.
   */
  private HostError refusal() throws HostError {
    tree.checkChange();
    return new HostError(Errno.EPERM);
  }

  private void makeDirectory(MessageReader in, MessageWriter out) throws HostError {
    FilePath above = fids.require(in.u32()).path();
    FilePath path = above.child(in.string());
    tree.makeDirectory(path, in.u32());
    answerQid(path, out);
  }

  private void symbolicLink(MessageReader in, MessageWriter out) throws HostError {
    FilePath above = fids.require(in.u32()).path();
    FilePath path = above.child(in.string());
    tree.makeLink(path, in.string());
    answerQid(path, out);
  }

  private void answerQid(FilePath path, MessageWriter out) throws HostError {
    try (HostFile made = tree.locate(path)) {
      out.qid(made.status().qid());
    }
  }

  private void rename(MessageReader in) throws HostError {
    FilePath from = fids.require(in.u32()).path();
    FilePath directory = fids.require(in.u32()).path();
    move(from, directory.child(in.string()));
  }

  private void renameAt(MessageReader in) throws HostError {
    FilePath fromDirectory = fids.require(in.u32()).path();
    FilePath from = fromDirectory.child(in.string());
    FilePath toDirectory = fids.require(in.u32()).path();
    move(from, toDirectory.child(in.string()));
  }

  private void move(FilePath from, FilePath to) throws HostError {
    tree.rename(from, to);
    fids.moved(from, to);
  }

  private void unlinkAt(MessageReader in) throws HostError {
    FilePath directory = fids.require(in.u32()).path();
    FilePath path = directory.child(in.string());
    tree.remove(path, (in.u32() & NinePValues.UNLINK_DIRECTORY) != 0);
  }

  /** The fid is gone afterwards, whether the file is or not. */
  private void remove(MessageReader in) throws HostError {
    int number = in.u32();
    FilePath path = fids.require(number).path();
    fids.remove(number);
    boolean directory;
    try (HostFile file = tree.locate(path)) {
      directory = file.status().isDirectory();
    }
    tree.remove(path, directory);
  }

  private void link(MessageReader in) throws HostError {
    FilePath directory = fids.require(in.u32()).path();
    FilePath existing = fids.require(in.u32()).path();
    tree.link(existing, directory.child(in.string()));
  }
}
