package dev.zendo.dom0.profile;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Draws stacks as an SVG picture: a box for each function, as wide as its share, its callers below
 * it. Pointing at a box shows its whole name and share.
 */
final class FlameGraph {
  private static final int WIDTH = 1200;
  private static final int ROW = 17;
  private static final int MARGIN = 10;
  private static final int HEADER = 34;
  private static final double LETTER = 6.6;

  /** Boxes narrower than this many pixels are left out. */
  private static final double NARROWEST = 0.3;

  private final Node root;
  private final String title;

  /** A function at a place in the tree of stacks. */
  static final class Node {
    private final String name;
    private final Map<String, Node> callees = new TreeMap<>();
    private long count;

    Node(String name) {
      this.name = name;
    }

    /** Adds a stack, outermost first. */
    void add(List<String> stack, long weight) {
      Node at = this;
      at.count += weight;
      for (String frame : stack) {
        at = at.callees.computeIfAbsent(frame, Node::new);
        at.count += weight;
      }
    }

    private int depth(double scale) {
      int deepest = 0;
      for (Node callee : callees.values()) {
        if (callee.count * scale >= NARROWEST) {
          deepest = Math.max(deepest, callee.depth(scale));
        }
      }
      return deepest + 1;
    }
  }

  FlameGraph(Node root, String title) {
    this.root = root;
    this.title = title;
  }

  void write(Appendable out) throws IOException {
    double scale = (WIDTH - 2.0 * MARGIN) / Math.max(1, root.count);
    int height = HEADER + root.depth(scale) * ROW + MARGIN;
    out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.append(
        text(
            """
            <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %1$d %2$d">
            <style>
            text { font: 11px monospace; pointer-events: none } g:hover rect { stroke: black }
            </style>
            <rect width="100%%" height="100%%" fill="#fcfcf7"/>
            <text x="%d" y="20" style="font-size: 14px">%s</text>
            """,
            WIDTH, height, MARGIN, escape(title)));
    draw(out, root, MARGIN, height - MARGIN - ROW, scale);
    out.append("</svg>\n");
  }

  private void draw(Appendable out, Node node, double x, int y, double scale) throws IOException {
    double width = node.count * scale;
    int letters = (int) ((width - 4) / LETTER);
    String label = letters < 3 ? "" : shorten(node.name, letters);
    String share = text("%.2f%%", 100.0 * node.count / Math.max(1, root.count));
    out.append(
        text(
            "<g><title>%s: %d samples, %s</title>"
                + "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"1\" fill=\"%s\"/>",
            escape(node.name), node.count, share, x, y, width, ROW - 1, colour(node.name)));
    if (!label.isEmpty()) {
      out.append(text("<text x=\"%.1f\" y=\"%d\">%s</text>", x + 3, y + 12, escape(label)));
    }
    out.append("</g>\n");
    double at = x;
    for (Node callee : node.callees.values()) {
      if (callee.count * scale >= NARROWEST) {
        draw(out, callee, at, y - ROW, scale);
      }
      at += callee.count * scale;
    }
  }

  private static String shorten(String name, int letters) {
    return name.length() <= letters ? name : name.substring(0, letters - 2) + "..";
  }

  /** Warm for the guest's functions, blue for the hypervisor's work, grey without a name. */
  private static String colour(String name) {
    int shade = Math.floorMod(name.hashCode(), 60);
    if (name.startsWith("[")) {
      return text("hsl(%d, 60%%, 70%%)", 190 + shade / 2);
    }
    return name.startsWith("page 0x")
        ? text("hsl(60, 5%%, %d%%)", 70 + shade / 4)
        : text("hsl(%d, 85%%, 62%%)", shade);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replaceAll("[^\\x20-\\x7e]", "?");
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
