package dev.zendo.dom0.bootloader;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.ToolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks that e2fsprogs made, and what is found on them. */
@Timeout(60)
class GuestBootloaderTest {
  private static final BootRequest USUAL = new BootRequest(null, null, null, "quiet");
  private static final long MEMORY = 64 << 20;
  private static final String MENU =
      """
      set default="0"
      menuentry 'Debian' --class os $menuentry_id_option 'simple' {
        linux /vmlinuz root=/dev/xvda1 ro
        initrd /boot/initrd.img
      }
      """;

  @TempDir private Path temp;
  private Path tree;
  private byte[] kernel;

  @BeforeEach
  void plant() throws IOException {
    tree = Files.createDirectories(temp.resolve("tree"));
    Files.createDirectories(tree.resolve("boot/grub"));
    kernel = new byte[700_001];
    new Random(1).nextBytes(kernel);
    // Longer than the links that stand in inodes.
    String name = "vmlinuz-" + "6".repeat(80);
    Files.write(tree.resolve("boot").resolve(name), kernel);
    Files.createSymbolicLink(tree.resolve("vmlinuz"), Path.of("boot/../boot/link"));
    Files.createSymbolicLink(tree.resolve("boot/link"), Path.of("/boot/" + name));
    Files.writeString(tree.resolve("boot/grub/grub.cfg"), MENU);
    sparse(tree.resolve("boot/initrd.img"));
  }

