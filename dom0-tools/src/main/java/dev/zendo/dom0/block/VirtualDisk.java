package dev.zendo.dom0.block;

import dev.zendo.dom0.ToolException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names and numbers of virtual disks (xen-vbd-interface(7)).
 *
 * @param name as the guest may call it, such as {@code xvda1}
 * @param number the device's number in the store
 */
public record VirtualDisk(String name, int number) {
  private static final Pattern LETTERS =
      Pattern.compile("(xvd|sd|hd)([a-z]{1,5})(0|[1-9]\\d{0,4})?");
  private static final Pattern DIGITS = Pattern.compile("d(\\d{1,7})p(\\d{1,5})");
  private static final Pattern NUMBER = Pattern.compile("0x[0-9a-f]{1,7}|\\d{1,9}");

  private static final int MAX_EXTENDED_DISK = (1 << 20) - 1;
  private static final int MAX_EXTENDED_PARTITION = 255;

  /**
   * Reads a name, or a plain number.
   *
   * @throws ToolException with one line when there is no such disk
   */
  public static VirtualDisk parse(String text) {
    Matcher letters = LETTERS.matcher(text);
    int number = -1;
    if (letters.matches()) {
      long disk = diskOf(letters.group(2));
      int partition = letters.group(3) == null ? 0 : Integer.parseInt(letters.group(3));
      number = number(letters.group(1), disk, partition);
    } else {
      Matcher digits = DIGITS.matcher(text);
      if (digits.matches()) {
        long disk = Integer.parseInt(digits.group(1));
        number = number("xvd", disk, Integer.parseInt(digits.group(2)));
      } else if (NUMBER.matcher(text).matches()) {
        number = Integer.decode(text.startsWith("0x") ? text : text.replaceFirst("^0+(?=.)", ""));
      }
    }
    if (number < 0) {
      throw new ToolException(
          "vdev=" + text + ": there is no such disk; use xvda, xvdb1 or the like");
    }
    return new VirtualDisk(text, number);
  }

  /** Letters count like columns of a spreadsheet: a is 0, z is 25, aa is 26. */
  private static long diskOf(String letters) {
    long disk = 0;
    for (int i = 0; i < letters.length(); i++) {
      disk = disk * 26 + letters.charAt(i) - 'a' + 1;
    }
    return disk - 1;
  }

  private static int number(String kind, long disk, int partition) {
    switch (kind) {
      case "sd":
        return disk <= 15 && partition <= 15 ? 8 << 8 | (int) disk << 4 | partition : -1;
      case "hd":
        return disk <= 3 && partition <= 63
            ? (disk < 2 ? 3 : 22) << 8 | ((int) disk & 1) << 6 | partition
            : -1;
      default:
        if (disk <= 15 && partition <= 15) {
          return 202 << 8 | (int) disk << 4 | partition;
        }
        return disk <= MAX_EXTENDED_DISK && partition <= MAX_EXTENDED_PARTITION
            ? 1 << 28 | (int) disk << 8 | partition
            : -1;
    }
  }
}
