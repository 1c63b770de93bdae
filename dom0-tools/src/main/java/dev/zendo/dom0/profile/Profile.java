package dev.zendo.dom0.profile;

import dev.zendo.hypervisor.trace.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Named samples of one run, added up. Not thread-safe. */
public final class Profile {
  private final Map<String, Long> folded = new TreeMap<>();
  private final Map<String, Long> leaves = new HashMap<>();
  private final FlameGraph.Node root = new FlameGraph.Node("all");
  private long total;

  /**
   * Samples of one place in the guest.
   *
   * @param name its function, or what the hypervisor did there
   * @param samples how often
   */
  public record Line(String name, long samples) {}

  /** An empty profile. */
  public Profile() {}

  /** Adds samples with their counts. */
  public void add(Map<Sample, Long> samples, Namer namer) {
    samples.forEach((sample, count) -> add(namer.stack(sample), count));
  }

  void add(List<String> stack, long count) {
    List<String> names = stack.stream().map(name -> name.replace(';', ':')).toList();
    folded.merge(String.join(";", names), count, Long::sum);
    leaves.merge(names.get(names.size() - 1), count, Long::sum);
    root.add(names, count);
    total += count;
  }

  /** All samples. */
  public long total() {
    return total;
  }

  /** The places seen most often, those first. */
  public List<Line> top(int count) {
    List<Line> lines = new ArrayList<>();
    leaves.forEach((name, samples) -> lines.add(new Line(name, samples)));
    lines.sort(
        (a, b) ->
            a.samples == b.samples ? a.name.compareTo(b.name) : Long.compare(b.samples, a.samples));
    return lines.subList(0, Math.min(count, lines.size()));
  }

  /** Writes a line {@code frame;frame;frame count} for each stack, in the order of the text. */
  public void writeFolded(Appendable out) throws IOException {
    for (Map.Entry<String, Long> stack : folded.entrySet()) {
      out.append(stack.getKey()).append(' ').append(stack.getValue().toString()).append('\n');
    }
  }

  /** Writes the flame graph. */
  public void writeSvg(Appendable out, String title) throws IOException {
    new FlameGraph(root, title).write(out);
  }
}
