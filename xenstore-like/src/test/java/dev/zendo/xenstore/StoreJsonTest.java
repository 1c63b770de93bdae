package dev.zendo.xenstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The content of a store as JSON: nothing is lost, and a bad document changes nothing. */
class StoreJsonTest {
  private final Store store = new Store();
  private final StoreClient xs = store.client(0);

  private static String json(Store store) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StoreJson.write(store.root(), out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static void restore(Store store, String json) throws IOException {
    StoreJson.restore(store, new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theFormIsAsDocumented() throws IOException {
    xs.write("/b", new byte[] {-1, 0});
    xs.write("/a/x", "text \"quoted\" \u00e9", Permissions.parse("n0", "r1"));
    assertEquals(
        """
        {
          "value" : "",
          "perms" : [ "n0" ],
          "children" : {
            "a" : {
              "value" : "",
              "perms" : [ "n0" ],
              "children" : {
                "x" : {
                  "value" : "text \\"quoted\\" \u00e9",
                  "perms" : [ "n0", "r1" ]
                }
              }
            },
            "b" : {
              "value" : {
                "base64" : "/wA="
              },
              "perms" : [ "n0" ]
            }
          }
        }
        """,
        json(store));
  }

  @Property(tries = 500, seed = "20261120")
  void everyContentSurvives(
      @ForAll @Size(max = 20) List<@Size(max = 12) byte[]> values, @ForAll int shape)
      throws IOException {
    Store one = new Store();
    StoreClient client = one.client(0);
    List<String> paths = new ArrayList<>(List.of("/"));
    int random = shape;
    for (byte[] value : values) {
      random = random * 1103515245 + 12345;
      String parent = paths.get((random >>> 8) % paths.size());
      String path = (parent.equals("/") ? "" : parent) + "/n" + (random >>> 24);
      client.write(path, value);
      client.chmod(path, Permissions.parse("n" + (random >>> 28), "b3"));
      paths.add(path);
    }
    Store two = new Store();
    restore(two, json(one));
    assertEquals(json(one), json(two));
    StoreClient other = two.client(0);
    for (String path : paths) {
      assertArrayEquals(client.readBytes(path), other.readBytes(path));
      assertEquals(client.permissions(path), other.permissions(path));
      assertEquals(client.list(path), other.list(path));
    }
    for (int domid = 0; domid < 16; domid++) {
      assertEquals(one.usage(domid).nodes(), two.usage(domid).nodes());
    }
  }

  @Test
  void theDeepestPossibleTreeSurvives() throws IOException {
    String path = "/a".repeat(1536);
    xs.write(path, "deep");
    Store other = new Store();
    restore(other, json(store));
    assertEquals("deep", other.client(0).read(path));
    other.client(0).rm("/a");
    assertEquals(1, other.usage(0).nodes());
  }

  @Test
  void whatIsLeftOutHasDefaults() throws IOException {
    restore(store, "{\"perms\":[\"n0\",\"r1\"],\"children\":{\"a\":{\"value\":\"x\"}}}");
    assertEquals("x", xs.read("/a"));
    assertEquals("", xs.read("/"));
    assertEquals("n0,r1", xs.permissions("/a").toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '\'',
      value = {
        "{; not JSON",
        "[]; /: a node is a JSON object",
        "''; /: a node is a JSON object",
        "{\"vlaue\":\"x\"}; /: unknown member \"vlaue\"",
        "{\"value\":5}; /: a value is a string",
        "{\"value\":{\"base64\":\"?\"}}; /: the value is not base64",
        "{\"perms\":[\"x9\"]}; /: EINVAL",
        "{\"perms\":[]}; /: EINVAL",
        "{\"perms\":[1]}; /: a permission is a string",
        "{\"children\":[]}; /: \"children\" is a JSON object",
        "{\"children\":{\"a\":{\"children\":{\"b c\":{}}}}}; is not a node name",
        "{\"children\":{\"a\":{\"children\":{\"b\":7}}}}; /a/b: a node is a JSON object",
      })
  void aBadDocumentIsRefusedWithThePlaceAndChangesNothing(String json, String message)
      throws IOException {
    xs.write("/kept", "yes");
    String before = json(store);
    StoreException refused = assertThrows(StoreException.class, () -> restore(store, json));
    assertEquals(StoreError.EINVAL, refused.error());
    assertTrue(refused.getMessage().contains(message), refused.getMessage());
    assertEquals(before, json(store));
  }

  @Test
  void aValueThatIsTooLongIsRefused() {
    String json = "{\"value\":\"" + "x".repeat(4097) + "\"}";
    StoreException refused = assertThrows(StoreException.class, () -> restore(store, json));
    assertEquals(StoreError.E2BIG, refused.error());
  }

  @Test
  void restoringFiresEveryWatchAndConflictsWithOpenTransactions() throws IOException {
    List<String> events = new ArrayList<>();
    xs.watch("/a", events::add);
    StoreTransaction tx = xs.begin();
    tx.write("/a", "mine");
    restore(store, "{\"children\":{\"a\":{\"value\":\"restored\"}}}");
    assertEquals(List.of("/a", "/a"), events);
    assertEquals(StoreError.EAGAIN, assertThrows(StoreException.class, tx::commit).error());
    assertEquals("restored", xs.read("/a"));
  }

  @Test
  void aSubtreeIsLoadedOverWhatIsThere() throws IOException {
    xs.write("/a/old", "kept");
    StoreJson.load(
        xs,
        Path.of("/a"),
        StoreJson.parse(
            new ByteArrayInputStream(
                "{\"value\":\"v\",\"children\":{\"b\":{\"value\":\"w\",\"perms\":[\"n2\"]}}}"
                    .getBytes(StandardCharsets.UTF_8))));
    assertEquals("kept", xs.read("/a/old"));
    assertEquals("v", xs.read("/a"));
    assertEquals("w", xs.read("/a/b"));
    assertEquals(
        Map.of("a", "n0", "b", "n2"),
        Map.of("a", xs.permissions("/a").toString(), "b", xs.permissions("/a/b").toString()));
  }
}
