package dev.zendo.dom0.ninep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.zendo.dom0.ToolException;
import dev.zendo.dom0.device.DeviceSpec;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How users describe shares. */
class SharedFolderTest {
  @Test
  void readsTheSyntaxOfXl() {
    SharedFolder folder = SharedFolder.parse("tag=home,security_model=none,path=/srv/x");
    assertEquals(new SharedFolder("home", "/srv/x", false), folder);
    DeviceSpec device = folder.device(3);
    assertEquals("9pfs", device.type());
    assertEquals(3, device.devid());
    assertEquals(Map.of("tag", "home"), device.front());
    assertEquals(Map.of("path", "/srv/x", "security_model", "none", "mode", "w"), device.back());
  }

  @Test
  void takesRelativePathsAndReadOnlyAccess() {
    SharedFolder folder = SharedFolder.parse(" path = a/../b , access=ro, tag=t");
    assertEquals(new SharedFolder("t", Path.of("b").toAbsolutePath().toString(), true), folder);
    assertEquals("r", folder.device(0).back().get("mode"));
  }

  @Test
  void takesLimits() {
    SharedFolder folder = SharedFolder.parse("tag=t,path=/x,size=20M,files=10k");
    assertEquals(new SharedFolder("t", "/x", false, 20 << 20, 10240), folder);
    assertEquals("20971520", folder.device(0).back().get("size"));
    assertEquals("10240", folder.device(0).back().get("files"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tag=t",
        "path=/x",
        "tag=t,path=",
        "tag=,path=/x",
        "tag=a b,path=/x",
        "tag=t,path=/x,access=w",
        "tag=t,path=/x,security_model=mapped",
        "tag=t,path=/x,tag=u",
        "tag=t,path=/x,more=1",
        "tag=t,path=/x,size=0",
        "tag=t,path=/x,files=-1",
        "tag=t,path=/x,",
        "/x"
      })
  void refusesTheRestInOneLine(String text) {
    String message = assertThrows(ToolException.class, () -> SharedFolder.parse(text)).getMessage();
    assertEquals(1, message.lines().count());
  }
}
