package dev.zendo.dom0.migrate.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes a stream, version 3. The caller keeps the order that {@link DomainSink} asks for. */
public final class StreamWriter implements DomainSink {
  /** What the domain header says saved the domain: the version whose ABI this is. */
  private static final int XEN_MAJOR = 4;

  private static final int XEN_MINOR = 17;

  private static final int ALIGNMENT = 8;

  private final OutputStream out;

  /** Writes the headers and what does not change while a domain runs. */
  public StreamWriter(OutputStream out) {
    this.out = out;
    ByteBuffer headers = ByteBuffer.allocate(RecordType.HEADERS);
    headers.putLong(RecordType.MARKER).putInt(RecordType.ID).putInt(RecordType.VERSION);
    headers.putLong(0).order(ByteOrder.LITTLE_ENDIAN);
    headers.putInt(RecordType.PV).putShort((short) RecordType.PAGE_SHIFT).putShort((short) 0);
    headers.putInt(XEN_MAJOR).putInt(XEN_MINOR);
    write(headers);
    record(
        RecordType.X86_PV_INFO,
        buffer(8).put((byte) RecordType.WIDTH).put((byte) RecordType.LEVELS));
    record(RecordType.STATIC_DATA_END, buffer(0));
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void write(byte[] bytes, int count) {
    try {
      out.write(bytes, 0, count);
    } catch (IOException e) {
      throw new StreamException("cannot be written (" + e.getMessage() + ")", e);
    }
  }

  /** Writes all of a buffer, wherever its position is. */
  private void write(ByteBuffer whole) {
    byte[] bytes = new byte[whole.capacity()];
    whole.get(0, bytes);
    write(bytes, bytes.length);
  }

  private void begin(int type, int length) {
    write(buffer(8).putInt(type).putInt(length));
  }

  private void finish(int length) {
    write(new byte[ALIGNMENT], -length & ALIGNMENT - 1);
  }

  /** Writes a record whose body is all of a buffer. */
  private void record(int type, ByteBuffer body) {
    begin(type, body.capacity());
    write(body);
    finish(body.capacity());
  }

  @Override
  public void list(long first, long last, long[] frames) {
    ByteBuffer body = buffer(8 + Long.BYTES * frames.length);
    body.putInt((int) first).putInt((int) last);
    for (long frame : frames) {
      body.putLong(frame);
    }
    record(RecordType.X86_PV_P2M_FRAMES, body);
  }

  @Override
  public void pages(long[] pfns, int[] kinds, ByteBuffer data) {
    ByteBuffer head = buffer(8 + Long.BYTES * pfns.length);
    head.putInt(pfns.length).putInt(0);
    for (int i = 0; i < pfns.length; i++) {
      head.putLong((long) kinds[i] << 60 | pfns[i]);
    }
    int length = head.capacity() + data.remaining();
    begin(RecordType.PAGE_DATA, length);
    write(head);
    byte[] page = new byte[PAGE];
    while (data.hasRemaining()) {
      int part = Math.min(PAGE, data.remaining());
      data.get(page, 0, part);
      write(page, part);
    }
    finish(length);
  }

  @Override
  public void sharedInfo(byte[] page) {
    record(RecordType.SHARED_INFO, ByteBuffer.wrap(page.clone()));
  }

  @Override
  public void counter(int mode, int khz, long nanos, int incarnation) {
    ByteBuffer body = buffer(24).putInt(mode).putInt(khz).putLong(nanos).putInt(incarnation);
    record(RecordType.X86_TSC_INFO, body);
  }

  @Override
  public void vcpu(VcpuRecord part, int vcpu, byte[] state) {
    record(part.type(), buffer(8 + state.length).putInt(vcpu).putInt(0).put(state));
  }

  @Override
  public void end() {
    record(RecordType.END, buffer(0));
  }
}
