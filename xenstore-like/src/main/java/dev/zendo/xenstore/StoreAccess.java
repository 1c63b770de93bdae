package dev.zendo.xenstore;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Reading and writing the store from Java, directly ({@link StoreClient}) or inside a transaction
 * ({@link StoreTransaction}), with the permissions of the client's domain.
 *
 * <p>A path is absolute, or relative to {@code /local/domain/<own id>}. Everything that is refused
 * throws a {@link StoreException} and has changed nothing. Text is UTF-8.
 */
public interface StoreAccess {
  /** The value; {@link StoreError#ENOENT} if the node is missing. */
  byte[] readBytes(String path);

  /** Sets the value, creating the node and its missing ancestors. */
  void write(String path, byte[] value);

  /** Creates the node with an empty value, and its missing ancestors; nothing if it exists. */
  void mkdir(String path);

  /** Removes the node and everything below; nothing if only its parent exists. */
  void rm(String path);

  /** The names of the children in ascending order. */
  List<String> list(String path);

  /** The same, or none if the node is missing. */
  default List<String> children(String path) {
    try {
      return list(path);
    } catch (StoreException e) {
      if (e.error() == StoreError.ENOENT) {
        return List.of();
      }
      throw e;
    }
  }

  /** The access control list. */
  Permissions permissions(String path);

  /** Replaces the access control list. */
  void chmod(String path, Permissions permissions);

  /** The value as text; {@link StoreError#ENOENT} if the node is missing. */
  default String read(String path) {
    return new String(readBytes(path), StandardCharsets.UTF_8);
  }

  /** The value as text, or empty if the node is missing. */
  default Optional<String> find(String path) {
    try {
      return Optional.of(read(path));
    } catch (StoreException e) {
      if (e.error() == StoreError.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Whether the node exists and may be read. */
  default boolean exists(String path) {
    return find(path).isPresent();
  }

  /** Sets the value to text. */
  default void write(String path, String value) {
    write(path, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Sets value and permissions. */
  default void write(String path, String value, Permissions permissions) {
    write(path, value);
    chmod(path, permissions);
  }

  /** {@link #write(String, String)} for a path made elsewhere. */
  default void write(Path path, String value) {
    write(path.toString(), value);
  }

  /** {@link #read(String)} for a path made elsewhere. */
  default String read(Path path) {
    return read(path.toString());
  }

  /** {@link #find(String)} for a path made elsewhere. */
  default Optional<String> find(Path path) {
    return find(path.toString());
  }
}
