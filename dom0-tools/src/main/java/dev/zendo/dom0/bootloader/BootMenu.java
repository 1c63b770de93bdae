package dev.zendo.dom0.bootloader;

import java.util.List;

/**
 * What a disk can boot.
 *
 * @param entries in their order; those of submenus stand among them
 * @param usual number, title or id of the entry that boots when nobody chooses
 */
record BootMenu(List<MenuEntry> entries, String usual) {
  BootMenu {
    entries = List.copyOf(entries);
  }

  /**
   * The entry to boot.
   *
   * @param wanted number or title; null for the usual one, or the first if that is not there
   */
  MenuEntry pick(String wanted) throws BadFilesystemException {
    if (entries.isEmpty()) {
      throw new BadFilesystemException("its boot menu has no entries");
    }
    MenuEntry entry = find(wanted == null ? leaf(usual) : wanted);
    if (entry == null && wanted != null) {
      throw new BadFilesystemException("its boot menu has no entry " + wanted);
    }
    return entry == null ? entries.get(0) : entry;
  }

  /** GRUB names an entry of a submenu behind the submenu. */
  private static String leaf(String name) {
    return name.substring(name.lastIndexOf('>') + 1);
  }

  private MenuEntry find(String name) {
    if (name.matches("[0-9]{1,4}")) {
      int index = Integer.parseInt(name);
      return index < entries.size() ? entries.get(index) : null;
    }
    return entries.stream().filter(entry -> entry.isNamed(name)).findFirst().orElse(null);
  }
}
