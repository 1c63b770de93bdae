package dev.zendo.dom0.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.daemon.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Options;

/**
 * A verb that hands its words to the daemon's method of the same name and has nothing to say when
 * that succeeds.
 *
 * @param name also that of the method
 * @param summary one line
 * @param words what its arguments are, in their order
 * @param required how many of them there must be
 * @param examples how it is used
 */
record ActionVerb(
    String name, String summary, List<Word> words, int required, List<String> examples)
    implements Verb {
  /**
   * An argument.
   *
   * @param shown in the usage line
   * @param param the parameter of the method
   * @param kind what it is
   */
  record Word(String shown, String param, Kind kind) {}

  /** What arguments are. */
  enum Kind {
    /** Any text. */
    TEXT,
    /** A whole number. */
    NUMBER,
    /** An amount of memory: MiB, or with b, k, m, g, t; the method gets KiB. */
    MEMORY,
    /** A size: MiB, or with b, k, m, g, t; the method gets bytes. */
    BYTES,
    /** A path of this process; the method gets an absolute one. */
    FILE
  }

  private static final Word DOMAIN = new Word("DOMAIN", "domain", Kind.TEXT);

  private static ActionVerb of(String name, String summary, String example, Word... words) {
    return new ActionVerb(name, summary, List.of(words), words.length, List.of(example));
  }

  private static Word text(String shown, String param) {
    return new Word(shown, param, Kind.TEXT);
  }

  /** All verbs of this kind. */
  static List<Verb> all() {
    return List.of(
        of("pause", "Hold a domain", "zl pause web", DOMAIN),
        of("unpause", "Let a domain that was paused run again", "zl unpause web", DOMAIN),
        of("destroy", "End a domain at once", "zl destroy web", DOMAIN),
        new ActionVerb(
            "dump-core",
            "Write a domain's memory and vcpus into a file, in Xen's core format or gdb's",
            List.of(DOMAIN, new Word("FILE", "file", Kind.FILE), text("xen|gdb", "format")),
            2,
            List.of("zl dump-core web web.core", "zl dump-core web web.gdb gdb")),
        of(
            "snapshot",
            "Keep what a domain is in memory, for clones; the domain goes on",
            "zl snapshot web ready",
            DOMAIN,
            text("NAME", "name")),
        of(
            "snapshot-remove",
            "Forget a snapshot; its clones go on",
            "zl snapshot-remove ready",
            text("SNAPSHOT", "name")),
        of(
            "rename",
            "Give a domain another name",
            "zl rename web web-old",
            DOMAIN,
            text("NAME", "name")),
        of(
            "sysrq",
            "Press a key of Linux's magic SysRq",
            "zl sysrq web s",
            DOMAIN,
            text("LETTER", "letter")),
        new ActionVerb(
            "trigger",
            "Send a domain a trigger; a PV guest knows nmi",
            List.of(DOMAIN, text("nmi", "trigger"), new Word("VCPU", "vcpu", Kind.NUMBER)),
            2,
            List.of("zl trigger web nmi", "zl trigger web nmi 1")),
        of(
            "mem-set",
            "Have a domain's balloon driver leave it so much memory",
            "zl mem-set web 200m",
            DOMAIN,
            new Word("MEMORY", "kib", Kind.MEMORY)),
        of(
            "mem-max",
            "Limit the memory of a domain",
            "zl mem-max web 256m",
            DOMAIN,
            new Word("MEMORY", "kib", Kind.MEMORY)),
        of(
            "vcpu-set",
            "Have a domain use so many of its vcpus",
            "zl vcpu-set web 2",
            DOMAIN,
            new Word("VCPUS", "vcpus", Kind.NUMBER)),
        of(
            "block-resize",
            "Let a disk grow; 0 looks how large its file is by now",
            "zl block-resize web xvdb 20g",
            DOMAIN,
            text("VDEV", "device"),
            new Word("SIZE", "bytes", Kind.BYTES)),
        new ActionVerb(
            "cd-insert",
            "Put a CD into a drive",
            List.of(
                DOMAIN,
                text("VDEV", "device"),
                new Word("FILE", "target", Kind.FILE),
                text("raw|qcow2", "format")),
            3,
            List.of("zl cd-insert web xvdc debian.iso")),
        of(
            "cd-eject",
            "Take the CD out of a drive",
            "zl cd-eject web xvdc",
            DOMAIN,
            text("VDEV", "device")),
        new ActionVerb(
            "vcpu-pin",
            "Set on which processors a vcpu must run, and should run",
            List.of(
                DOMAIN,
                text("VCPU|all", "vcpu"),
                text("HARD|-|all", "hard"),
                text("SOFT|-|all", "soft")),
            3,
            List.of("zl vcpu-pin web all 0-1", "zl vcpu-pin web 1 - 0")));
  }

  @Override
  public String arguments() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words.size(); i++) {
      String shown = words.get(i).shown;
      text.append(i == 0 ? "" : " ").append(i < required ? shown : "[" + shown + "]");
    }
    return text.toString();
  }

  @Override
  public Options options() {
    return DaemonOptions.options();
  }

  @Override
  public int run(CommandLine line, PrintStream out) throws InterruptedException {
    List<String> given = line.getArgList();
    if (given.size() < required || given.size() > words.size()) {
      throw new UsageException(
          name + " is used as zl " + name + " " + arguments() + " (zl " + name + " --help)");
    }
    ObjectNode params = Json.object();
    for (int i = 0; i < given.size(); i++) {
      put(params, words.get(i), given.get(i));
    }
    return DaemonOptions.ask(line, out, name, params);
  }

  private static void put(ObjectNode params, Word word, String text) {
    switch (word.kind) {
      case TEXT -> params.put(word.param, text);
      case NUMBER ->
          params.put(word.param, RunTarget.numberOf(word.shown, text, Integer.MAX_VALUE));
      case MEMORY -> params.put(word.param, MemorySize.bytes(text) >> 10);
      case BYTES -> params.put(word.param, MemorySize.bytes(text));
      case FILE -> params.put(word.param, Path.of(text).toAbsolutePath().toString());
    }
  }
}
