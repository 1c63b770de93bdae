package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;

/** What the daemon says while it saves or restores a domain. */
final class SaveProgress {
  private SaveProgress() {}

  /** Prints a line for one message. */
  static void say(JsonNode what, boolean json, PrintStream out) {
    if (json) {
      out.println(what);
    } else if (what.has("suspended")) {
      out.println(what.path("name").asText() + ": suspended");
    } else if (what.has("pages")) {
      long done = what.path("pages").asLong();
      long of = what.path("of").asLong();
      out.printf("Pages: %d/%d %3d%%%n", done, of, of == 0 ? 100 : done * 100 / of);
    }
    out.flush();
  }
}
