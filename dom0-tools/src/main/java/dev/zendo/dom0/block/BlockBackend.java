package dev.zendo.dom0.block;

import dev.zendo.dom0.IoReason;
import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.dom0.block.image.FrozenDisk;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.BlkifInfo;
import dev.zendo.hypercalls.io.BlkifLimits;
import dev.zendo.hypercalls.io.XenbusState;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The keys and the connection of a disk. On the event thread, which never waits for the disk: what
 * may take long happens on other threads, one thing after the other.
 */
final class BlockBackend implements Backend {
  /** Pages of a ring, as their binary logarithm. */
  private static final int MAX_RING_ORDER = 4;

  private static final int MAX_QUEUES = 4;

  /** Pages of all queues that may stay mapped: what Linux has for 32 requests of 33 pages. */
  static final int MAX_PERSISTENT = 1056;

  private static final int PHYSICAL_SECTOR = 4096;

  private final BackendDevice device;
  private final IoThreads threads;
  private final BlockDriver.ImageOpener opener;
  private final Disk disk;
  private final boolean cdrom;
  private final boolean persistent;
  private final List<BlockQueue> queues = new ArrayList<>();
  private final Steps steps = new Steps();
  private String params;

  /** Whether the image is being replaced: no request may be begun. */
  private boolean changing;

  /** Whether somebody else has the image for now. */
  private volatile boolean released;

  BlockBackend(BackendDevice device, IoThreads threads, BlockDriver.ImageOpener opener)
      throws DeviceException {
    this.device = device;
    this.opener = opener;
    this.threads = threads;
    this.cdrom = device.back("device-type").filter("cdrom"::equals).isPresent();
    this.persistent = device.back("persistent").filter("1"::equals).isPresent();
    this.params = device.requireBack("params");
    boolean discardable = device.back("discard-enable").filter("1"::equals).isPresent();
    if (params.isEmpty() && !cdrom) {
      throw new DeviceException("the key params names no image");
    }
    this.disk = new Disk(discardable);
    readLimits();
  }

  @Override
  public void open(Runnable opened, Consumer<String> refused) {
    String mode = device.back("mode").orElse("w");
    String[] error = {"internal error"};
    steps.add(
        end ->
            work(
                () -> error[0] = replaceImage(params, mode),
                () -> {
                  end.run();
                  if (error[0].isEmpty()) {
                    opened.run();
                  } else {
                    refused.accept(error[0]);
                  }
                }));
  }

  private void readLimits() throws DeviceException {
    disk.limit(number("bytes-per-second"), number("requests-per-second"));
  }

  private long number(String key) throws DeviceException {
    String text = device.back(key).orElse("0");
    try {
      return Math.max(0, Long.parseLong(text));
    } catch (NumberFormatException e) {
      throw new DeviceException("the key " + key + " is \"" + text + "\"; write a number");
    }
  }

  @Override
  public void publish() {
    device.publish("max-ring-page-order", MAX_RING_ORDER);
    device.publish("multi-queue-max-queues", MAX_QUEUES);
    device.publish("feature-persistent", persistent ? 1 : 0);
    device.publish("feature-max-indirect-segments", BlockRequest.MAX_SEGMENTS);
    device.publish("feature-flush-cache", 1);
    device.publish("feature-barrier", 1);
    device.publish("feature-discard", disk.discards() ? 1 : 0);
    if (disk.discards()) {
      device.publish("discard-granularity", disk.image().discardGranularity());
      device.publish("discard-alignment", 0);
      device.publish("discard-secure", 0);
    }
    publishSize();
  }

  /** A frontend that only polls, such as GRUB's, reads these when the state leaves InitWait. */
  private void publishSize() {
    DiskImage image = disk.image();
    int info = cdrom ? BlkifInfo.CDROM | BlkifInfo.REMOVABLE : 0;
    if (image == null || image.readOnly()) {
      info |= BlkifInfo.READONLY;
    }
    device.publish("sectors", disk.sectors());
    device.publish("info", info);
    device.publish("sector-size", image == null ? BlkifLimits.SECTOR_SIZE : image.sectorSize());
    device.publish("physical-sector-size", PHYSICAL_SECTOR);
  }

