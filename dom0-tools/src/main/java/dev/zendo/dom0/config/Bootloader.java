package dev.zendo.dom0.config;

import dev.zendo.dom0.spec.Suggestions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code bootloader} and {@code bootloader_args}: the kernel is found on the guest's first disk. No
 * program of the host is run; what pygrub would do is done here.
 *
 * @param program as it was written
 * @param arguments as they were written
 * @param kernel path on the disk, or null: the disk's menu says it
 * @param ramdisk path on the disk, or null
 * @param entry number or title in the menu, or null
 * @param commandLine from the arguments, or null
 */
public record Bootloader(
    String program,
    List<String> arguments,
    String kernel,
    String ramdisk,
    String entry,
    String commandLine) {
  private static final String PROGRAMS = "(.*/)?(pygrub|pygrub\\.py|pvgrub)";
  private static final List<String> WITH_VALUE = List.of("kernel", "ramdisk", "entry", "args");

  /** Those that say how pygrub behaves at a terminal. */
  private static final List<String> ALONE = List.of("-q", "--quiet", "--debug");

  /** Takes a list that nobody changes. */
  public Bootloader {
    arguments = List.copyOf(arguments);
  }

  /** What a configuration says; null when it names none. */
  static Bootloader of(Settings settings) {
    String program = settings.string("bootloader", "");
    if (program.isEmpty()) {
      return null;
    }
    if (!program.matches(PROGRAMS)) {
      throw settings.refused(
          "bootloader", "\"" + program + "\" is not run; only what pygrub does is done here");
    }
    List<String> arguments = settings.strings("bootloader_args");
    Map<String, String> given = read(settings, arguments);
    return new Bootloader(
        program,
        arguments,
        given.getOrDefault("kernel", named(settings, "kernel")),
        given.getOrDefault("ramdisk", named(settings, "ramdisk")),
        given.get("entry"),
        given.get("args"));
  }

  private static String named(Settings settings, String key) {
    String name = settings.string(key, "");
    return name.isEmpty() ? null : name;
  }

  private static Map<String, String> read(Settings settings, List<String> arguments) {
    Map<String, String> given = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (name.startsWith("--") && WITH_VALUE.contains(name.substring(2))) {
        if (equals < 0 && i + 1 == arguments.size()) {
          throw settings.refused("bootloader_args", argument + " needs a value");
        }
        given.put(
            name.substring(2), equals < 0 ? arguments.get(++i) : argument.substring(equals + 1));
      } else if (!ALONE.contains(argument)) {
        List<String> known = new ArrayList<>(ALONE);
        WITH_VALUE.forEach(each -> known.add("--" + each));
        throw settings.refused(
            "bootloader_args",
            "\""
                + argument
                + "\" is not known"
                + Suggestions.hint(name, known)
                + "; use "
                + String.join(", ", known));
      }
    }
    return given;
  }
}
