package dev.zendo.hypercalls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.zendo.hypercalls.generate.Catalogue;
import dev.zendo.hypercalls.layout.Layout;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nothing of the ABI is left out of the header and the reference. */
class CatalogueTest {
  private static List<Class<?>> classesOfTheAbi()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path root =
        Path.of(Hypercalls.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace('/', '.');
        if (!name.contains("-info") && !name.contains("$") && !name.contains(".generate.")) {
          classes.add(Class.forName(name.substring(0, name.length() - ".class".length())));
        }
      }
    }
    return classes;
  }

  @Test
  void everyStructureIsListed() throws Exception {
    Set<Layout> listed = new HashSet<>();
    Catalogue.FAMILIES.forEach(family -> listed.addAll(family.structures()));
    int found = 0;
    for (Class<?> type : classesOfTheAbi()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getType() == Layout.class && Modifier.isPublic(field.getModifiers())) {
          found++;
          assertEquals(true, listed.contains(field.get(null)), type.getName());
        }
      }
    }
    assertEquals(listed.size(), found);
  }

  @Test
  void everyClassOfConstantsIsListedOnce() throws Exception {
    Set<Class<?>> listed = new HashSet<>();
    for (Catalogue.Family family : Catalogue.FAMILIES) {
      for (Catalogue.Constants constants : family.constants()) {
        assertEquals(true, listed.add(constants.type()), constants.type().getName());
      }
    }
    for (Class<?> type : classesOfTheAbi()) {
      boolean numbers = false;
      for (Field field : type.getDeclaredFields()) {
        int modifiers = field.getModifiers();
        boolean constant = Modifier.isStatic(modifiers) && Modifier.isPublic(modifiers);
        numbers |= constant && (field.getType() == int.class || field.getType() == long.class);
      }
      if (type != Hypercalls.class) {
        assertEquals(numbers, listed.contains(type), type.getName());
      }
    }
    assertFalse(listed.isEmpty());
  }
}
