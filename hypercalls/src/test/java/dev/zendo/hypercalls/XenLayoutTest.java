package dev.zendo.hypercalls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.zendo.hypercalls.generate.Catalogue;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.Member;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layouts against what a C compiler makes of Xen's own headers. */
class XenLayoutTest {
  private static final Map<String, String> XEN = new HashMap<>();

  /** Members that Xen splits into smaller ones or that this description joins. */
  private static final List<String> OWN_STRUCTURES = List.of("e820entry", "sring");

  @BeforeAll
  static void readNumbers() throws IOException {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                XenLayoutTest.class.getResourceAsStream("xen-4.17-layouts.txt"),
                StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.startsWith("#")) {
          int space = line.indexOf(' ');
          XEN.put(line.substring(0, space), line.substring(space + 1));
        }
      }
    }
  }

  @Test
  void everyStructureHasTheSizeAndOffsetsOfXensHeaders() {
    for (Catalogue.Family family : Catalogue.FAMILIES) {
      for (Layout layout : family.structures()) {
        if (OWN_STRUCTURES.contains(layout.name())) {
          continue;
        }
        String size = XEN.get(layout.name());
        assertNotNull(size, "no figures for " + layout.name());
        assertEquals(size, Integer.toString(layout.size()), layout.name());
        check(layout.name(), layout.members());
      }
    }
  }

  @Test
  void e820EntryIsPacked() {
    assertEquals(20, dev.zendo.hypercalls.memory.E820Entry.LAYOUT.size());
  }

  private static void check(String path, List<Member> members) {
    for (Member member : members) {
      String name = path + "." + member.name();
      assertEquals(XEN.get(name), member.offset() + " " + member.size(), name);
      check(name, member.members());
    }
  }
}
