package io.holdfast.postgres.datadir;

import io.holdfast.postgres.datadir.ConfigurationText.Line;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Makes one startable set of configuration files out of saved ones: includes are resolved, what
/// names files or directories that do not exist on this host is made a comment, and what would make
/// the restored server use files of the original one, too. The user's lines stay readable: nothing
/// is deleted.
public final class ConfigurationPlacement {
  private static final int DEEPEST_INCLUDE = 10;
  private static final String INSIDE_NOW = "the file lies in the data directory";

  /// Never kept: they would lead to files of the original cluster, even on the same host.
  private static final Map<String, String> NEVER_KEPT =
      Map.of(
          "data_directory", "the data directory is the one the server is started with",
          "config_file", INSIDE_NOW,
          "hba_file", INSIDE_NOW,
          "ident_file", INSIDE_NOW,
          "external_pid_file", "it belongs to the original server",
          "stats_temp_directory", "it belongs to the original server",
          "promote_trigger_file", "it belongs to the original server");

  private static final Set<String> TLS_FILES =
      Set.of(
          "ssl_cert_file",
          "ssl_key_file",
          "ssl_ca_file",
          "ssl_crl_file",
          "ssl_crl_dir",
          "ssl_dh_params_file");

  private static final Set<String> OTHER_FILES = Set.of("krb_server_keyfile", "log_directory");

  private final SavedConfiguration saved;
  private final HostFiles host;
  private final List<SettingChange> changes = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();
  private boolean tlsBroken;
  private boolean altered;

  private ConfigurationPlacement(SavedConfiguration saved, HostFiles host) {
    this.saved = saved;
    this.host = host;
  }

  /// Files to write into the data directory, by name, and what the user should know about them.
  public record Placed(Map<String, String> files, List<SettingChange> changes) {
    public Placed {
      files = Map.copyOf(files);
      changes = List.copyOf(changes);
    }
  }

  /// Plans the files `postgresql.conf`, `pg_hba.conf` and `pg_ident.conf`. A file that was not
  /// saved is not in the plan, except `pg_ident.conf`, which is empty then.
  public static Placed plan(SavedConfiguration saved, HostFiles host) {
    return new ConfigurationPlacement(saved, host).plan();
  }

  /// As [#plan], for a cluster whose files all lay in its data directory: a file that can stay as
  /// it is, includes and all, is not in the plan.
  ///
  /// @param saved with the paths that the files had in the original data directory
  public static Placed planUnmoved(SavedConfiguration saved, HostFiles host) {
    ConfigurationPlacement placement = new ConfigurationPlacement(saved, host);
    Placed placed = placement.plan();
    Map<String, String> files = new LinkedHashMap<>();
    if (placement.altered) {
      files.putAll(placed.files());
    }
    return new Placed(files, placed.changes());
  }

  private Placed plan() {
    Map<String, String> files = new LinkedHashMap<>();
    add(saved.configFile(), 0);
    if (tlsBroken) {
      lines.add(ConfigurationText.setting("ssl", "off"));
      changes.add(
          new SettingChange(
              "ssl", "on", "off", "a file it needs is not on this host", restoreLine("ssl")));
    }
    if (saved.texts().containsKey(saved.configFile())) {
      files.put("postgresql.conf", new ConfigurationText(lines).format());
    }
    placeAccessFile(files, "pg_hba.conf", saved.hbaFile());
    placeAccessFile(files, "pg_ident.conf", saved.identFile());
    files.putIfAbsent("pg_ident.conf", "# No user name maps were saved.\n");
    return new Placed(files, changes);
  }

  private void placeAccessFile(Map<String, String> files, String name, String path) {
    if (saved.texts().containsKey(path)) {
      files.put(name, new AccessFileText(saved, changes).resolve(path));
    }
  }

  private void add(String path, int depth) {
    for (Line line : ConfigurationText.parse(saved.textOf(path)).lines()) {
      switch (line.name()) {
        case "" -> lines.add(line);
        case "include", "include_if_exists" -> addIncluded(line, path, depth);
        case "include_dir" -> addIncludedDirectory(line, path, depth);
        default -> addSetting(line);
      }
    }
  }

