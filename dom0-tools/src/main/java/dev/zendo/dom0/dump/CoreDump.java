package dev.zendo.dom0.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A core file as Xen's tools write it. */
public final class CoreDump implements Dump {
  /** Entries of the table of pages that are written at a time. */
  private static final int BATCH = 512;

  private final DomainImage image;
  private final GuestPages pages;
  private final byte[] notes;
  private final CoreLayout layout;

  /** A file about a domain. */
  public CoreDump(DomainImage image) {
    this.image = image;
    this.pages = image.pages();
    this.notes = CoreNotes.of(image.control().version(), image.vcpus(), pages.count());
    this.layout = new CoreLayout(notes.length, image.vcpus(), pages.count());
  }

  @Override
  public long size() {
    return layout.size();
  }

  @Override
  public void write(WritableByteChannel out) throws IOException {
    Dump.all(out, layout.headers());
    Dump.all(out, ByteBuffer.wrap(notes));
    for (byte[] context : image.contexts()) {
      Dump.all(out, ByteBuffer.wrap(context));
    }
    Dump.all(out, ByteBuffer.wrap(image.sharedInfo()));
    Dump.all(out, ByteBuffer.allocate(layout.padding()));
    image.writePages(out);
    writeTable(out);
    Dump.all(out, layout.strings());
  }

  private void writeTable(WritableByteChannel out) throws IOException {
    ByteBuffer table =
        ByteBuffer.allocate(BATCH * CoreLayout.P2M_ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < pages.count(); i++) {
      table.putLong(pages.pfn(i)).putLong(pages.mfn(i));
      if (!table.hasRemaining() || i == pages.count() - 1) {
        Dump.all(out, table.flip());
        table.clear();
      }
    }
  }
}
