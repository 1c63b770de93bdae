package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathTest {
  @ParameterizedTest
  @ValueSource(strings = {"/", "/a", "/local/domain/0", "/A-Z/_@/09", "/@a"})
  void validPathsKeepTheirText(String text) {
    assertEquals(text, Path.of(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "//",
        "/a/",
        "/a//b",
        "/a b",
        "/a.b",
        "/a\0",
        "/\u00e4",
        "/\u0161",
        "@a",
        "/a/\uffff"
      })
  void everythingElseIsInvalid(String text) {
    StoreException refused = assertThrows(StoreException.class, () -> Path.of(text));
    assertEquals(StoreError.EINVAL, refused.error());
  }

  @Test
  void anAbsolutePathHasAtMost3072Bytes() {
    assertEquals(3072, Path.of("/" + "a".repeat(3071)).toString().length());
    assertThrows(StoreException.class, () -> Path.of("/" + "a".repeat(3072)));
  }

  @Test
  void aRelativePathHasAtMost2048Bytes() {
    Path home = Path.ofDomain(1);
    assertEquals(16 + 2048, home.resolve("a".repeat(2048)).toString().length());
    assertThrows(StoreException.class, () -> home.resolve("a".repeat(2049)));
    Path deep = Path.of("/" + "a".repeat(2000));
    assertThrows(StoreException.class, () -> deep.resolve("a".repeat(2048)));
  }

  @Test
  void relativePathsAreBelowAndAbsoluteOnesStandForThemselves() {
    Path home = Path.ofDomain(7);
    assertEquals("/local/domain/7/a/b", home.resolve("a/b").toString());
    assertEquals("/a/b", home.resolve("/a/b").toString());
    assertEquals("/a", Path.ROOT.resolve("a").toString());
    for (String bad : List.of("", "a/", "a//b", "@releaseDomain", "a b")) {
      assertThrows(StoreException.class, () -> home.resolve(bad), bad);
    }
  }

  @Test
  void namesAndAncestorsAreThoseOfTheText() {
    Path path = Path.of("/a/b/c");
    assertEquals(3, path.depth());
    assertEquals("b", path.name(1));
    assertEquals("c", path.name());
    assertEquals("/a/b", path.parent().toString());
    assertSame(Path.ROOT, path.ancestor(0));
    assertSame(Path.ROOT, Path.ROOT.parent());
    assertEquals(path, Path.of("/a/b").child("c"));
    assertEquals("c", Path.of("/a/b").resolve("c").name());
    assertThrows(StoreException.class, () -> path.child("x/y"));
    assertThrows(StoreException.class, () -> path.child(""));
  }

  @Test
  void aPathStartsWithItsAncestorsButNotWithPartsOfNames() {
    assertTrue(Path.of("/a/b").startsWith(Path.of("/a")));
    assertTrue(Path.of("/a/b").startsWith(Path.ROOT));
    assertTrue(Path.of("/a").startsWith(Path.of("/a")));
    assertFalse(Path.of("/ab").startsWith(Path.of("/a")));
    assertFalse(Path.of("/a").startsWith(Path.of("/a/b")));
  }

  @Test
  void parentsSortBeforeTheirChildren() {
    List<String> sorted =
        List.of("/a/b", "/a-b", "/a", "/", "/a/b/c", "/b").stream()
            .map(Path::of)
            .sorted()
            .map(Path::toString)
            .toList();
    assertEquals(List.of("/", "/a", "/a/b", "/a/b/c", "/a-b", "/b"), sorted);
  }
}
