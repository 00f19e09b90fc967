package io.holdfast.postgres.datadir;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Resolves the includes of `pg_hba.conf` and `pg_ident.conf`, which servers from 16 on know.
final class AccessFileText {
  private static final int DEEPEST_INCLUDE = 10;
  private static final Pattern INCLUDE =
      Pattern.compile(
          "\\s*(include|include_if_exists|include_dir)\\s+(\"[^\"]*\"|[^\\s#\"]+)\\s*(?:#.*)?");
  private static final Pattern LIST_FILE = Pattern.compile("[^#]*\\s\"?@[^\\s]+.*");

  private final SavedConfiguration saved;
  private final List<SettingChange> changes;
  private final StringBuilder result = new StringBuilder();

  AccessFileText(SavedConfiguration saved, List<SettingChange> changes) {
    this.saved = saved;
    this.changes = changes;
  }

  String resolve(String path) {
    add(path, 0);
    return result.toString();
  }

  private void add(String path, int depth) {
    String text = saved.textOf(path);
    for (String line : text.split("\n", -1)) {
      Matcher include = INCLUDE.matcher(line);
      if (include.matches()) {
        addIncluded(line, include, path, depth);
      } else {
        result.append(line).append('\n');
        reportListFile(line, path);
      }
    }
    if (text.isEmpty() || text.endsWith("\n")) {
      result.setLength(result.length() - 1);
    }
  }

  private void addIncluded(String line, Matcher include, String includer, int depth) {
    String target = ConfigurationPlacement.resolve(includer, include.group(2).replace("\"", ""));
    List<String> members =
        include.group(1).equals("include_dir")
            ? saved.texts().keySet().stream()
                .filter(
                    path ->
                        path.startsWith(target + "/")
                            && ConfigurationPlacement.isIncludable(path, target))
                .sorted()
                .toList()
            : List.of(target).stream().filter(saved.texts()::containsKey).toList();
    result.append('#').append(line).append("  # Holdfast: contents, if any, follow\n");
    if (depth == DEEPEST_INCLUDE || members.isEmpty()) {
      changes.add(new SettingChange(include.group(1), target, "", "the file was not saved", ""));
      return;
    }
    for (String member : members) {
      add(member, depth + 1);
      result.append("\n# Holdfast: end of ").append(member).append('\n');
    }
  }

  private void reportListFile(String line, String path) {
    if (LIST_FILE.matcher(line).matches()) {
      changes.add(
          new SettingChange(
              path.substring(path.lastIndexOf('/') + 1),
              line.strip(),
              line.strip(),
              "the file named after @ is not restored with it",
              "copy that file into the data directory"));
    }
  }
}
