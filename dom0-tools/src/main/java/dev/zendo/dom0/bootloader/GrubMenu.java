package dev.zendo.dom0.bootloader;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads GRUB's menus as pygrub does: line by line, without carrying out the commands between them.
 */
final class GrubMenu {
  /** Longer lines mean nothing, and would take long to look at. */
  private static final int MAX_LINE = 4096;

  private static final Pattern ENTRY =
      Pattern.compile("menuentry\\s+(?:([\"'])(.*?)\\1|(\\S+))(.*)\\{\\s*");
  private static final Pattern ID =
      Pattern.compile("(?:\\$menuentry_id_option|--id)[ =]([\"']?)(\\S+)\\1");
  private static final Pattern DEFAULT = Pattern.compile("set\\s+default=([\"']?)(.*)\\1");

  private final List<MenuEntry> entries = new ArrayList<>();
  private MenuEntry open;
  private String usual = "0";
  private boolean inFunction;

  private GrubMenu() {}

  private static List<String> lines(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#") && line.length() < MAX_LINE)
        .toList();
  }

  /** The menu of GRUB 2: grub.cfg. */
  static BootMenu modern(String text) {
    GrubMenu menu = new GrubMenu();
    lines(text).forEach(menu::modernLine);
    return new BootMenu(menu.entries, menu.usual);
  }

  private void modernLine(String line) {
    if (inFunction || line.startsWith("function")) {
      inFunction = !line.startsWith("}");
      return;
    }
    Matcher entry = ENTRY.matcher(line);
    if (entry.matches()) {
      Matcher id = ID.matcher(entry.group(4));
      String title = entry.group(2) == null ? entry.group(3) : entry.group(2);
      open = new MenuEntry(title, id.find() ? id.group(2) : "");
      entries.add(open);
    } else if (line.startsWith("}")) {
      open = null;
    } else if (open == null) {
      Matcher set = DEFAULT.matcher(line);
      // What is saved in variables is not known here.
      if (set.matches() && !set.group(2).contains("$")) {
        usual = set.group(2);
      }
    } else {
      modernCommand(line.split("\\s+", 2));
    }
  }

  private void modernCommand(String... words) {
    String rest = words.length > 1 ? words[1] : "";
    switch (words[0]) {
      case "linux", "linux16", "linuxefi" -> open.kernel(withoutVariables(rest));
      case "initrd", "initrd16", "initrdefi" -> open.ramdisks(withoutVariables(rest));
      default -> {}
    }
  }

  /** Menus name variables that nothing has set, to be set by their readers. */
  private static String withoutVariables(String text) {
    return text.replaceAll("\\$(\\{\\w+\\}|\\w+)", "");
  }

  /** The menu of the GRUB before it: menu.lst or grub.conf. */
  static BootMenu legacy(String text) {
    GrubMenu menu = new GrubMenu();
    lines(text).forEach(menu::legacyLine);
    return new BootMenu(menu.entries, menu.usual);
  }

  private void legacyLine(String line) {
    String[] words = line.split("[\\s=]+", 2);
    String rest = words.length > 1 ? words[1].strip() : "";
    if (words[0].equals("title")) {
      open = new MenuEntry(rest, "");
      entries.add(open);
    } else if (open == null) {
      usual = words[0].equals("default") && rest.matches("[0-9]+") ? rest : usual;
    } else if (words[0].equals("kernel")) {
      open.kernel(rest);
    } else if (words[0].equals("initrd")) {
      open.ramdisks(rest);
    }
  }
}
