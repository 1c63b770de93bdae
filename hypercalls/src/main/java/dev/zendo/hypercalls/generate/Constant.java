package dev.zendo.hypercalls.generate;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One named number of the ABI as C spells it.
 *
 * @param name the C name
 * @param value its value
 * @param wide whether it needs 64 bits
 */
record Constant(String name, long value, boolean wide) {
  private static final int LARGEST_DECIMAL = 4096;

  /** Reads the public constants of a class, in the order of their declaration. */
  static List<Constant> of(Catalogue.Constants constants) {
    List<Constant> result = new ArrayList<>();
    for (Field field : constants.type().getDeclaredFields()) {
      Class<?> type = field.getType();
      boolean number = type == int.class || type == long.class;
      if (number && Modifier.isPublic(field.getModifiers())) {
        String name = constants.prefix() + spelling(field.getName(), constants.lowerCase());
        result.add(new Constant(name, value(field), type == long.class));
      }
    }
    return result;
  }

  /** The value in decimal when it is small, in hexadecimal otherwise. */
  String digits() {
    if (wide) {
      return "0x" + Long.toHexString(value);
    }
    boolean small = value > -LARGEST_DECIMAL && value < LARGEST_DECIMAL;
    return small ? Long.toString(value) : "0x" + Integer.toHexString((int) value);
  }

  /** Java names cannot start with a digit; those that would have a V in front. */
  private static String spelling(String javaName, boolean lowerCase) {
    boolean digit =
        javaName.length() > 1 && javaName.charAt(0) == 'V' && Character.isDigit(javaName.charAt(1));
    String name = digit ? javaName.substring(1) : javaName;
    return lowerCase ? name.toLowerCase(Locale.ROOT) : name;
  }

  private static long value(Field field) {
    try {
      return field.getLong(null);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
