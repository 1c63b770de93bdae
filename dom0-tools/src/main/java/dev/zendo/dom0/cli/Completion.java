package dev.zendo.dom0.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/**
 * Has shells complete what {@code zl} understands: verbs, their options, and names of domains,
 * which are read from the daemon's folder without asking it.
 */
final class Completion {
  /** Prints the names of the domains that there are. */
  private static final String DOMAINS =
      """
      _zl_domains() {
        local state=${ZENDO_STATE:-${XDG_STATE_HOME:-$HOME/.local/state}/zendo}
        sed -n 's/^    "name" : "\\(.*\\)",\\{0,1\\}$/\\1/p' "$state"/domains/*.json 2>/dev/null
      }
      """;

  private final List<Verb> verbs;

  Completion(List<Verb> verbs) {
    this.verbs = verbs;
  }

  private static List<Option> options(Verb verb) {
    Options options = verb.options();
    options.addOption(Help.helpOption()).addOption(Help.verboseOption());
    return new ArrayList<>(options.getOptions());
  }

  private static boolean takesDomains(Verb verb) {
    return verb.arguments().matches("(?s).*\\bDOMAIN\\b.*");
  }

  private static String flags(Verb verb) {
    List<String> flags = new ArrayList<>();
    for (Option option : options(verb)) {
      if (option.getOpt() != null) {
        flags.add("-" + option.getOpt());
      }
      if (option.getLongOpt() != null) {
        flags.add("--" + option.getLongOpt());
      }
    }
    return String.join(" ", flags);
  }

  /** For {@code source <(zl completion bash)}. */
  String bash() {
    StringBuilder text = new StringBuilder("# bash completion of zl\n").append(DOMAINS);
    List<String> names = new ArrayList<>();
    StringBuilder cases = new StringBuilder();
    for (Verb verb : verbs) {
      names.add(verb.name());
      cases.append("    ").append(verb.name()).append(") options='").append(flags(verb));
      cases.append(takesDomains(verb) ? "' domains=1 ;;\n" : "' ;;\n");
    }
    text.append("_zl() {\n");
    text.append("  local word=${COMP_WORDS[COMP_CWORD]} verb= options= domains= i IFS=$'\\n'\n");
    text.append("  for ((i = 1; i < COMP_CWORD; i++)); do\n");
    text.append("    [[ ${COMP_WORDS[i]} == -* ]] || { verb=${COMP_WORDS[i]}; break; }\n");
    text.append("  done\n  case $verb in\n");
    text.append("    ''|help) options='").append(String.join(" ", names));
    text.append(" help --help --version --verbose' ;;\n").append(cases).append("  esac\n");
    text.append("  if [[ $word == -* || -z $verb || $verb == help ]]; then\n");
    text.append("    COMPREPLY=($(compgen -W \"${options// /$'\\n'}\" -- \"$word\"))\n");
    text.append("  else\n");
    text.append("    COMPREPLY=()\n");
    text.append("    [[ -n $domains ]] &&\n");
    text.append("      COMPREPLY=($(compgen -W \"$(_zl_domains)\" -- \"$word\"))\n");
    text.append("    COMPREPLY+=($(compgen -f -- \"$word\"))\n");
    text.append("  fi\n}\ncomplete -o filenames -F _zl zl ./zl\n");
    return text.toString();
  }

  /** For a file {@code _zl} in zsh's {@code fpath}, or {@code source <(zl completion zsh)}. */
  String zsh() {
    StringBuilder text = new StringBuilder("#compdef zl\n").append(DOMAINS);
    text.append("_zl() {\n  local -a verbs names\n  verbs=(\n");
    StringBuilder cases = new StringBuilder();
    for (Verb verb : verbs) {
      text.append("    '").append(verb.name()).append(':');
      text.append(quoted(verb.summary())).append("'\n");
      cases.append("    ").append(verb.name()).append(")\n      _arguments");
      for (Option option : options(verb)) {
        cases.append(" \\\n        ").append(zsh(option));
      }
      cases.append(" \\\n        '*:argument:_zl_");
      cases.append(takesDomains(verb) ? "domain_or_file" : "file").append("'\n      ;;\n");
    }
    text.append("    'help:Show the list of verbs, or the help of one'\n  )\n");
    text.append("  if ((CURRENT == 2)); then\n    _describe verb verbs\n    return\n  fi\n");
    text.append("  shift words\n  ((CURRENT--))\n  case $words[1] in\n");
    text.append("    help) _describe verb verbs ;;\n").append(cases).append("  esac\n}\n");
    text.append("_zl_file() { _files }\n");
    text.append("_zl_domain_or_file() {\n  local -a names\n  names=(\"${(@f)$(_zl_domains)}\")\n");
    text.append("  compadd -a names\n  _files\n}\n");
    // From fpath this text is the function itself when it is called first.
    text.append("if [[ $funcstack[1] == _zl ]]; then _zl \"$@\"; else compdef _zl zl; fi\n");
    return text.toString();
  }

  private static String zsh(Option option) {
    String description = "[" + quoted(option.getDescription()) + "]";
    String value = option.hasArg() ? ":value:_files" : "";
    StringBuilder text = new StringBuilder();
    if (option.getOpt() != null) {
      text.append("'-").append(option.getOpt()).append(description).append(value).append('\'');
    }
    if (option.getLongOpt() != null) {
      text.append(text.length() == 0 ? "" : " ").append("'--").append(option.getLongOpt());
      text.append(option.hasArg() ? "=" : "").append(description).append(value).append('\'');
    }
    return text.toString();
  }

  /** Text between apostrophes and brackets, with colons that divide nothing. */
  private static String quoted(String text) {
    return text.replace("'", "'\\''").replace(":", "\\:").replace("[", "\\[").replace("]", "\\]");
  }
}
