package dev.zendo.dom0.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerbsTest {
  @Test
  void eachVerbIsFoundByItsNameAndThereOnce() {
    Set<String> names = new HashSet<>();
    for (Verb verb : Verbs.all()) {
      assertTrue(names.add(verb.name()), verb.name());
      assertEquals(verb.name(), Verbs.find(verb.name()).name());
    }
    assertTrue(names.size() > 40, names.toString());
    assertNull(Verbs.find("dance"));
  }
}
