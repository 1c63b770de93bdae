package dev.zendo.hypercalls.generate;

import dev.zendo.hypercalls.Argument;
import dev.zendo.hypercalls.Hypercall;
import dev.zendo.hypercalls.Hypercalls;
import dev.zendo.hypercalls.SubOperation;
import dev.zendo.hypercalls.Support;
import dev.zendo.hypercalls.layout.Layout;
import dev.zendo.hypercalls.layout.Member;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Prints the ABI as the Markdown page {@code docs/abi.md}. */
final class AbiReference {
  private static final String TOP =
      """
      # The hypercall ABI

      <!-- Generated from the hypercalls module. Do not edit; `hypercalls/README.md` says how to
      write it anew. -->

      What a guest can call and what it shares with the hypervisor: the paravirtual x86-64 ABI of
      Xen 4.17, and how far Zendo implements it. A guest puts the number into RAX and arguments into
      RDI, RSI, RDX, R10 and R8, executes SYSCALL in kernel mode, and finds the result in RAX: an
      error as a negative number from the table of errors below.

      *supported* answers as Xen 4.17 does; *partial* works within the limits named; *refused* always
      fails, with the error named.

      ## Hypercalls

      | # | name | arguments | here | what it does |
      |--:|------|-----------|------|--------------|
      """;

  private final StringBuilder out = new StringBuilder();

  private AbiReference() {}

  /** The whole page. */
  static String text() {
    AbiReference page = new AbiReference();
    page.print();
    return page.out.toString();
  }

  private void print() {
    out.append(TOP);
    Hypercalls.all().forEach(this::row);
    out.append("\n## Sub-operations\n");
    for (Hypercall call : Hypercalls.all()) {
      if (!call.operations().isEmpty()) {
        operations(call);
      }
    }
    for (Catalogue.Family family : Catalogue.FAMILIES) {
      out.append("\n## ").append(family.title()).append('\n');
      family.structures().forEach(this::structure);
      family.constants().forEach(this::constants);
    }
  }

  private void row(Hypercall call) {
    String arguments =
        call.arguments().stream().map(Argument::name).collect(Collectors.joining(", "));
    out.append("| ").append(call.number()).append(" | `").append(call.name()).append("` | ");
    out.append(arguments).append(" | ").append(support(call.support())).append(" | ");
    out.append(call.purpose()).append(" |\n");
  }

  private void operations(Hypercall call) {
    out.append("\n### ").append(call.name()).append("\n\n");
    out.append("| # | name | here |\n|--:|------|------|\n");
    for (SubOperation operation : call.operations()) {
      out.append("| ").append(operation.number()).append(" | `").append(call.prefix());
      out.append(operation.name()).append("` | ").append(support(operation.support()));
      out.append(" |\n");
    }
  }

  private static String support(Support support) {
    String level = support.level().name().toLowerCase(Locale.ROOT);
    return support.note().isEmpty() ? level : level + ": " + support.note();
  }

  private void structure(Layout layout) {
    String kind = layout.kind() == Layout.Kind.UNION ? "union " : "struct ";
    out.append("\n### `").append(kind).append(layout.name()).append("`\n\n");
    out.append(layout.doc()).append(' ').append(layout.size()).append(" bytes.\n\n");
    out.append("| offset | size | type | name | meaning |\n");
    out.append("|-------:|-----:|------|------|---------|\n");
    members(layout.members(), "");
  }

  private void members(List<Member> members, String prefix) {
    for (Member member : members) {
      if (member.isGroup()) {
        members(member.members(), prefix + member.name() + ".");
        continue;
      }
      String count = member.count() > 0 ? "[" + member.count() + "]" : "";
      out.append("| ").append(member.offset()).append(" | ").append(member.size());
      out.append(" | `").append(member.type()).append("` | `").append(prefix);
      out.append(member.name()).append(count).append("` | ").append(cell(member.doc()));
      out.append(" |\n");
    }
  }

  private void constants(Catalogue.Constants constants) {
    String pattern = constants.prefix().isEmpty() ? "" : " `" + constants.prefix() + "*`";
    out.append("\n### ").append(constants.type().getSimpleName()).append(pattern).append("\n\n");
    String list =
        Constant.of(constants).stream()
            .map(constant -> "`" + constant.name() + "` " + constant.digits())
            .collect(Collectors.joining(",\n"));
    out.append(list).append('\n');
  }

  private static String cell(String text) {
    return text.replace("*", "\\*").replace("|", "\\|");
  }
}
