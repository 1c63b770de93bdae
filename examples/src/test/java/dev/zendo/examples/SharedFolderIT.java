package dev.zendo.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.GuestEnd;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.builder.DomainSpec;
import dev.zendo.dom0.console.ConsoleOutput;
import dev.zendo.dom0.device.DeviceSpec;
import dev.zendo.dom0.ninep.SharedFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's kernel mounts folders of the host and does with them what a file system is for. */
class SharedFolderIT {
  private static final long MEMORY_MIB = 512;
  private static final int SETXATTR = 188;
  private static final int GETXATTR = 191;

  @TempDir private Path host;
  private DebianShell shell;

  @BeforeAll
  static void thereIsAnInstallation() {
    DebianIT.thereIsAnInstallation();
  }

  private static DeviceSpec share(String tag, Path folder, String more, int devid) {
    return SharedFolder.parse("tag=" + tag + ",path=" + folder + more).device(devid);
  }

  @Test
  void linuxUsesSharedFolders() throws Exception {
    Path folder = Files.createDirectory(host.resolve("folder"));
    Path small = Files.createDirectory(host.resolve("small"));
    DomainSpec spec = DebianIT.installedWithAllDrivers(host, "disk.qcow2");
    List<DeviceSpec> devices = new ArrayList<>(spec.devices());
    devices.add(share("folder", folder, "", 0));
    devices.add(share("small", small, ",size=1M,files=20", 1));
    try (Machine machine = Machine.start(MEMORY_MIB, 1);
        Guest guest = machine.create(spec.with(devices), ConsoleOutput.NONE)) {
      guest.start();
      shell = DebianShell.login(guest);
      shell.run("mkdir /mnt/folder /mnt/small");
      shell.run("mount -t 9p -o trans=xen,version=9p2000.L folder /mnt/folder");
      shell.run("mount -t 9p -o trans=xen,version=9p2000.L small /mnt/small");
      links(folder);
      attributes(folder);
      limits(small);
      shell.run("umount /mnt/folder /mnt/small");
      shell.type("poweroff");
      assertEquals(GuestEnd.POWEROFF, guest.await(Duration.ofMinutes(4)), guest.log()::text);
      assertEquals(List.of(), machine.internalErrors());
    }
  }

  private void links(Path folder) throws Exception {
    shell.run("cd /mnt/folder && mkdir a b && echo hello > a/file");
    shell.run("ln -s a/file link && ln -s /etc/debian_version out && ln -s ../../etc up");
    assertEquals("hello", shell.run("cat link"));
    assertEquals(shell.run("cat /etc/debian_version"), shell.run("cat out"));
    assertEquals(shell.run("cat /etc/hostname"), shell.run("cat up/hostname"));
    assertEquals("a/file", shell.run("readlink link"));
    assertEquals(Path.of("../../etc"), Files.readSymbolicLink(folder.resolve("up")));
    shell.run("ln a/file b/hard");
    assertEquals("2", shell.run("stat -c %h a/file"));
    shell.run("mv a/file b/moved && mv b c && rm c/hard");
    assertEquals("hello", Files.readString(folder.resolve("c/moved")).strip());
    assertEquals("1", shell.run("stat -c %h c/moved"));
    shell.run("rm link out up");
    assertTrue(shell.run("df . | tail -1").contains("/mnt/folder"));
  }

  /** Sets an attribute with the means that every Debian has; the error's number, or 0. */
  private String setAttribute(String name, String value) throws InterruptedException {
    String call = "syscall(" + SETXATTR + ", $f, $n, $v, length $v, 0)";
    return perl(name, value, call + " == 0 ? print 0 : print $!+0");
  }

  private String perl(String name, String value, String program) throws InterruptedException {
    String variables = "$f = \"file\"; $n = \"" + name + "\"; $v = \"" + value + "\"; ";
    return shell.run("perl -e '" + variables + program + "'");
  }

  private void attributes(Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "text");
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    assertEquals("95", setAttribute("security.a", "x"), "EOPNOTSUPP");
    if (supported(view)) {
      assertEquals("0", setAttribute("user.colour", "red"));
      assertEquals(List.of("colour"), view.list());
      String get = "syscall(" + GETXATTR + ", $f, $n, $v, 3) == 3 or die $!; print $v";
      assertEquals("red", perl("user.colour", "...", get));
    }
  }

  private static boolean supported(UserDefinedFileAttributeView view) {
    try {
      view.write("probe", ByteBuffer.wrap(new byte[1]));
      view.delete("probe");
      return true;
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private void limits(Path small) throws Exception {
    shell.run("cd /mnt/small");
    assertEquals("1024", shell.run("df -k --output=size . | tail -1 | tr -d ' '"));
    String full = shell.run("dd if=/dev/zero of=big bs=64k count=32 2>&1 || true");
    assertTrue(full.contains("No space left on device"), full);
    assertEquals(1 << 20, Files.size(small.resolve("big")));
    shell.run("rm big && echo there is room again > big");
    full = shell.run("for i in $(seq 30); do touch file-$i; done 2>&1 || true");
    assertTrue(full.contains("No space left on device"), full);
    assertEquals("20", shell.run("ls | wc -l"));
    shell.run("cd /");
  }
}
