package dev.zendo.dom0.ninep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.zendo.hypercalls.Errno;
import dev.zendo.hypercalls.io.NinePMessage;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Extended attributes of users, where the host's file system has them. */
@EnabledOnOs(OS.LINUX)
class NinePAttributesTest {
  private static final int CREATE = 1;
  private static final int REPLACE = 2;

  @TempDir private Path folder;
  private UserDefinedFileAttributeView host;
  private Talk talk;

  @BeforeEach
  void attach() throws IOException, HostError {
    Path file = Files.writeString(folder.resolve("file"), "text");
    host = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    try {
      host.write("probe", java.nio.ByteBuffer.wrap(new byte[1]));
      host.delete("probe");
    } catch (FileSystemException | UnsupportedOperationException e) {
      assumeTrue(false, "no extended attributes on " + folder);
    }
    talk = Talk.attached(folder, false);
    talk.ask(talk.walk(0, 1, "file"));
  }

  @AfterEach
  void close() {
    if (talk != null) {
      talk.close();
    }
  }

  private int set(String name, String value, int flags) {
    talk.ask(talk.walk(1, 2));
    int refused = talk.attempt(talk.createAttribute(2, name, value.length(), flags));
    if (refused == 0) {
      for (int i = 0; i < value.length(); i += 3) {
        talk.ask(talk.write(2, i, value.substring(i, Math.min(value.length(), i + 3))));
      }
    }
    int result = talk.attempt(talk.clunk(2));
    return refused == 0 ? result : refused;
  }

  private String get(String name) {
    long size = talk.ask(talk.walkAttribute(1, 3, name)).getLong();
    String value = Talk.data(talk.ask(talk.read(3, 0, 4000)));
    assertEquals(size, value.length());
    assertEquals(value.substring(value.length() / 2), tail(value.length() / 2));
    talk.ask(talk.clunk(3));
    return value;
  }

  private String tail(int from) {
    return Talk.data(talk.ask(talk.read(3, from, 4000)));
  }

  @Test
  void areSetReadListedAndRemoved() throws IOException {
    assertEquals(0, set("user.colour", "dark red", 0));
    assertEquals(List.of("colour"), host.list());
    assertEquals("dark red", get("user.colour"));
    assertEquals(Errno.EEXIST, set("user.colour", "blue", CREATE));
    assertEquals(0, set("user.colour", "blue", REPLACE));
    assertEquals("blue", get("user.colour"));
    assertEquals(Errno.ENODATA, set("user.other", "x", REPLACE));
    assertEquals("user.colour\0", get(""));
    assertEquals(0, set("user.colour", "", REPLACE));
    assertEquals(List.of(), host.list());
    assertEquals("", get(""));
    assertEquals(Errno.ENODATA, talk.refused(talk.walkAttribute(1, 3, "user.colour")));
  }

  @Test
  void onlyThoseOfUsersAreThere() {
    for (String name :
        List.of("security.capability", "system.posix_acl_access", "trusted.x", "user", "x")) {
      assertEquals(Errno.EOPNOTSUPP, set(name, "x", 0), name);
      assertEquals(Errno.EOPNOTSUPP, talk.refused(talk.walkAttribute(1, 3, name)), name);
    }
    assertEquals(Errno.EINVAL, set("user.", "x", 0));
    assertEquals(Errno.EINVAL, set("user.a\0b", "x", 0));
    assertEquals(Errno.ERANGE, set("user." + "a".repeat(255), "x", 0));
    talk.ask(talk.walk(1, 2));
    assertEquals(Errno.E2BIG, talk.refused(talk.createAttribute(2, "user.a", 65537, 0)));
    assertEquals(Errno.E2BIG, talk.refused(talk.createAttribute(2, "user.a", -1, 0)));
  }

  @Test
  void aFidThatStandsForAnAttributeIsNoFile() {
    assertEquals(0, set("user.a", "value", 0));
    talk.ask(talk.walkAttribute(1, 3, "user.a"));
    assertEquals(Errno.EBADF, talk.refused(talk.write(3, 0, "x")));
    assertEquals(Errno.EINVAL, talk.refused(talk.open(3, 0)));
    assertEquals(Errno.EINVAL, talk.refused(talk.read(3, -1, 10)));
    assertEquals("", Talk.data(talk.ask(talk.read(3, Long.MAX_VALUE, 10))));
    assertEquals(Errno.EBADF, talk.refused(talk.readDirectory(3, 0, 100)));
    talk.ask(talk.walk(1, 2));
    talk.ask(talk.createAttribute(2, "user.b", 3, 0));
    assertEquals(Errno.ENOSPC, talk.refused(talk.write(2, 1, "xyz")));
    assertEquals(Errno.ENOSPC, talk.refused(talk.write(2, -1, "xyz")));
    assertEquals(Errno.EBADF, talk.refused(talk.read(2, 0, 1)));
    assertEquals(2, talk.server.fids().open());
    talk.ask(talk.to(NinePMessage.TREMOVE).u32(2));
    talk.ask(talk.clunk(3));
    assertEquals(0, talk.server.fids().open());
    assertFalse(Files.exists(folder.resolve("file")));
  }
}
