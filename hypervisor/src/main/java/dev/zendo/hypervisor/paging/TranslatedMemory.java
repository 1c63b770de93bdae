package dev.zendo.hypervisor.paging;

import dev.zendo.hypervisor.domain.PhysicalMemory;
import dev.zendo.hypervisor.engine.CodeMap;
import dev.zendo.hypervisor.machine.HostMemory;
import dev.zendo.hypervisor.machine.MachineMemory;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The memory of a translated domain, seen through its {@link TranslatedSpace}. Thread-safe. */
final class TranslatedMemory implements PhysicalMemory {
  private static final int OFFSET = MachineMemory.FRAME_SIZE - 1;

  private final MachineMemory memory;
  private final CodeMap codeMap;
  private final TranslatedSpace space;

  TranslatedMemory(MachineMemory memory, CodeMap codeMap, TranslatedSpace space) {
    this.memory = memory;
    this.codeMap = codeMap;
    this.space = space;
  }

  private long readable(long address) {
    long entry = space.get(address >>> MachineMemory.FRAME_SHIFT);
    if (entry == TranslatedSpace.ABSENT) {
      throw new IndexOutOfBoundsException(
          "nothing is mapped at guest-physical address 0x" + Long.toHexString(address));
    }
    return memory.address(TranslatedSpace.frame(entry)) + (address & OFFSET);
  }

  private long writable(long address) {
    long entry = space.get(address >>> MachineMemory.FRAME_SHIFT);
    if (entry == TranslatedSpace.ABSENT) {
      throw new IndexOutOfBoundsException(
          "nothing is mapped at guest-physical address 0x" + Long.toHexString(address));
    }
    if (!TranslatedSpace.isWritable(entry)) {
      throw new IllegalStateException(
          "guest-physical address 0x" + Long.toHexString(address) + " is mapped read-only");
    }
    return memory.address(TranslatedSpace.frame(entry)) + (address & OFFSET);
  }

  private void wrote(long hostAddress) {
    codeMap.written(hostAddress - memory.base() >>> MachineMemory.FRAME_SHIFT);
  }

  private static boolean crosses(long address, int size) {
    return (address & OFFSET) + size > MachineMemory.FRAME_SIZE;
  }

  private static void requireAligned(long address, int size) {
    if ((address & size - 1) != 0) {
      throw new IllegalArgumentException("address is not aligned to " + size + " bytes");
    }
  }

  private long readBytes(long address, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | getByte(address + i) & 0xff;
    }
    return value;
  }

  private void writeBytes(long address, int size, long value) {
    for (int i = 0; i < size; i++) {
      putByte(address + i, (byte) (value >>> 8 * i));
    }
  }

  @Override
  public byte getByte(long address) {
    return HostMemory.getByteAcquire(readable(address));
  }

  @Override
  public short getShort(long address) {
    return crosses(address, 2)
        ? (short) readBytes(address, 2)
        : HostMemory.getShort(readable(address));
  }

  @Override
  public int getInt(long address) {
    return crosses(address, 4) ? (int) readBytes(address, 4) : HostMemory.getInt(readable(address));
  }

  @Override
  public long getLong(long address) {
    return crosses(address, 8) ? readBytes(address, 8) : HostMemory.getLong(readable(address));
  }

  @Override
  public void putByte(long address, byte value) {
    long host = writable(address);
    HostMemory.putByteRelease(host, value);
    wrote(host);
  }

  @Override
  public void putShort(long address, short value) {
    if (crosses(address, 2)) {
      writeBytes(address, 2, value);
      return;
    }
    long host = writable(address);
    HostMemory.putShort(host, value);
    wrote(host);
  }

  @Override
  public void putInt(long address, int value) {
    if (crosses(address, 4)) {
      writeBytes(address, 4, value);
      return;
    }
    long host = writable(address);
    HostMemory.putInt(host, value);
    wrote(host);
  }

  @Override
  public void putLong(long address, long value) {
    if (crosses(address, 8)) {
      writeBytes(address, 8, value);
      return;
    }
    long host = writable(address);
    HostMemory.putLong(host, value);
    wrote(host);
  }

  @Override
  public int getIntAcquire(long address) {
    requireAligned(address, 4);
    return HostMemory.getIntAcquire(readable(address));
  }

  @Override
  public void putIntRelease(long address, int value) {
    requireAligned(address, 4);
    long host = writable(address);
    HostMemory.putIntRelease(host, value);
    wrote(host);
  }

  @Override
  public int getAndSetInt(long address, int value) {
    requireAligned(address, 4);
    long host = writable(address);
    int old = HostMemory.getAndSetInt(host, value);
    wrote(host);
    return old;
  }

  @Override
  public long getAndSetLong(long address, long value) {
    requireAligned(address, 8);
    long host = writable(address);
    long old = HostMemory.getAndSetLong(host, value);
    wrote(host);
    return old;
  }

  @Override
  public boolean compareAndSetLong(long address, long expected, long value) {
    requireAligned(address, 8);
    long host = writable(address);
    boolean done = HostMemory.compareAndSetLong(host, expected, value);
    wrote(host);
    return done;
  }

  @Override
  public void fullFence() {
    HostMemory.fullFence();
  }

  @Override
  public void read(long address, byte[] to, int offset, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, to.length);
    for (int done = 0; done < bytes; ) {
      int part = partOf(address + done, bytes - done);
      HostMemory.copyToArray(readable(address + done), to, offset + done, part);
      done += part;
    }
  }

  @Override
  public void write(long address, byte[] from, int offset, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, from.length);
    for (int done = 0; done < bytes; ) {
      int part = partOf(address + done, bytes - done);
      long host = writable(address + done);
      HostMemory.copyFromArray(from, offset + done, host, part);
      wrote(host);
      done += part;
    }
  }

  @Override
  public void copy(long from, long to, int bytes) {
    for (int done = 0; done < bytes; ) {
      int part = partOf(to + done, partOf(from + done, bytes - done));
      long host = writable(to + done);
      HostMemory.copy(readable(from + done), host, part);
      wrote(host);
      done += part;
    }
  }

  @Override
  public ByteBuffer view(long address, int bytes) {
    long first = space.get(address >>> MachineMemory.FRAME_SHIFT);
    for (long done = 0; done < bytes; done += MachineMemory.FRAME_SIZE) {
      long entry = space.get((address + done) >>> MachineMemory.FRAME_SHIFT);
      long expected = TranslatedSpace.frame(first) + (done >>> MachineMemory.FRAME_SHIFT);
      if (TranslatedSpace.kind(entry) != TranslatedSpace.OWN
          || TranslatedSpace.frame(entry) != expected) {
        throw new IllegalArgumentException(
            "guest-physical address 0x" + Long.toHexString(address) + " begins no such range");
      }
    }
    return HostMemory.view(memory.address(TranslatedSpace.frame(first)), bytes);
  }

  @Override
  public void clear(long address, long bytes) {
    for (long done = 0; done < bytes; ) {
      int part = partOf(address + done, bytes - done);
      long host = writable(address + done);
      HostMemory.fill(host, part, (byte) 0);
      wrote(host);
      done += part;
    }
  }

  private static int partOf(long address, long bytes) {
    return (int) Math.min(bytes, MachineMemory.FRAME_SIZE - (address & OFFSET));
  }
}
