package dev.zendo.dom0.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.zendo.dom0.image.Symbols;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypervisor.trace.Sample;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ProfileTest {
  private final Profile profile = new Profile();

  private String folded() throws IOException {
    StringBuilder out = new StringBuilder();
    profile.writeFolded(out);
    return out.toString();
  }

  private Document svg(String title) throws Exception {
    StringBuilder out = new StringBuilder();
    profile.writeSvg(out, title);
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(out.toString())));
  }

  private static Sample sample(boolean kernel, int service, long... frames) {
    return new Sample(kernel, service, frames);
  }

  @Test
  void namesFramesOutermostFirst(@TempDir Path folder) throws IOException {
    Path map = folder.resolve("System.map");
    Files.writeString(map, "1000 T outer\n2000 t inner\n3000 T last\n");
    Namer namer = new Namer(List.of(Symbols.read(map)));
    // The call of "last" from the end of "inner": its return address is the start of "last".
    profile.add(
        Map.of(
            sample(true, Sample.NONE, 0x3004, 0x3000, 0x1010), 5L,
            sample(true, Hypercalls.MMU_UPDATE, 0x2000), 2L,
            sample(true, Sample.EXCEPTION + 14, 0x2001), 1L,
            sample(true, Sample.NONE, 0xffff_ffff_a000_0123L), 3L,
            sample(false, Sample.NONE, 0x1234), 4L),
        namer);
    assertEquals(
        """
        kernel;inner;[#PF] 1
        kernel;inner;[hypercall mmu_update] 2
        kernel;outer;inner;last 5
        kernel;page 0xffffffffa0000000 3
        user;page 0x1000 4
        """,
        folded());
    assertEquals(15, profile.total());
  }

  @Test
  void listsTheLeavesSeenMostOften() {
    profile.add(List.of("kernel", "a", "b"), 3);
    profile.add(List.of("kernel", "b"), 4);
    profile.add(List.of("kernel", "a"), 5);
    profile.add(List.of("user", "c"), 5);
    assertEquals(List.of(new Profile.Line("b", 7), new Profile.Line("a", 5)), profile.top(2));
    assertEquals(3, profile.top(20).size());
  }

  @Test
  void namesCannotBreakTheirLine() throws IOException {
    profile.add(List.of("kernel", "a;b c"), 1);
    assertEquals("kernel;a:b c 1\n", folded());
  }

  @Test
  void drawsBoxesAsWideAsTheirShare() throws Exception {
    profile.add(List.of("kernel", "f<int>&\"\u0001"), 3);
    profile.add(List.of("kernel", "g"), 1);
    profile.add(List.of("kernel", "tiny"), 0);
    Document picture = svg("a <guest> & more");
    NodeList boxes = picture.getElementsByTagName("g");
    assertEquals(4, boxes.getLength());
    Element all = (Element) boxes.item(0);
    Element first = (Element) boxes.item(2);
    assertTrue(first.getTextContent().startsWith("f<int>&\"?: 3 samples, 75.00%"));
    assertEquals(width(all) * 0.75, width(first), 0.2);
    assertTrue(picture.getDocumentElement().getTextContent().contains("a <guest> & more"));
  }

  private static double width(Element box) {
    Element rectangle = (Element) box.getElementsByTagName("rect").item(0);
    return Double.parseDouble(rectangle.getAttribute("width"));
  }

  @Test
  void emptyProfilesAreFilesToo() throws Exception {
    assertEquals("", folded());
    assertEquals(1, svg("").getElementsByTagName("g").getLength());
  }
}
