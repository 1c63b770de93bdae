package dev.zendo.hypercalls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.hypercalls.generate.Generate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The printed forms of the ABI. */
class AbiReferenceTest {
  @TempDir private Path folder;

  @Test
  void theReferenceInDocsIsUpToDate() throws IOException {
    Path fresh = folder.resolve("abi.md");
    Generate.main(new String[] {"reference", fresh.toString()});
    assertEquals(
        Files.readString(fresh),
        Files.readString(Path.of("..", "docs", "abi.md")),
        "docs/abi.md is out of date; run: mvn -q -pl hypercalls compile exec:java@reference");
  }

  @Test
  void theHeaderNamesCallsAndStructuresAsXenDoes() throws IOException {
    Path header = folder.resolve("xen.h");
    Generate.main(new String[] {"header", header.toString()});
    String text = Files.readString(header);
    assertTrue(text.contains("#define __HYPERVISOR_sched_op 29\n"));
    assertTrue(text.contains("#define SCHEDOP_shutdown 2\n"));
    assertTrue(text.contains("#define VMASST_TYPE_4gb_segments 0\n"));
    assertTrue(text.contains("#define GNTST_bad_gntref (-3)\n"));
    assertTrue(text.contains("struct shared_info {\n"));
    assertTrue(text.contains("_Static_assert(sizeof(struct shared_info) == 3136"));
  }
}
