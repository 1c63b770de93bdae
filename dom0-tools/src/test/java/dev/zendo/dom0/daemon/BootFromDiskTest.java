package dev.zendo.dom0.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.EngineChoice;
import dev.zendo.dom0.TinyKernel;
import dev.zendo.dom0.bootloader.ExtTools;
import dev.zendo.dom0.client.DaemonClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code bootloader = "pygrub"}: a domain whose kernel is on its own disk. */
@Timeout(60)
class BootFromDiskTest {
  @TempDir private Path temp;

  @Test
  void theKernelComesFromTheFirstDisk() throws IOException, InterruptedException {
    Path tree = Files.createDirectories(temp.resolve("tree/boot/grub")).getParent().getParent();
    Files.write(tree.resolve("boot/kernel"), TinyKernel.endless().elf().bytes());
    Files.writeString(
        tree.resolve("boot/grub/grub.cfg"),
        "menuentry 'a' {\nlinux /boot/kernel root=/dev/xvda\n}\n");
    Path disk = ExtTools.make(temp.resolve("disk"), 1024, tree, "-t", "ext2");
    StateFolder folder = StateFolder.of(temp.resolve("s"));
    folder.make();
    Files.write(folder.boot().resolve("of-a-daemon-that-was-killed-kernel"), new byte[1]);
    try (Daemon daemon = new Daemon(folder, 64, 1, EngineChoice.INTERPRETER);
        DaemonClient client = DaemonClient.find(folder).orElseThrow()) {
      assertEquals(2, daemon.addresses().size());
      ObjectNode config =
          Json.object().put("name", "web").put("bootloader", "pygrub").put("memory", 8);
      config.putArray("disk").add("file:" + disk + ",xvda,w");
      ObjectNode params = Json.object().put("paused", true);
      params.set("config", config);
      client.call("create", params);
      ObjectNode which = Json.object().put("domain", "web");
      assertEquals(
          "pygrub", client.call("describe", which).at("/config/b_info/bootloader").asText());
      assertEquals(1, copies(folder));
      client.call("unpause", which);
      client.call("destroy", which);
      assertEquals(0, copies(folder));
      Files.write(disk, new byte[1 << 20]);
      DaemonException e = assertThrows(DaemonException.class, () -> client.call("create", params));
      assertTrue(e.getMessage().startsWith(disk + ": cannot be booted from: "), e.getMessage());
      assertEquals(0, copies(folder));
      config.remove("disk");
      assertThrows(DaemonException.class, () -> client.call("create", params));
    }
  }

  private static long copies(StateFolder folder) throws IOException {
    try (Stream<Path> files = Files.list(folder.boot())) {
      return files.count();
    }
  }
}
