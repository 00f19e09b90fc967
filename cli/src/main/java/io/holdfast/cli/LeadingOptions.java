package io.holdfast.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The options of every command may stand before its name too, `holdfast --repo X wal status`: they
/// are handed on behind it, so that each command knows them once and giving one twice is refused
/// wherever the two stand.
final class LeadingOptions {
  private static final Map<String, OptionSpec> KNOWN =
      CommandSpec.forAnnotatedObject(new GlobalOptions()).options().stream()
          .flatMap(option -> Arrays.stream(option.names()).map(name -> Map.entry(name, option)))
          .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

  private LeadingOptions() {}

  /// The same arguments with such options behind the command. Without a command, as they were
  /// typed, less these options: there is nobody to give them to. Of words in the place of a command
  /// that is none, the first one alone: a later one that happens to be a command is not meant.
  static String[] behindCommand(CommandLine root, String[] args) {
    List<String> names = new ArrayList<>();
    List<String> options = new ArrayList<>();
    CommandLine at = root;
    int next = 0;
    while (next < args.length && !at.getSubcommands().isEmpty()) {
      String arg = args[next];
      CommandLine sub = at.getSubcommands().get(arg);
      int words = wordsOf(arg);
      if (sub != null) {
        names.add(arg);
        at = sub;
        next++;
      } else if (words > 0 && next + words <= args.length) {
        options.addAll(Arrays.asList(args).subList(next, next + words));
        next += words;
      } else {
        break;
      }
    }
    List<String> whole = new ArrayList<>(names);
    if (next < args.length && isNoCommandOf(at, args[next])) {
      whole.add(args[next]);
      return whole.toArray(String[]::new);
    }
    if (at.getSubcommands().isEmpty() || takesThem(at)) {
      whole.addAll(options);
    }
    whole.addAll(Arrays.asList(args).subList(next, args.length));
    return whole.toArray(String[]::new);
  }

  private static boolean isNoCommandOf(CommandLine group, String word) {
    return !group.getSubcommands().isEmpty() && !takesThem(group) && !word.startsWith("-");
  }

  /// Whether what has commands below is also one itself.
  private static boolean takesThem(CommandLine command) {
    return KNOWN.keySet().stream()
        .allMatch(name -> command.getCommandSpec().findOption(name) != null);
  }

  /// How many arguments the option takes with its name; 0 if this is none of ours.
  private static int wordsOf(String arg) {
    int equals = arg.indexOf('=');
    OptionSpec option = KNOWN.get(equals < 0 ? arg : arg.substring(0, equals));
    if (option == null) {
      return 0;
    }
    return equals < 0 ? 1 + option.arity().min() : 1;
  }
}
