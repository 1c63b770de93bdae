package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * The classes that fused code is made of: method bodies from class files, fields and access rights
 * by reflection. Only classes of the project are looked into. Not thread-safe.
 */
final class ClassFiles {
  private static final String PROJECT = "dev/zendo/";

  private final ClassLoader loader;
  private final String packageName;
  private final Map<String, Map<Key, MethodNode>> bodies = new HashMap<>();
  private final Map<String, Class<?>> classes = new HashMap<>();
  private final Map<Class<?>, String> fileNames = new HashMap<>();
  private final Map<Key, Member> members = new HashMap<>();

  /** A member; {@code owner} is null inside one class, {@code descriptor} is null for fields. */
  private record Key(Class<?> owner, String name, String descriptor) {}

  /** Classes as code in the package of {@code home} sees them. */
  ClassFiles(Class<?> home) {
    this.loader = home.getClassLoader();
    this.packageName = home.getPackageName();
  }

  static boolean isOurs(String owner) {
    return owner.startsWith(PROJECT);
  }

  /** Name of the class file that a class, which may be hidden, was made from. */
  String fileName(Class<?> type) {
    return fileNames.computeIfAbsent(type, ClassFiles::findFileName);
  }

  private static String findFileName(Class<?> type) {
    String name = type.getName().replace('.', '/');
    int hidden = type.isHidden() ? name.lastIndexOf('/') : name.length();
    return name.substring(0, hidden);
  }

  /** The nearest class, from a class upwards, that code in the home package can name. */
  Class<?> nameable(Class<?> type) {
    Class<?> result = type;
    while (result.isHidden() || !isVisible(result)) {
      result = result.getSuperclass();
    }
    return result;
  }

  private boolean isVisible(Class<?> type) {
    return Modifier.isPublic(type.getModifiers()) || type.getPackageName().equals(packageName);
  }

  Class<?> named(String internalName) {
    return classes.computeIfAbsent(
        internalName,
        name -> {
          try {
            return Class.forName(name.replace('/', '.'), false, loader);
          } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** The body of a method that a class declares itself. */
  MethodNode body(Class<?> owner, String name, String descriptor) {
    return bodies.computeIfAbsent(fileName(owner), this::read).get(new Key(null, name, descriptor));
  }

  private Map<Key, MethodNode> read(String file) {
    ClassNode node = new ClassNode();
    try (InputStream in = loader.getResourceAsStream(file + ".class")) {
      // Without line numbers, a frame stands right behind its labels.
      new ClassReader(in.readAllBytes())
          .accept(node, ClassReader.EXPAND_FRAMES | ClassReader.SKIP_DEBUG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<Key, MethodNode> methods = new HashMap<>();
    for (MethodNode method : node.methods) {
      methods.put(new Key(null, method.name, method.desc), method);
    }
    return methods;
  }

  /** The method that a class declares or inherits; null when there is none. */
  Method method(Class<?> from, String name, String descriptor) {
    return (Method)
        members.computeIfAbsent(
            new Key(from, name, descriptor), key -> findMethod(from, name, descriptor));
  }

  private static Method findMethod(Class<?> from, String name, String descriptor) {
    for (Class<?> type = from; type != null; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.getName().equals(name) && Type.getMethodDescriptor(method).equals(descriptor)) {
          return method;
        }
      }
    }
    return null;
  }

  /** The field that a class declares or inherits; null when there is none. */
  Field field(Class<?> from, String name) {
    return (Field) members.computeIfAbsent(new Key(from, name, null), key -> findField(from, name));
  }

  private static Field findField(Class<?> from, String name) {
    for (Class<?> type = from; type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field;
        }
      }
    }
    return null;
  }

  /** Whether code in the home package may name a member. */
  boolean isAccessible(Member member) {
    int modifiers = member.getModifiers();
    if (Modifier.isPrivate(modifiers) || member.getDeclaringClass().isHidden()) {
      return false;
    }
    return Modifier.isPublic(modifiers)
        || member.getDeclaringClass().getPackageName().equals(packageName);
  }
}
