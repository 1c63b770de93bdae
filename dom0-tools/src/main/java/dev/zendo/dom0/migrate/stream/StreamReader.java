package dev.zendo.dom0.migrate.stream;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads a stream and tells a sink. Everything in the stream can be wrong: what a sink is told is
 * checked as far as that needs no machine. One object reads one stream.
 */
public final class StreamReader {
  /** Most bytes of a record; 1024 pages are less than half. */
  private static final int MAX_RECORD = 16 << 20;

  /** Most page frames of a domain: 64 GiB. */
  private static final long MAX_PFN = 1L << 24;

  /** Entries of a page of the p2m list. */
  private static final int ENTRIES = DomainSink.PAGE / Long.BYTES;

  private static final long PFN = (1L << 52) - 1;
  private static final int TSC_INFO = 20;

  private final InputStream in;
  private final DomainSink sink;
  private byte[] bytes = new byte[0];
  private int version;
  private boolean info;
  private boolean staticEnd;
  private long last = -1;

  private StreamReader(InputStream in, DomainSink sink) {
    this.in = in;
    this.sink = sink;
  }

  /**
   * Reads a stream up to its end.
   *
   * @throws StreamException one line; the sink was told what comes before
   */
  public static void read(InputStream in, DomainSink sink) {
    new StreamReader(in, sink).read();
  }

  private static StreamException refused(String what) {
    return new StreamException(what);
  }

