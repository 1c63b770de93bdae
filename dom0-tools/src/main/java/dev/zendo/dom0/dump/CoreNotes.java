package dev.zendo.dom0.dump;

import dev.zendo.dom0.control.VersionControl;
import dev.zendo.hypercalls.start.ElfNote;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The notes of a core file: that it is one, how large it is, and of which hypervisor. */
final class CoreNotes {
  /** XC_CORE_MAGIC of the format: a paravirtualized domain. */
  private static final long PARAVIRTUALIZED = 0xf00febedL;

  /** Version 0.1 of the format. */
  private static final long FORMAT_VERSION = 1;

  private static final byte[] NAME = {'X', 'e', 'n', 0};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private CoreNotes() {}

  /** All notes, one behind the other. */
  static byte[] of(VersionControl version, int vcpus, long pages) {
    CoreNotes notes = new CoreNotes();
    notes.add(ElfNote.DUMPCORE_NONE, new byte[0]);
    notes.add(ElfNote.DUMPCORE_HEADER, words(PARAVIRTUALIZED, vcpus, pages, CoreLayout.PAGE));
    notes.add(ElfNote.DUMPCORE_XEN_VERSION, describe(version));
    notes.add(ElfNote.DUMPCORE_FORMAT_VERSION, words(FORMAT_VERSION));
    return notes.out.toByteArray();
  }

  private static byte[] describe(VersionControl version) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int number = version.version();
    all.writeBytes(words(number >>> 16, number & 0xffff));
    all.writeBytes(version.extraVersion());
    all.writeBytes(version.compileInfo());
    all.writeBytes(version.capabilities());
    all.writeBytes(version.changeset());
    all.writeBytes(version.platformParameters());
    all.writeBytes(words(version.pageSize()));
    return all.toByteArray();
  }

  private static byte[] words(long... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  /** All sizes are multiples of four: nothing needs to be padded. */
  private void add(int type, byte[] content) {
    ByteBuffer head = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(NAME.length).putInt(content.length).putInt(type).flip();
    byte[] bytes = new byte[head.remaining()];
    head.get(bytes);
    out.writeBytes(bytes);
    out.writeBytes(NAME);
    out.writeBytes(content);
  }
}
