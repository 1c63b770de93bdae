package dev.zendo.dom0.ninep;

/**
 * What 9P calls a file by: two files are the same if their qids' paths are.
 *
 * @param type one of QT_ in {@link dev.zendo.hypercalls.io.NinePValues}
 * @param version changes with the content
 */
record Qid(int type, int version, long path) {
  static final int SIZE = 13;
}
