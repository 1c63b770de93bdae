package dev.zendo.dom0.cli;

import java.io.PrintStream;
import java.util.List;
import org.apache.commons.cli.CommandLine;

/** {@code zl completion}. */
final class CompletionVerb implements Verb {
  @Override
  public String name() {
    return "completion";
  }

  @Override
  public String summary() {
    return "Print what has bash or zsh complete zl's words";
  }

  @Override
  public String arguments() {
    return "bash|zsh";
  }

  @Override
  public List<String> examples() {
    return List.of("source <(zl completion bash)", "zl completion zsh > ~/.zsh/completions/_zl");
  }

  @Override
  public int run(CommandLine line, PrintStream out) {
    Completion completion = new Completion(Verbs.all());
    switch (String.join(" ", line.getArgList())) {
      case "bash" -> out.print(completion.bash());
      case "zsh" -> out.print(completion.zsh());
      default -> throw new UsageException("completion is used as zl completion bash, or zsh");
    }
    return ExitStatus.OK;
  }
}