  /** Something, a hole, something, a hole. */
  private static void sparse(Path file) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.wrap("head".getBytes(UTF_8)), 0);
      out.write(ByteBuffer.wrap("tail".getBytes(UTF_8)), 900_000);
      out.write(ByteBuffer.allocate(1), 1_000_000);
    }
  }

  private BootFiles copy(byte[] image, BootRequest request) {
    return GuestBootloader.copy("disk", new MemoryImage(image), request, temp, "p", MEMORY);
  }

  private String refusal(byte[] image, BootRequest request) {
    ToolException e = assertThrows(ToolException.class, () -> copy(image, request));
    assertEquals(1, e.getMessage().lines().count());
    assertFalse(Files.exists(temp.resolve("p-kernel")));
    assertFalse(Files.exists(temp.resolve("p-ramdisk")));
    return e.getMessage();
  }

  private Path make(String options) throws IOException, InterruptedException {
    return ExtTools.make(temp.resolve("image"), 8192, tree, options.split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-t ext2 -b 1024",
        "-t ext2 -b 4096 -r 0",
        "-t ext3 -b 1024",
        "-t ext3 -b 4096",
        "-t ext4 -b 1024 -I 128",
        "-t ext4 -b 4096 -O 64bit",
        "-t ext4 -b 4096 -O ^64bit,^metadata_csum",
        "-t ext4 -b 2048 -O metadata_csum",
      })
  void readsEveryKind(String options) throws IOException, InterruptedException {
    Path image = make(options);
    BootFiles files = copy(Files.readAllBytes(image), USUAL);
    assertArrayEquals(kernel, Files.readAllBytes(files.kernel()));
    assertArrayEquals(
        Files.readAllBytes(tree.resolve("boot/initrd.img")), Files.readAllBytes(files.ramdisk()));
    assertArrayEquals(ExtTools.cat(image, "/boot/initrd.img"), Files.readAllBytes(files.ramdisk()));
    assertEquals("root=/dev/xvda1 ro quiet", files.commandLine());
    GuestBootloader.remove(temp, "p");
    assertFalse(Files.exists(files.kernel()));
  }

  @Test
  void findsAFileAmongThousands() throws IOException, InterruptedException {
    Path many = Files.createDirectories(tree.resolve("many"));
    for (int i = 0; i < 2000; i++) {
      Files.writeString(many.resolve("a-name-that-takes-some-room-" + i), "k" + i);
    }
    Path image = ExtTools.make(temp.resolve("image"), 16384, tree, "-t", "ext4", "-N", "4096");
    ExtTools.index(image);
    byte[] bytes = Files.readAllBytes(image);
    for (int i = 0; i < 2000; i += 333) {
      BootRequest request =
          new BootRequest("/many/a-name-that-takes-some-room-" + i, null, null, "");
      assertEquals("k" + i, Files.readString(copy(bytes, request).kernel()));
    }
    GuestBootloader.remove(temp, "p");
    assertTrue(
        refusal(bytes, new BootRequest("/many/none", null, null, "")).contains("no /many/none"));
  }

  @Test
  void aKernelMayBeNamed() throws IOException, InterruptedException {
    byte[] image = Files.readAllBytes(make("-t ext4"));
    BootFiles files = copy(image, new BootRequest("/vmlinuz", null, null, "a b"));
    assertArrayEquals(kernel, Files.readAllBytes(files.kernel()));
    assertNull(files.ramdisk());
    assertEquals("a b", files.commandLine());
    GuestBootloader.remove(temp, "p");
    assertTrue(
        refusal(image, new BootRequest("/vmlinuz", "/none", null, "")).endsWith("no file /none"));
    assertTrue(refusal(image, new BootRequest(null, null, "9", "")).endsWith("no entry 9"));
  }

  /** In the second partition of an MBR, in a logical one, and in one of a GPT. */
  @ParameterizedTest
  @ValueSource(strings = {"mbr", "logical", "gpt"})
  void looksIntoPartitions(String kind) throws IOException, InterruptedException {
    byte[] part = Files.readAllBytes(make("-t ext4"));
    int sector = 4096;
    byte[] disk = new byte[sector * 512 + part.length];
    System.arraycopy(part, 0, disk, sector * 512, part.length);
    ByteBuffer table = ByteBuffer.wrap(disk).order(ByteOrder.LITTLE_ENDIAN);
    switch (kind) {
      case "mbr" -> {
        entry(table, 446, 0x83, 2048, 8);
        entry(table, 462, 0x83, sector, part.length / 512);
      }
      case "logical" -> {
        entry(table, 446, 0x05, 1024, 100_000);
        entry(table, 1024 * 512 + 446, 0x82, 1, 8);
        entry(table, 1024 * 512 + 462, 0x05, 64, 100_000);
        entry(table, 1088 * 512 + 446, 0x83, sector - 1088, part.length / 512);
        table.putShort(1024 * 512 + 510, (short) 0xaa55);
        table.putShort(1088 * 512 + 510, (short) 0xaa55);
      }
      default -> {
        entry(table, 446, 0xee, 1, -1);
        table.putLong(512, 0x5452_4150_2049_4645L).putLong(512 + 72, 2);
        table.putInt(512 + 80, 128).putInt(512 + 84, 128);
        table.putLong(1024 + 128, 7).putLong(1024 + 128 + 32, sector);
        table.putLong(1024 + 128 + 40, sector + part.length / 512 - 1);
      }
    }
    table.putShort(510, (short) 0xaa55);
    assertArrayEquals(kernel, Files.readAllBytes(copy(disk, USUAL).kernel()));
  }

  private static void entry(ByteBuffer table, int at, int type, int sector, int count) {
    table.put(at + 4, (byte) type).putInt(at + 8, sector).putInt(at + 12, count);
  }

  @Test
  void saysWhyNot() throws IOException, InterruptedException {
    assertTrue(refusal(new byte[0], USUAL).endsWith("no ext2, ext3 or ext4 file system"));
    assertTrue(refusal(new byte[4096], USUAL).endsWith("no ext2, ext3 or ext4 file system"));
    Files.delete(tree.resolve("boot/grub/grub.cfg"));
    assertTrue(refusal(Files.readAllBytes(make("-t ext4")), USUAL).contains("no boot menu"));
    Files.createSymbolicLink(tree.resolve("boot/grub/grub.cfg"), Path.of("menu.lst"));
    Files.createSymbolicLink(tree.resolve("boot/grub/menu.lst"), Path.of("grub.cfg"));
    assertTrue(
        refusal(Files.readAllBytes(make("-t ext4")), USUAL)
            .endsWith("symbolic links lead to each other"));
    byte[] inline = Files.readAllBytes(make("-t ext4 -O inline_data"));
    assertTrue(refusal(inline, USUAL).endsWith("a directory is kept in its inode"));
    byte[] journal = Files.readAllBytes(make("-t ext4 -O meta_bg,^resize_inode"));
    assertTrue(refusal(journal, USUAL).contains("features that are not read"));
  }

  @Test
  void aFileIsNoLargerThanTheGuest() throws IOException, InterruptedException {
    byte[] image = Files.readAllBytes(make("-t ext4"));
    ToolException e =
        assertThrows(
            ToolException.class,
            () ->
                GuestBootloader.copy(
                    "disk", new MemoryImage(image), USUAL, temp, "p", kernel.length - 1));
    assertTrue(e.getMessage().contains("700001 bytes"), e.getMessage());
  }

  /** Whatever a guest does to its disk, at most it does not boot. */
  @ParameterizedTest
  @ValueSource(strings = {"-t ext4 -b 1024", "-t ext2 -b 1024"})
  void damageIsOnlyRefused(String options) throws IOException, InterruptedException {
    byte[] whole =
        Files.readAllBytes(ExtTools.make(temp.resolve("image"), 2048, tree, options.split(" ")));
    int[] used = used(whole);
    int booted = 0;
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      byte[] image = whole.clone();
      for (int i = 1 + random.nextInt(40); i > 0; i--) {
        int at = used[random.nextInt(used.length)];
        image[at] = (byte) (random.nextInt(4) == 0 ? 0xff : random.nextInt(256));
      }
      if (random.nextInt(10) == 0) {
        image = Arrays.copyOf(image, random.nextInt(image.length / 512) * 512);
      }
      try {
        copy(image, USUAL);
        booted++;
      } catch (ToolException e) {
        assertEquals(1, e.getMessage().lines().count());
      }
    }
    assertTrue(booted > 0 && booted < 300, booted + " of them booted");
  }

  /** Bytes of blocks that are neither empty nor the contents of the kernel. */
  private static int[] used(byte[] image) {
    int[] used = new int[image.length];
    int count = 0;
    for (int block = 0; block < image.length; block += 1024) {
      int different = 0;
      boolean empty = true;
      boolean[] seen = new boolean[256];
      for (int i = 0; i < 1024; i++) {
        int value = image[block + i] & 0xff;
        empty &= value == 0;
        different += seen[value] ? 0 : 1;
        seen[value] = true;
      }
      // Random bytes take nearly all values.
      for (int i = 0; i < 1024 && !empty && different < 200; i++) {
        used[count++] = block + i;
      }
    }
    return Arrays.copyOf(used, count);
  }
}