  private void addIncluded(Line line, String includer, int depth) {
    String path = resolve(includer, line.value());
    if (!saved.texts().containsKey(path)) {
      boolean optional = line.name().equals("include_if_exists");
      neutralise(line, optional ? "the file was not saved" : "the file " + path + " was not saved");
      return;
    }
    addText(line, path, depth);
  }

  private void addIncludedDirectory(Line line, String includer, int depth) {
    String directory = resolve(includer, line.value());
    List<String> members =
        saved.texts().keySet().stream()
            .filter(path -> path.startsWith(directory + "/") && isIncludable(path, directory))
            .sorted()
            .toList();
    if (members.isEmpty()) {
      lines.add(line.commentedOut("there were no files in it"));
      return;
    }
    for (String member : members) {
      addText(line, member, depth);
    }
  }

  private void addText(Line line, String path, int depth) {
    if (depth == DEEPEST_INCLUDE) {
      neutralise(line, "files include each other too deeply");
      return;
    }
    lines.add(line.commentedOut("contents of " + path + " follow"));
    add(path, depth + 1);
    lines.add(ConfigurationText.comment("# Holdfast: end of " + path));
  }

  private void addSetting(Line line) {
    String never = NEVER_KEPT.get(line.name());
    if (never != null) {
      if (line.name().endsWith("_file") && INSIDE_NOW.equals(never)) {
        altered = true;
        lines.add(line.commentedOut(never));
      } else {
        neutralise(line, never);
      }
    } else if (line.name().equals("unix_socket_directories")) {
      addSocketDirectories(line);
    } else if (TLS_FILES.contains(line.name()) && isMissing(line.value())) {
      tlsBroken = true;
      neutralise(line, "there is no such file on this host");
    } else if (OTHER_FILES.contains(line.name()) && isMissing(line.value())) {
      neutralise(line, "there is no such file on this host");
    } else {
      lines.add(line);
    }
  }

  private void addSocketDirectories(Line line) {
    List<String> wanted =
        List.of(line.value().split(",")).stream()
            .map(ConfigurationPlacement::trimQuotes)
            .filter(directory -> !directory.isEmpty())
            .toList();
    List<String> present = wanted.stream().filter(directory -> !isMissing(directory)).toList();
    if (present.equals(wanted)) {
      lines.add(line);
      return;
    }
    altered = true;
    String usable = present.isEmpty() ? "/tmp" : String.join(",", present);
    lines.add(line.commentedOut("not all of these exist on this host"));
    lines.add(ConfigurationText.setting(line.name(), usable));
    changes.add(
        new SettingChange(
            line.name(),
            line.value(),
            usable,
            "not all of these directories exist on this host",
            restoreLine(line.name())));
  }

  private void neutralise(Line line, String why) {
    altered = true;
    lines.add(line.commentedOut(why));
    changes.add(new SettingChange(line.name(), line.value(), "", why, restoreLine(line.name())));
  }

  /// Relative names are within the data directory, whose own files are restored.
  private boolean isMissing(String path) {
    return path.startsWith("/") && !host.exists(path);
  }

  private static String restoreLine(String name) {
    return "edit the line '" + name + "' in postgresql.conf, then restart";
  }

  private static String trimQuotes(String text) {
    String trimmed = text.strip();
    return trimmed.length() > 1 && trimmed.startsWith("\"") && trimmed.endsWith("\"")
        ? trimmed.substring(1, trimmed.length() - 1)
        : trimmed;
  }

  static String resolve(String includer, String path) {
    String joined =
        path.startsWith("/") ? path : includer.substring(0, includer.lastIndexOf('/') + 1) + path;
    return SavedConfiguration.normal(joined);
  }

  static boolean isIncludable(String path, String directory) {
    String name = path.substring(directory.length() + 1);
    return name.indexOf('/') < 0
        && name.toLowerCase(Locale.ROOT).endsWith(".conf")
        && !name.startsWith(".");
  }
}
