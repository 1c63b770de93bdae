package dev.zendo.hypercalls.memory;

/** Types of memory map entries. */
public final class E820 {
  public static final int RAM = 1;
  public static final int RESERVED = 2;
  public static final int ACPI = 3;
  public static final int NVS = 4;
  public static final int UNUSABLE = 5;

  private E820() {}
}
