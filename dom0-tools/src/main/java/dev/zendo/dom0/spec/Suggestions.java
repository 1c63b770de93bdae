package dev.zendo.dom0.spec;

import java.util.Collection;

/** Finds what somebody may have meant. */
public final class Suggestions {
  private Suggestions() {}

  /**
   * The known word that differs least from a word.
   *
   * @return a hint like {@code "; did you mean --memory?"}, empty when nothing is near
   */
  public static String hint(String word, Collection<String> known) {
    String best = null;
    int least = Math.max(2, word.length() / 2);
    for (String candidate : known) {
      int distance = candidate.startsWith(word) ? 1 : distance(word, candidate);
      if (distance < least || (distance == least && best == null)) {
        least = distance;
        best = candidate;
      }
    }
    return best == null ? "" : "; did you mean " + best + "?";
  }

  /** Insertions, deletions, replacements and swaps of neighbours that make one word the other. */
  static int distance(String from, String to) {
    int[][] cost = new int[from.length() + 1][to.length() + 1];
    for (int i = 0; i <= from.length(); i++) {
      cost[i][0] = i;
    }
    for (int j = 0; j <= to.length(); j++) {
      cost[0][j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      for (int j = 1; j <= to.length(); j++) {
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int least = Math.min(cost[i - 1][j], cost[i][j - 1]) + 1;
        least = Math.min(least, cost[i - 1][j - 1] + (same ? 0 : 1));
        boolean swapped =
            i > 1
                && j > 1
                && from.charAt(i - 1) == to.charAt(j - 2)
                && from.charAt(i - 2) == to.charAt(j - 1);
        cost[i][j] = swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
      }
    }
    return cost[from.length()][to.length()];
  }
}
