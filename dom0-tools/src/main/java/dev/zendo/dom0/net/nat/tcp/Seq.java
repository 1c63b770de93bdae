package dev.zendo.dom0.net.nat.tcp;

/** Comparison of sequence numbers, which wrap. */
final class Seq {
  private Seq() {}

  static boolean before(int a, int b) {
    return a - b < 0;
  }

  static boolean after(int a, int b) {
    return a - b > 0;
  }

  static int max(int a, int b) {
    return after(a, b) ? a : b;
  }
}
