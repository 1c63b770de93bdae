package dev.zendo.dom0.migrate;

import dev.zendo.dom0.Guest;
import dev.zendo.dom0.Machine;
import dev.zendo.dom0.control.HypercallFailure;
import dev.zendo.dom0.migrate.stream.DomainSink;
import java.io.ByteArrayOutputStream;

/**
 * Some of the code that a guest executes, for the machine that it moves to: see {@link
 * Machine#rehearse}.
 */
public final class CodeSample {
  /** More than an engine runs through in the time that it gets for that. */
  private static final int PAGES = 32;

  private CodeSample() {}

  /** Pages spread over all that have code; fewer, or none, if there are not so many. */
  public static byte[] of(Machine machine, Guest guest) {
    GuestPages memory = new GuestPages(machine.control().memory(), guest.id());
    long[] frames = machine.codeFrames(guest);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] page = new byte[DomainSink.PAGE];
    int count = Math.min(PAGES, frames.length);
    for (int i = 0; i < count; i++) {
      try {
        memory.read(new long[] {frames[(int) ((long) i * frames.length / count)]}, 1, page);
        all.write(page, 0, page.length);
      } catch (HypercallFailure e) {
        // It is not the guest's any more.
      }
    }
    return all.toByteArray();
  }
}