  @Override
  public boolean connectsAt(int state) {
    return state == XenbusState.INITIALISED || state == XenbusState.CONNECTED;
  }

  @Override
  public void connect() throws DeviceException {
    String protocol = device.front("protocol").orElse("x86_64-abi");
    if (!protocol.equals("x86_64-abi")) {
      throw new DeviceException("the frontend speaks " + show(protocol) + ", not x86_64-abi");
    }
    int count = device.frontInt("multi-queue-num-queues", 1);
    if (count < 1 || count > MAX_QUEUES) {
      throw new DeviceException(
          "the frontend wants " + Integer.toUnsignedString(count) + " queues of " + MAX_QUEUES);
    }
    int order = device.frontInt("ring-page-order", 0);
    if (order < 0 || order > MAX_RING_ORDER) {
      throw new DeviceException(
          "the frontend has rings of 2^" + Integer.toUnsignedString(order) + " pages");
    }
    boolean stays = persistent && device.frontInt("feature-persistent", 0) == 1;
    for (int i = 0; i < count; i++) {
      String prefix = count == 1 ? "" : "queue-" + i + "/";
      connectQueue(
          prefix, order, stays ? MAX_PERSISTENT / count : 0, Math.max(1, threads.each() / count));
    }
    publishSize();
  }

  private static String show(String text) {
    return text.length() <= 20 ? text : text.substring(0, 20) + "...";
  }

  private void connectQueue(String prefix, int order, int stay, int parallel)
      throws DeviceException {
    int[] references = new int[1 << order];
    boolean single = order == 0 && device.front(prefix + "ring-ref").isPresent();
    for (int i = 0; i < references.length; i++) {
      references[i] = device.frontInt(prefix + (single ? "ring-ref" : "ring-ref" + i));
    }
    int port = device.frontInt(prefix + "event-channel");
    Mapping pages = device.map(true, references);
    BlockQueue queue =
        new BlockQueue(device, disk, threads, pages, references.length, stay, parallel);
    queues.add(queue);
    if (changing || released) {
      queue.pause();
    }
    queue.channel(device.bind(port, queue::event));
  }

  @Override
  public void disconnect(Runnable done) {
    queues.forEach(BlockQueue::stop);
    steps.add(
        end ->
            whenQuiet(
                () -> {
                  closeQueues();
                  end.run();
                  done.run();
                }));
  }

  private void closeQueues() {
    try {
      queues.forEach(BlockQueue::close);
    } catch (RuntimeException | Error e) {
      post(() -> rethrow(e));
    }
    queues.clear();
  }

  /** Runs something when no request is under way any more; the queues begin none. */
  private void whenQuiet(Runnable then) {
    int[] waiting = {1};
    Runnable quiet =
        () -> {
          if (--waiting[0] == 0) {
            then.run();
          }
        };
    for (BlockQueue queue : queues) {
      if (!queue.quiet(() -> post(quiet))) {
        waiting[0]++;
      }
    }
    quiet.run();
  }

  /** Unlike {@link BackendDevice#post} also when the device is gone. */
  private void post(Runnable task) {
    device.control().events().post(device.domain(), task);
  }

