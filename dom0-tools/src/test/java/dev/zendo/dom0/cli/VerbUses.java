package dev.zendo.dom0.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How each verb is used rightly, from which {@link VerbMatrixTest} makes all wrong uses. A new verb
 * needs a line here.
 *
 * <p>Words are those behind the verb: {@code web} is a domain that runs, words with a dollar name
 * files and folders. What was done before them is divided from them by {@code &}.
 */
final class VerbUses {
  /** What becomes of a verb that is tried on a domain that has ended. */
  enum Ended {
    /** It says that this cannot be. */
    REFUSED,
    /** It does what it should. */
    FINE,
    /** It is about no domain of the daemon's. */
    NONE
  }

  /**
   * A line.
   *
   * @param before other verbs with their words, whose work it needs
   * @param words behind the verb
   */
  record Use(String verb, Ended ended, List<List<String>> before, List<String> words) {
    /** The verb with its words. */
    List<String> line() {
      List<String> line = new ArrayList<>(List.of(verb));
      line.addAll(words);
      return line;
    }

    /** The same with one word for another. */
    Use with(String word, String other) {
      List<String> others = words.stream().map(each -> each.equals(word) ? other : each).toList();
      return new Use(verb, ended, before, others);
    }

    boolean has(String word) {
      return words.contains(word);
    }

    @Override
    public String toString() {
      return String.join(" ", line());
    }
  }

  private static final String TABLE =
      """
      run             none    $kernel
      create          none    destroy web & $config
      list            fine    web
      console         fine    web
      shutdown        refused web
      reboot          refused web
      pause           refused web
      unpause         refused web
      destroy         fine    web
      dump-core       fine    web $out
      snapshot        refused web ready
      snapshot-remove none    snapshot web ready & ready
      rename          fine    web old
      sysrq           refused web s
      trigger         refused web nmi 0
      mem-set         refused web 8
      mem-max         refused web 8
      vcpu-set        refused web 1
      block-resize    refused web xvda 2m
      cd-insert       refused cd-eject web xvdc & web xvdc $disc raw
      cd-eject        refused web xvdc
      vcpu-pin        refused web 0 0 0
      vm-list         fine    web
      vcpu-list       fine    web
      uptime          fine    web
      snapshot-list   fine    snapshot web ready & web
      block-list      fine    web
      network-list    fine    web
      block-attach    refused web $raw,raw,xvdb,w
      block-detach    refused web xvda --force
      network-attach  refused web bridge=b
      network-detach  refused web 0 --force
      domid           fine    web
      domname         fine    web
      save            refused web $out
      restore         none    save web $saved & $saved
      clone           refused web web2
      migrate         refused web unix:$other
      peers           none    add $fingerprint there
      sched-credit2   refused -d web
      config-update   fine    web $config
      capture         fine    web $out
      events          none
      dmesg           fine    web
      top             none    -b -i 1
      daemon          none    --status
      store           none    ls /local
      screenshot      fine    web $out
      profile         none    $kernel -o $out
      conform         none    $kernel
      completion      none    bash
      info            none
      version         none
      """;

  private VerbUses() {}

  /** All lines. */
  static List<Use> all() {
    return TABLE.lines().map(VerbUses::parse).toList();
  }

  private static Use parse(String line) {
    List<String> fields = words(line);
    List<List<String>> parts = new ArrayList<>();
    for (String part : String.join(" ", fields.subList(2, fields.size())).split("&")) {
      parts.add(words(part));
    }
    return new Use(
        fields.get(0),
        Ended.valueOf(fields.get(1).toUpperCase(Locale.ROOT)),
        List.copyOf(parts.subList(0, parts.size() - 1)),
        parts.get(parts.size() - 1));
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }
}
