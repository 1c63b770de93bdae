package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Tells after each write and before each sync how many of them there were. */
final class WatchedStorage implements Storage {
  private final Storage storage;
  private final Watcher watcher;
  private int count;

  /** Who is told. */
  interface Watcher {
    void accept(int count) throws IOException;
  }

  WatchedStorage(Storage storage, Watcher watcher) {
    this.storage = storage;
    this.watcher = watcher;
  }

  @Override
  public String name() {
    return storage.name();
  }

  @Override
  public long size() throws IOException {
    return storage.size();
  }

  @Override
  public void read(ByteBuffer to, long offset) throws IOException {
    storage.read(to, offset);
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    storage.write(from, offset);
    watcher.accept(++count);
  }

  @Override
  public void sync() throws IOException {
    watcher.accept(++count);
    storage.sync();
  }

  @Override
  public void punch(long offset, long bytes) throws IOException {
    storage.punch(offset, bytes);
  }

  @Override
  public void truncate(long bytes) throws IOException {
    storage.truncate(bytes);
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }
}
