package dev.zendo.dom0.block;

import dev.zendo.dom0.block.image.DiskImage;
import dev.zendo.dom0.control.Mapping;
import dev.zendo.dom0.device.Backend;
import dev.zendo.dom0.device.BackendDevice;
import dev.zendo.dom0.device.DeviceException;
import dev.zendo.hypercalls.io.BlkifInfo;
import dev.zendo.hypercalls.io.BlkifLimits;
import dev.zendo.hypercalls.io.XenbusState;
import java.util.Map;
import java.util.function.Consumer;

/** The keys and the connection of a disk. On the event thread. */
final class BlockBackend implements Backend {
  /** Pages of a ring, as their binary logarithm. */
  private static final int MAX_RING_ORDER = 4;

  private static final int MAX_QUEUES = 4;

  /** Pages of all queues that may stay mapped: what Linux has for 32 requests of 33 pages. */
  static final int MAX_PERSISTENT = 1056;

  private static final int PHYSICAL_SECTOR = 4096;

  private final BackendDevice device;
  private final IoThreads threads;
  private final Disk disk;
  private final boolean cdrom;
  private final boolean persistent;
  private final DiskWork work;
  private final BlockQueues queues;
  private final DiskRequests requests;

  BlockBackend(BackendDevice device, IoThreads threads, BlockDriver.ImageOpener opener)
      throws DeviceException {
    this.device = device;
    this.threads = threads;
    this.cdrom = device.back("device-type").filter("cdrom"::equals).isPresent();
    this.persistent = device.back("persistent").filter("1"::equals).isPresent();
    this.disk = new Disk(device.back("discard-enable").filter("1"::equals).isPresent());
    this.work = new DiskWork(device, threads);
    this.queues = work.queues();
    this.requests = new DiskRequests(device, opener, disk, work, cdrom, this::announceSize);
  }

  @Override
  public void open(Runnable opened, Consumer<String> refused) {
    requests.open(
        error -> {
          if (error.isEmpty()) {
            opened.run();
          } else {
            refused.accept(error);
          }
        });
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
    queue.channel(device.bind(port, queue::event));
  }

  @Override
  public void disconnect(Runnable done) {
    work.disconnect(done);
  }

  @Override
  public void changed(String key) throws DeviceException {
    requests.changed(key);
  }

  private void announceSize() {
    publishSize();
    if (!queues.isEmpty()) {
      device.announce();
    }
  }

  @Override
  public void close(Runnable done) {
    requests.close(
        () -> {
          threads.closed();
          done.run();
        });
  }

  @Override
  public Map<String, Object> metrics() {
    Map<String, Object> all = disk.metrics();
    queues.addMetrics(all);
    return all;
  }
}