  static void rethrow(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) e;
  }

  /** Does something that may take long, and then the rest on the event thread. */
  private void work(Runnable slow, Runnable then) {
    if (!threads.canWait()) {
      slow.run();
      then.run();
      return;
    }
    threads.run(
        () -> {
          try {
            slow.run();
          } catch (RuntimeException | Error e) {
            post(() -> rethrow(e));
          }
          post(then);
        });
  }

  @Override
  public void changed(String key) throws DeviceException {
    switch (key) {
      case "params":
        changeMedium();
        break;
      case "resize":
        resize();
        break;
      case "copy":
        copyImage();
        break;
      case "flush":
        flushImage();
        break;
      case "released":
        release();
        break;
      case "bytes-per-second":
      case "requests-per-second":
        readLimits();
        break;
      default:
        break;
    }
  }

  private void changeMedium() {
    String now = device.back("params").orElse("");
    if (now.equals(params) || !cdrom || released) {
      String reason = released ? "its domain is being moved" : "it is no drive for CDs";
      device.publish("medium-error", now.equals(params) ? "" : reason);
      return;
    }
    params = now;
    String mode = device.back("mode").orElse("w");
    whileQuiet(
        () -> replaceImage(now, mode),
        error -> {
          announceSize();
          // The answer: whoever waits for it finds the rest done.
          device.publish("medium-error", error);
        });
  }

  /** Does something that may take long while no request is under way. */
  private void whileQuiet(Supplier<String> slow, Consumer<String> then) {
    steps.add(
        end -> {
          changing = true;
          queues.forEach(BlockQueue::pause);
          String[] error = {""};
          whenQuiet(
              () ->
                  work(
                      () -> error[0] = slow.get(),
                      () -> {
                        changing = false;
                        if (!released) {
                          queues.forEach(BlockQueue::resume);
                        }
                        then.accept(error[0]);
                        end.run();
                      }));
        });
  }

  /** The toolstack wants what was written to be durable; requests go on meanwhile. */
  private void flushImage() {
    String[] error = {""};
    steps.add(
        end ->
            work(
                () -> error[0] = flush(disk.image()),
                () -> {
                  device.publish("flush-error", error[0]);
                  end.run();
                }));
  }

  private static String flush(DiskImage image) {
    try {
      if (image != null) {
        image.flush();
      }
      return "";
    } catch (IOException e) {
      return IoReason.of(e);
    }
  }

  /** The toolstack lets another daemon have the image, or wants it back. */
  private void release() {
    boolean now = device.back("released").filter("1"::equals).isPresent();
    if (now == released) {
      device.publish("release-error", "");
      return;
    }
    released = true;
    String mode = device.back("mode").orElse("w");
    whileQuiet(
        () -> {
          String error = replaceImage(now ? "" : params, mode);
          released = now || !error.isEmpty();
          return error;
        },
        error -> device.publish("release-error", error));
  }

  /** The toolstack wants all of the disk in a file. */
  private void copyImage() {
    String to = device.back("copy").orElse("");
    if (!to.isEmpty()) {
      whileQuiet(() -> copyImage(to), error -> device.publish("copy-error", error));
    }
  }

  private String copyImage(String to) {
    DiskImage image = disk.image();
    if (image == null) {
      return "there is no image to copy";
    }
    try {
      FrozenDisk.copy(image, Path.of(to));
      return "";
    } catch (IOException | InvalidPathException e) {
      return to + ": cannot be written (" + IoReason.of(e) + ")";
    }
  }

  /** Returns what went wrong: the drive is empty then, and works. */
  private String replaceImage(String from, String mode) {
    try {
      disk.change(null);
      if (!from.isEmpty()) {
        disk.change(opener.open(from, mode));
      }
      return "";
    } catch (IOException | DeviceException e) {
      return e.getMessage();
    }
  }

  /** The toolstack names a number of bytes, or has grown the file or device itself. */
  private void resize() throws DeviceException {
    long bytes = number("resize");
    String[] error = {""};
    steps.add(
        end ->
            work(
                () -> error[0] = resizeImage(bytes),
                () -> {
                  announceSize();
                  device.publish("resize-error", error[0]);
                  end.run();
                }));
  }

  private String resizeImage(long bytes) {
    DiskImage image = disk.image();
    if (image == null) {
      return "there is no image to resize";
    }
    try {
      image.resize(bytes);
      return "";
    } catch (IOException e) {
      return IoReason.of(e);
    }
  }

  private void announceSize() {
    publishSize();
    if (!queues.isEmpty()) {
      device.announce();
    }
  }

  @Override
  public void close(Runnable done) {
    steps.add(
        end ->
            work(
                this::closeImage,
                () -> {
                  threads.closed();
                  end.run();
                  done.run();
                }));
  }

  private void closeImage() {
    try {
      disk.change(null);
    } catch (IOException e) {
      BlockDriver.LOG.error("{}: the image could not be closed: {}", device.path(), e.toString());
    }
  }

  @Override
  public Map<String, Object> metrics() {
    Map<String, Object> all = disk.metrics();
    all.put("queues", queues.size());
    all.put("depth", queues.stream().mapToInt(BlockQueue::depth).sum());
    all.put("mapped", queues.stream().mapToInt(BlockQueue::mapped).sum());
    return all;
  }
}