  /** The next bytes, until others are read; in a small heap each array of megabytes is a pause. */
  private ByteBuffer buffer(int count) {
    if (bytes.length < count) {
      bytes = new byte[count];
    }
    try {
      if (in.readNBytes(bytes, 0, count) < count) {
        throw new EOFException();
      }
      return ByteBuffer.wrap(bytes, 0, count).slice().order(ByteOrder.LITTLE_ENDIAN);
    } catch (EOFException e) {
      throw new StreamException("ends in the middle: it was cut off", e);
    } catch (IOException e) {
      throw new StreamException("cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private void read() {
    readHeaders();
    while (true) {
      ByteBuffer head = buffer(8);
      int type = head.getInt();
      int length = head.getInt();
      if (length < 0 || length > MAX_RECORD) {
        throw refused("a record of type " + type + " says that it is too long: " + length);
      }
      ByteBuffer body = buffer(length);
      if (type == RecordType.END) {
        requireLength(body, 0, "END");
        sink.end();
        return;
      }
      record(type, body);
      buffer(-length & 7);
    }
  }

  private void readHeaders() {
    ByteBuffer head = buffer(RecordType.HEADERS).order(ByteOrder.BIG_ENDIAN);
    if (head.getLong() != RecordType.MARKER || head.getInt() != RecordType.ID) {
      throw refused("is no migration stream of Xen 4.6 or newer");
    }
    version = head.getInt();
    if (version < RecordType.OLDEST_VERSION || version > RecordType.VERSION) {
      throw refused("its stream has version " + version + "; 2 and 3 can be read");
    }
    if ((head.getShort() & 1) != 0) {
      throw refused("its stream is of a big-endian machine");
    }
    head.position(24).order(ByteOrder.LITTLE_ENDIAN);
    int type = head.getInt();
    if (type != RecordType.PV) {
      throw refused("holds no PV domain" + (type == 2 ? " but an HVM one" : ""));
    }
    int shift = head.getShort();
    if (shift != RecordType.PAGE_SHIFT) {
      throw refused("its pages have 2^" + shift + " bytes, not 4096");
    }
  }

  private static void requireLength(ByteBuffer body, int length, String name) {
    if (body.capacity() != length) {
      throw refused("a record " + name + " has " + body.capacity() + " bytes, not " + length);
    }
  }

  private void record(int type, ByteBuffer body) {
    VcpuRecord part = VcpuRecord.of(type);
    if (part != null) {
      vcpu(part, body);
      return;
    }
    switch (type) {
      case RecordType.PAGE_DATA -> pages(body);
      case RecordType.X86_PV_INFO -> info(body);
      case RecordType.X86_PV_P2M_FRAMES -> list(body);
      case RecordType.SHARED_INFO -> {
        requireLength(body, DomainSink.PAGE, "SHARED_INFO");
        byte[] page = new byte[DomainSink.PAGE];
        body.get(page);
        sink.sharedInfo(page);
      }
      case RecordType.X86_TSC_INFO -> counter(body);
      case RecordType.STATIC_DATA_END -> staticEnd = true;
      // Guests see the processor that this machine shows them all.
      case RecordType.X86_CPUID_POLICY, RecordType.X86_MSR_POLICY -> {}
      case RecordType.VERIFY -> throw refused("holds a second copy of its pages, for debugging");
      case RecordType.CHECKPOINT -> throw refused("is a stream of checkpoints, not one state");
      default -> {
        if ((type & RecordType.OPTIONAL) == 0) {
          throw refused("holds a record of type " + type + ", which PV domains do not have");
        }
      }
    }
  }

  private void info(ByteBuffer body) {
    requireLength(body, 8, "X86_PV_INFO");
    int width = body.get();
    int levels = body.get();
    if (width == 4) {
      throw refused("holds a 32-bit PV domain; only 64-bit ones run here");
    }
    if (info || width != RecordType.WIDTH || levels != RecordType.LEVELS) {
      throw refused("its X86_PV_INFO is wrong: width " + width + ", levels " + levels);
    }
    info = true;
  }

  private void list(ByteBuffer body) {
    if (!info || version >= RecordType.VERSION && !staticEnd) {
      throw refused("its p2m list comes before what must precede it");
    }
    if (body.capacity() < 8) {
      throw refused("a record X86_PV_P2M_FRAMES is too short");
    }
    long first = Integer.toUnsignedLong(body.getInt());
    long end = Integer.toUnsignedLong(body.getInt());
    if (first > end || end >= MAX_PFN) {
      throw refused("its p2m list goes from " + first + " to " + end);
    }
    int count = (int) (end / ENTRIES - first / ENTRIES) + 1;
    requireLength(body, 8 + Long.BYTES * count, "X86_PV_P2M_FRAMES");
    last = Math.max(last, end);
    long[] frames = new long[count];
    for (int i = 0; i < count; i++) {
      frames[i] = body.getLong();
      if (frames[i] < 0 || frames[i] > last) {
        throw refused("page " + i + " of its p2m list is frame " + frames[i]);
      }
    }
    sink.list(first, end, frames);
  }

  private void pages(ByteBuffer body) {
    if (last < 0) {
      throw refused("its pages come before its p2m list");
    }
    long count = body.capacity() < 8 ? 0 : Integer.toUnsignedLong(body.getInt());
    body.position(Math.min(8, body.capacity()));
    if (count == 0 || count > body.remaining() / Long.BYTES) {
      throw refused("a record PAGE_DATA says that it has " + count + " pages");
    }
    long[] pfns = new long[(int) count];
    int[] kinds = new int[(int) count];
    int data = 0;
    for (int i = 0; i < count; i++) {
      long value = body.getLong();
      pfns[i] = value & PFN;
      kinds[i] = (int) (value >>> 60);
      if (pfns[i] > last || !PageKind.known(kinds[i])) {
        throw refused("page frame " + pfns[i] + " of kind " + kinds[i] + " cannot be");
      }
      data += PageKind.hasData(kinds[i]) ? 1 : 0;
    }
    if (body.remaining() != data * DomainSink.PAGE) {
      throw refused("a record PAGE_DATA has not the contents of its " + data + " pages");
    }
    sink.pages(pfns, kinds, body.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  private void counter(ByteBuffer body) {
    if (body.capacity() < TSC_INFO) {
      throw refused("a record X86_TSC_INFO is too short");
    }
    int mode = body.getInt();
    int khz = body.getInt();
    long nanos = body.getLong();
    sink.counter(mode, khz, nanos, body.getInt());
  }

  private void vcpu(VcpuRecord part, ByteBuffer body) {
    if (last < 0 || body.capacity() < 8) {
      throw refused("the state of a vcpu is too short, or comes too early");
    }
    int vcpu = body.getInt();
    if (vcpu < 0) {
      throw refused("holds a vcpu " + Integer.toUnsignedString(vcpu));
    }
    body.position(8);
    byte[] state = new byte[body.remaining()];
    body.get(state);
    // Xen writes empty ones for what a vcpu does not have.
    if (state.length > 0) {
      sink.vcpu(part, vcpu, state);
    }
  }
}
