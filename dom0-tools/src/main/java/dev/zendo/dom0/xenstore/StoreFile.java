package dev.zendo.dom0.xenstore;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.WholeFile;
import dev.zendo.xenstore.Permissions;
import dev.zendo.xenstore.Store;
import dev.zendo.xenstore.StoreAccess;
import dev.zendo.xenstore.StoreClient;
import dev.zendo.xenstore.StoreException;
import dev.zendo.xenstore.StoreJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A store saved as JSON. Not thread-safe. */
public final class StoreFile implements StoreConnection {
  private final Path file;
  private final Store store = new Store();
  private final StoreClient client = store.client(0);
  private boolean changed;

  /** Reads the file. */
  public StoreFile(Path file) {
    this.file = file;
    try (InputStream in = Files.newInputStream(file)) {
      StoreJson.restore(store, in);
    } catch (NoSuchFileException e) {
      throw new ToolException(file + ": no such file; check the path of the store", e);
    } catch (IOException | StoreException e) {
      throw new ToolException(file + ": not a saved store (" + firstLine(e) + ")", e);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("empty");
  }

  private static <T> T attempt(String path, Supplier<T> work) {
    try {
      return work.get();
    } catch (StoreException e) {
      throw new ToolException(path + ": " + e.error(), e);
    }
  }

  private void change(String path, Runnable work) {
    changed = true;
    attempt(
        path,
        () -> {
          work.run();
          return null;
        });
  }

  @Override
  public byte[] readBytes(String path) {
    return attempt(path, () -> client.readBytes(path));
  }

  @Override
  public List<String> list(String path) {
    return attempt(path, () -> client.list(path));
  }

  @Override
  public Permissions permissions(String path) {
    return attempt(path, () -> client.permissions(path));
  }

  @Override
  public boolean exists(String path) {
    return attempt(path, () -> client.exists(path));
  }

  @Override
  public void write(String path, byte[] value) {
    change(path, () -> client.write(path, value));
  }

  @Override
  public void mkdir(String path) {
    change(path, () -> client.mkdir(path));
  }

  @Override
  public void rm(String path) {
    change(path, () -> client.rm(path));
  }

  @Override
  public void chmod(String path, Permissions permissions) {
    change(path, () -> client.chmod(path, permissions));
  }

  /** Nobody interferes, and after a failure the file stays as it was. */
  @Override
  public void together(Consumer<StoreAccess> work) {
    try {
      work.accept(this);
    } catch (RuntimeException e) {
      changed = false;
      throw e;
    }
  }

  @Override
  public void watch(List<String> paths, Listener listener) {
    throw new ToolException("a file cannot be watched; use --socket of a running guest");
  }

  @Override
  public String control(List<String> words) {
    throw new ToolException("a file has no quotas; use --socket of a running guest");
  }

  @Override
  public void close() {
    client.close();
    if (!changed) {
      return;
    }
    WholeFile.write(file, out -> StoreJson.write(store.root(), out));
  }
}
