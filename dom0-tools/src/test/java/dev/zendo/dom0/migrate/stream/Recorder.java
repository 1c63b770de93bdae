package dev.zendo.dom0.migrate.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes down what it is told. */
public class Recorder implements DomainSink {
  private final List<String> lines = new ArrayList<>();

  /** What it was told. */
  public List<String> lines() {
    return lines;
  }

  /** A stream with something of everything. */
  public static void example(DomainSink sink) {
    sink.list(0, 600, new long[] {3, 4});
    ByteBuffer data = ByteBuffer.allocate(2 * PAGE).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < data.capacity(); i += 8) {
      data.putLong(i, i * 0x9e3779b97f4a7c15L);
    }
    sink.pages(new long[] {0, 5, 600, 9}, new int[] {0, 15, 12, 14}, data);
    sink.counter(2, 1_000_000, 77, 3);
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) 9);
    sink.sharedInfo(page);
    sink.vcpu(VcpuRecord.BASIC, 0, new byte[] {1, 2, 3});
    sink.vcpu(VcpuRecord.MSRS, 1, new byte[] {4});
    sink.end();
  }

  @Override
  public void list(long first, long last, long[] frames) {
    lines.add("list " + first + " " + last + " " + Arrays.toString(frames));
  }

  @Override
  public void pages(long[] pfns, int[] kinds, ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    lines.add(
        "pages "
            + Arrays.toString(pfns)
            + Arrays.toString(kinds)
            + bytes.length
            + "#"
            + Arrays.hashCode(bytes));
  }

  @Override
  public void sharedInfo(byte[] page) {
    lines.add("shared " + Arrays.hashCode(page));
  }

  @Override
  public void counter(int mode, int khz, long nanos, int incarnation) {
    lines.add("counter " + mode + " " + khz + " " + nanos + " " + incarnation);
  }

  @Override
  public void vcpu(VcpuRecord part, int vcpu, byte[] state) {
    lines.add(part + " " + vcpu + " " + Arrays.toString(state));
  }

  @Override
  public void end() {
    lines.add("end");
  }
}
