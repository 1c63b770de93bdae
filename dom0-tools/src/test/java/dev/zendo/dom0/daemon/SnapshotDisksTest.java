package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.block.DiskSpec;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.config.DomainConfig;
import dev.zendo.dom0.config.Settings;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.image.KernelImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The disks of a domain that is there, in a snapshot and in its clones. */
@Timeout(60)
class SnapshotDisksTest {
  @TempDir private Path temp;
  private DomainConfig config;
  private Path snapshots;
  private Overlays overlays;
  private SnapshotDisks disks;

  @BeforeEach
  void make() throws IOException {
    Files.write(temp.resolve("web.elf"), TinyKernel.endless().elf().bytes());
    byte[] content = new byte[1 << 20];
    content[4711] = 42;
    Files.write(temp.resolve("disk"), content);
    Files.write(temp.resolve("cd"), content);
    ObjectNode json = Json.object().put("name", "web").put("kernel", temp + "/web.elf");
    json.put("memory", 8).put("folder", temp.toString());
    json.putArray("disk").add("disk,raw,xvda,w").add("cd,raw,xvdb,r");
    config = DomainConfig.of(Settings.ofJson("test", json));
    snapshots = temp.resolve("snapshots");
    overlays = new Overlays(snapshots);
    disks = new SnapshotDisks(overlays, "ready, set");
  }

  private List<Path> files() throws IOException {
    if (!Files.exists(snapshots)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(snapshots)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private void copy() throws IOException {
    List<DeviceSpec> devices =
        config.devices().get("disk").stream().map(text -> DiskSpec.parse(text, temp)).toList();
    KernelImage kernel = KernelImage.read(config.kernel(), 8 << 20);
    DomainSpec spec =
        new DomainSpec("web", UUID.randomUUID(), kernel, null, "", 8, 1).with(devices);
    try (Machine machine = Machine.start(128, 1, EngineChoice.INTERPRETER);
        Guest guest = machine.create(spec, ConsoleOutput.NONE)) {
      disks.copy(guest, config);
      assertThrows(ToolException.class, () -> disks.copy(guest, config));
      assertTrue(machine.internalErrors().isEmpty());
    }
  }

  @Test
  void whatIsWritableIsCopiedAndOverlaid() throws IOException {
    copy();
    List<Path> copies = files();
    assertEquals(1, copies.size());
    assertEquals(-1, Files.mismatch(temp.resolve("disk"), copies.get(0)));
    List<String> texts = disks.of(config);
    assertEquals("cd,raw,xvdb,r", texts.get(1));
    DeviceSpec overlay = DiskSpec.parse(texts.get(0), temp);
    Path image = Path.of(overlay.back().get("params").substring("qcow2:".length()));
    assertEquals(copies.get(0).getParent(), image.getParent());
    assertEquals("w", overlay.back().get("mode"));
    assertEquals("xvda", overlay.back().get("dev"));
    List<String> others = disks.of(config);
    assertFalse(texts.get(0).equals(others.get(0)));
    // Clones may need them for longer than the snapshot is there.
    disks.close();
    assertEquals(2, images().size());
    release(others);
    assertEquals(List.of(image), images());
    assertEquals(List.of(image), overlays.of(texts, temp));
    overlays.release(List.of(image), List.of(image)::contains);
    assertEquals(List.of(image), images());
    release(texts);
    nothingIsLeft();
    assertTrue(Files.exists(temp.resolve("cd")));
  }

  private List<Path> images() throws IOException {
    return files().stream().filter(file -> file.toString().endsWith(".qcow2")).toList();
  }

  private void release(List<String> texts) {
    overlays.release(overlays.of(texts, temp), image -> false);
  }

  private void nothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(snapshots)) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void imagesOfSavedClonesStay() throws IOException {
    copy();
    List<Path> saved = overlays.of(disks.of(config), temp);
    overlays.keep(saved);
    overlays.keep(saved);
    List<String> other = disks.of(config);
    disks.close();
    overlays.release(saved, image -> false);
    release(other);
    assertEquals(saved, images());
    assertEquals(2, files().size());
    new Overlays(snapshots).removeLost(image -> false);
    assertEquals(2, files().size());
  }

  @Test
  void aLaterDaemonRemovesWhatNoDomainHas() throws IOException {
    copy();
    List<Path> lost = overlays.of(disks.of(config), temp);
    Files.createDirectories(snapshots.resolve("somebody's"));
    Files.writeString(snapshots.resolve("somebody's/own.txt"), "text");
    Files.writeString(snapshots.resolve("own.txt"), "text");
    Overlays later = new Overlays(snapshots);
    later.removeLost(lost::contains);
    assertEquals(lost, images());
    later.removeLost(image -> false);
    assertEquals(2, files().size());
    assertTrue(files().stream().allMatch(file -> file.endsWith("own.txt")));
  }

  @Test
  void whatADomainNamesElsewhereIsNoneOfThese() throws IOException {
    Path outside = Files.createDirectories(temp.resolve("x/y")).resolve("z.qcow2");
    List<String> texts =
        List.of(
            snapshots + "/../x/y/z.qcow2,qcow2,xvda,w",
            snapshots + "/z.qcow2,qcow2,xvdb,w",
            outside + ",qcow2,xvdc,w",
            "no disk at all");
    assertEquals(List.of(), overlays.of(texts, temp));
  }

  @Test
  void whatNoCloneUsesIsRemoved() throws IOException {
    copy();
    release(disks.of(config));
    disks.close();
    assertEquals(List.of(), files());
    assertThrows(ToolException.class, () -> disks.of(config));
  }

  @Test
  void aDomainWithoutDisksHasNone() {
    disks.close();
    assertFalse(Files.exists(snapshots));
  }
}
