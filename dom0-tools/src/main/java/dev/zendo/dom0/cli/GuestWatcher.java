package dev.zendo.dom0.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.zendo.dom0.Guest;
import java.io.IOException;
import java.io.PrintStream;

/** Looks at the guests of a {@link RunSession}, and adds to the session's report. */
interface GuestWatcher {
  /** Looks away. */
  GuestWatcher NOBODY = new GuestWatcher() {};

  /** A guest was built and does not run yet. */
  default void created(Guest guest) {}

  /** A guest has stopped, and is still there. */
  default void stopped(Guest guest) {}

  /** Adds lines for people. */
  default void print(PrintStream err) {}

  /** Adds fields to the report's object. */
  default void write(JsonGenerator out) throws IOException {}
}
