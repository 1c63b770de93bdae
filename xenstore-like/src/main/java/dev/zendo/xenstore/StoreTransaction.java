package dev.zendo.xenstore;

import java.util.List;

/**
 * A transaction of a {@link StoreClient}: sees the store as it was when it began plus its own
 * changes, and makes them all at once or not at all. One thread at a time. Closing it without
 * {@link #commit} discards it.
 */
public final class StoreTransaction implements StoreAccess, AutoCloseable {
  private final StoreClient client;
  private final int id;
  private boolean ended;

  StoreTransaction(StoreClient client, int id) {
    this.client = client;
    this.id = id;
  }

  /**
   * Makes the changes take effect; {@link StoreError#EAGAIN} when something that the transaction
   * used has changed meanwhile. The transaction is gone either way.
   */
  public void commit() {
    end(true);
  }

  /** Discards the transaction unless it has ended. */
  @Override
  public void close() {
    if (!ended) {
      end(false);
    }
  }

  private void end(boolean commit) {
    ended = true;
    client.end(id, commit);
  }

  @Override
  public byte[] readBytes(String path) {
    return client.readBytes(id, path);
  }

  @Override
  public void write(String path, byte[] value) {
    client.write(id, path, value);
  }

  @Override
  public void mkdir(String path) {
    client.mkdir(id, path);
  }

  @Override
  public void rm(String path) {
    client.rm(id, path);
  }

  @Override
  public List<String> list(String path) {
    return client.list(id, path);
  }

  @Override
  public Permissions permissions(String path) {
    return client.permissions(id, path);
  }

  /** As {@link StoreClient#generation}. */
  public long generation(String path) {
    return client.generation(id, path);
  }

  @Override
  public void chmod(String path, Permissions permissions) {
    client.chmod(id, path, permissions);
  }
}
