package dev.zendo.dom0.bootloader;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the menus of extlinux and isolinux. */
final class ExtlinuxMenu {
  private final String folder;
  private final List<MenuEntry> entries = new ArrayList<>();
  private MenuEntry open;
  private String usual = "0";

  private ExtlinuxMenu(String folder) {
    this.folder = folder;
  }

  /**
   * Reads a menu.
   *
   * @param folder where it stands: relative paths start there
   */
  static BootMenu parse(String folder, String text) {
    ExtlinuxMenu menu = new ExtlinuxMenu(folder);
    text.lines().map(String::strip).forEach(menu::line);
    return new BootMenu(menu.entries, menu.usual);
  }

  private void line(String line) {
    String[] words = line.split("\\s+", 2);
    String rest = words.length > 1 ? words[1] : "";
    String command = words[0].toLowerCase(Locale.ROOT);
    if (command.equals("label")) {
      open = new MenuEntry(rest, "");
      entries.add(open);
    } else if (command.equals("default")) {
      usual = rest;
    } else if (open != null) {
      entryLine(command, rest);
    }
  }

  private void entryLine(String command, String rest) {
    switch (command) {
      case "kernel", "linux" -> {
        String arguments = open.arguments();
        open.kernel(path(rest));
        if (open.arguments().isEmpty()) {
          open.arguments(arguments);
        }
      }
      case "initrd" -> open.ramdisks(path(rest));
      case "append" -> append(rest);
      case "menu" -> usual = rest.equalsIgnoreCase("default") ? open.title() : usual;
      default -> {}
    }
  }

  private String path(String name) {
    return name.startsWith("/") ? name : folder + "/" + name;
  }

  /** Arguments may name the ramdisk. */
  private void append(String text) {
    List<String> others = new ArrayList<>();
    for (String word : text.split("\\s+")) {
      if (word.startsWith("initrd=")) {
        open.ramdisks(path(word.substring("initrd=".length())));
      } else {
        others.add(word);
      }
    }
    open.arguments(String.join(" ", others));
  }
}
