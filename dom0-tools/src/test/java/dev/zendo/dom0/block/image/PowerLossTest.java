package dev.zendo.dom0.block.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whenever the power fails, qemu-img finds no error but leaks, what was flushed is there, and the
 * image can be used on.
 */
class PowerLossTest {
  private static final int SIZE = 1 << 20;

  @TempDir private Path folder;

  private byte[] create(Object... options) throws IOException {
    QemuImg.assumeInstalled();
    Path file = folder.resolve("new.qcow2");
    Object[] command = new Object[options.length + 6];
    Object[] start = {"create", "-q", "-f", "qcow2"};
    System.arraycopy(start, 0, command, 0, 4);
    System.arraycopy(options, 0, command, 4, options.length);
    command[command.length - 2] = file;
    command[command.length - 1] = SIZE;
    QemuImg.run(command);
    return Files.readAllBytes(file);
  }

  private static Qcow2Image open(Storage storage, DiskImage backing) throws IOException {
    return new Qcow2Image(storage, Qcow2Header.read(storage), backing, false);
  }

  private void loseAndLook(LossyStorage storage, ImageModel model, DiskImage backing, Random random)
      throws IOException {
    byte[] found = storage.afterPowerLoss(random);
    Path file = folder.resolve("found.qcow2");
    Files.write(file, found);
    QemuImg.checkNoErrors(file);
    Qcow2Image again = open(new LossyStorage(found), backing);
    model.checkFlushed(again);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cluster_size=512",
        "cluster_size=512,refcount_bits=64",
        "cluster_size=4k,refcount_bits=1",
        "compat=0.10,cluster_size=1k",
        "cluster_size=64k",
      })
  void atAnyMomentTheImageIsConsistentAndFlushedDataAreThere(String options) throws IOException {
    LossyStorage storage = new LossyStorage(create("-o", options));
    exercise(storage, null, new byte[SIZE], 300);
    Path file = Files.write(folder.resolve("end.qcow2"), storage.afterPowerLoss(new Random(1)));
    QemuImg.check(file);
  }

  /** Operations, in whose middle the power fails now and then. */
  private void exercise(LossyStorage storage, DiskImage backing, byte[] contents, int steps)
      throws IOException {
    ImageModel model = new ImageModel(11, contents);
    Random random = new Random(12);
    Storage watched =
        new WatchedStorage(
            storage,
            count -> {
              if (random.nextInt(150) == 0) {
                loseAndLook(storage, model, backing, random);
              }
            });
    Qcow2Image disk = open(watched, backing);
    for (int i = 0; i < steps; i++) {
      model.step(disk);
    }
    disk.close();
  }

  /** Copy-on-write must not lose what stood around the written sectors. */
  @Test
  void theRestOfAClusterComesFromTheBackingFileEvenThen() throws IOException {
    byte[] contents = new byte[SIZE];
    new Random(2).nextBytes(contents);
    Path base = Files.write(folder.resolve("base.raw"), contents);
    byte[] fresh = create("-F", "raw", "-b", base);
    try (DiskImage backing = RawImage.open(base, ImageAccess.READ)) {
      exercise(new LossyStorage(fresh), backing, contents, 300);
    }
  }

  /** The storage may fail between any two writes of one operation. */
  @Test
  void growingAndFlushingSurviveALossInTheirMiddle() throws IOException {
    byte[] fresh = create("-o", "cluster_size=512");
    for (int failAt = 1; failAt < 60; failAt += 4) {
      int moment = failAt;
      Random random = new Random(failAt);
      byte[][] found = new byte[1][];
      LossyStorage storage = new LossyStorage(fresh);
      Storage watched =
          new WatchedStorage(
              storage,
              count -> {
                if (count == moment) {
                  found[0] = storage.afterPowerLoss(random);
                }
              });
      Qcow2Image disk = open(watched, null);
      ImageModel model = new ImageModel(15, new byte[SIZE]);
      model.write(disk, 0, 300 << 10);
      model.flush(disk);
      model.grow(disk, 4 << 20);
      model.write(disk, 3 << 20, 1 << 20);
      model.flush(disk);
      disk.close();
      if (found[0] != null) {
        QemuImg.checkNoErrors(Files.write(folder.resolve("found.qcow2"), found[0]));
      }
    }
  }
}
