package dev.zendo.dom0.cli;

import dev.zendo.dom0.builder.SchedulingSpec;
import dev.zendo.dom0.device.DeviceSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;

/**
 * What {@code zl run} shall run: a kernel file, or a folder with a guest, whose {@code Makefile} is
 * run and whose {@code guest.json} gives defaults for the options.
 *
 * @param kernel its file
 * @param ramdisk its file, or null
 * @param commandLine of the kernel
 * @param memoryMiB memory
 * @param vcpus number of vcpus
 * @param name of the domain
 * @param scheduling what it may have of the processors
 * @param devices what it has besides its console
 */
record RunTarget(
    Path kernel,
    Path ramdisk,
    String commandLine,
    long memoryMiB,
    int vcpus,
    String name,
    SchedulingSpec scheduling,
    List<DeviceSpec> devices) {
  private static final long DEFAULT_MEMORY_MIB = 256;

  /** Finds out what to run; builds a folder first. */
  static RunTarget of(Path given, CommandLine line) {
    GuestFile defaults = GuestFile.NONE;
    Path kernel = given;
    Path folder = Path.of("");
    Path file = given.getFileName();
    String otherwise = file == null ? "guest" : baseName(file.toString());
    if (Files.isDirectory(given)) {
      folder = given;
      GuestFolder.make(given);
      defaults = GuestFile.read(given.resolve("guest.json"));
      String base = given.toAbsolutePath().normalize().getFileName().toString();
      kernel = given.resolve(defaults.get("kernel", base + ".elf"));
      otherwise = base;
    }
    String ramdisk = defaults.get("ramdisk", null);
    Path ramdiskPath = ramdisk == null ? null : folder.resolve(ramdisk);
    if (line.hasOption("ramdisk")) {
      ramdiskPath = Path.of(line.getOptionValue("ramdisk"));
    }
    return new RunTarget(
        kernel,
        ramdiskPath,
        option(line, defaults, "cmdline", ""),
        memory(option(line, defaults, "memory", Long.toString(DEFAULT_MEMORY_MIB))),
        (int) number("vcpus", option(line, defaults, "vcpus", "1"), Integer.MAX_VALUE),
        name(option(line, defaults, "name", otherwise)),
        scheduling(line, defaults),
        DeviceOptions.of(line, defaults));
  }

  private static SchedulingSpec scheduling(CommandLine line, GuestFile defaults) {
    String weight =
        line.getOptionValue(
            "weight",
            defaults.get("cpu_weight", Integer.toString(SchedulingSpec.DEFAULT.weight())));
    int weightNumber = (int) number("weight", weight, SchedulingSpec.MAX_WEIGHT);
    if (weightNumber == 0) {
      throw new UsageException("--weight 0: use a number from 1 to " + SchedulingSpec.MAX_WEIGHT);
    }
    return new SchedulingSpec(
        weightNumber,
        (int) number("cap", option(line, defaults, "cap", "0"), SchedulingSpec.MAX_CAP),
        SchedulingSpec.processors(option(line, defaults, "cpus", "all")));
  }

  private static String baseName(String file) {
    return file.endsWith(".elf") ? file.substring(0, file.length() - 4) : file;
  }

  private static String option(
      CommandLine line, GuestFile defaults, String name, String otherwise) {
    return line.getOptionValue(name, defaults.get(name, otherwise));
  }

  private static String name(String name) {
    if (name.isEmpty() || name.length() > 255 || name.indexOf('/') >= 0) {
      throw new UsageException(
          "--name \"" + name + "\": a name has 1 to 255 characters and no slash");
    }
    return name;
  }

  /** MiB, or with a suffix K, M, G, T. */
  static long memory(String text) {
    String digits = text.trim();
    int shift = 0;
    if (!digits.isEmpty()) {
      int unit = "KMGT".indexOf(Character.toUpperCase(digits.charAt(digits.length() - 1)));
      if (unit >= 0) {
        digits = digits.substring(0, digits.length() - 1);
        shift = 10 * (unit - 1);
      }
    }
    long value = number("memory", digits, Long.MAX_VALUE >> 24);
    return shift < 0 ? value >> 10 : value << shift;
  }

  /** A decimal number from 0 to a limit. */
  static long number(String option, String text, long limit) {
    return numberOf("--" + option, text, limit);
  }

  /** The same of an argument, as it is called in the usage line. */
  static long numberOf(String argument, String text, long limit) {
    try {
      long value = Long.parseLong(text.trim());
      if (value < 0 || value > limit) {
        throw new UsageException(argument + " " + text + ": use a number from 0 to " + limit);
      }
      return value;
    } catch (NumberFormatException e) {
      throw new UsageException(argument + " " + text + ": not a number");
    }
  }
}
