package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.engine.retention.RetentionPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/// `holdfast.yaml`: sections `repositories`, `sources` and `retention`, each a map from a name to
/// settings.
///
/// ```yaml
/// repositories:
///   main: { url: /var/backups/holdfast, keyFile: /etc/holdfast/key }
/// sources:
///   erp: { url: "postgresql://backup@db1/erp", repository: main, domain: erp }
/// ```
public record ConfigFile(
    String path,
    Map<String, RepositoryEntry> repositories,
    Map<String, SourceEntry> sources,
    RetentionSection retention) {
  private static final int FILE_BYTES_MAX = 1 << 20;
  private static final Set<String> REPOSITORY_KEYS =
      Set.of("url", "keyFile", "limitUpload", "limitDownload", "compressionLevel");
  private static final Set<String> SOURCE_KEYS =
      Set.of("url", "directUrl", "repository", "slot", "domain");

  /// A repository of the file.
  public record RepositoryEntry(
      String url,
      Optional<String> keyFile,
      Optional<String> limitUpload,
      Optional<String> limitDownload,
      Optional<String> compressionLevel) {}

  /// A source of the file.
  public record SourceEntry(
      Optional<String> url,
      Optional<String> directUrl,
      Optional<String> repository,
      Optional<String> slot,
      Optional<String> domain) {}

  /// Reads and checks the whole file.
  ///
  /// @throws BackupException `BAD_CONFIGURATION` that lists every problem with its line
  public static ConfigFile read(Path file) {
    String text;
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw bad(file, List.of("the file has more than " + FILE_BYTES_MAX + " bytes"));
      }
      text = Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw bad(file, List.of("cannot be read: " + FileReason.of(e)));
    }
    return parse(file, text);
  }

  static ConfigFile parse(Path file, String text) {
    var problems = new ArrayList<String>();
    var repositories = new TreeMap<String, RepositoryEntry>();
    var sources = new TreeMap<String, SourceEntry>();
    var retention = new TreeMap<String, RetentionPolicy>();
    try {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      options.setNestingDepthLimit(20);
      Node root = new Yaml(options).compose(new java.io.StringReader(text));
      if (root != null) {
        readSections(root, problems, repositories, sources, retention);
      }
    } catch (MarkedYAMLException e) {
      String line = e.getProblemMark() == null ? "" : "line " + (e.getProblemMark().getLine() + 1);
      problems.add(line + ": " + e.getProblem());
    } catch (YAMLException e) {
      // Limits of the parser, such as the depth, come without a place.
      problems.add(String.valueOf(e.getMessage()));
    }
    sources.forEach(
        (name, source) ->
            source
                .repository()
                .filter(wanted -> !repositories.containsKey(wanted))
                .ifPresent(
                    wanted ->
                        problems.add(
                            "source "
                                + name
                                + " names repository '"
                                + wanted
                                + "', which is not defined")));
    if (!problems.isEmpty()) {
      throw bad(file, problems);
    }
    return new ConfigFile(
        file.toString(),
        Map.copyOf(repositories),
        Map.copyOf(sources),
        new RetentionSection(retention));
  }

  private static void readSections(
      Node root,
      List<String> problems,
      Map<String, RepositoryEntry> repositories,
      Map<String, SourceEntry> sources,
      Map<String, RetentionPolicy> retention) {
    for (var section : mapping(root, "the file", problems).entrySet()) {
      switch (section.getKey()) {
        case "repositories" ->
            mapping(section.getValue(), "repositories", problems)
                .forEach((name, node) -> repository(name, node, problems, repositories));
        case "sources" ->
            mapping(section.getValue(), "sources", problems)
                .forEach((name, node) -> source(name, node, problems, sources));
        case "retention" ->
            retention.putAll(RetentionSection.read(section.getValue(), problems).policies());
        default ->
            problems.add(
                line(section.getValue())
                    + ": unknown section '"
                    + section.getKey()
                    + "' (known: repositories, retention, sources)");
      }
    }
  }

  private static void repository(
      String name, Node node, List<String> problems, Map<String, RepositoryEntry> into) {
    Map<String, String> values = values(node, "repositories." + name, REPOSITORY_KEYS, problems);
    String url = values.get("url");
    if (url == null) {
      problems.add(line(node) + ": repositories." + name + " has no url");
      return;
    }
    into.put(
        name,
        new RepositoryEntry(
            url,
            Optional.ofNullable(values.get("keyFile")),
            Optional.ofNullable(values.get("limitUpload")),
            Optional.ofNullable(values.get("limitDownload")),
            Optional.ofNullable(values.get("compressionLevel"))));
  }

  private static void source(
      String name, Node node, List<String> problems, Map<String, SourceEntry> into) {
    Map<String, String> values = values(node, "sources." + name, SOURCE_KEYS, problems);
    into.put(
        name,
        new SourceEntry(
            Optional.ofNullable(values.get("url")),
            Optional.ofNullable(values.get("directUrl")),
            Optional.ofNullable(values.get("repository")),
            Optional.ofNullable(values.get("slot")),
            Optional.ofNullable(values.get("domain"))));
  }

  private static Map<String, String> values(
      Node node, String where, Set<String> known, List<String> problems) {
    var result = new LinkedHashMap<String, String>();
    mapping(node, where, problems)
        .forEach(
            (key, value) -> {
              if (!known.contains(key)) {
                problems.add(
                    line(value)
                        + ": unknown key '"
                        + key
                        + "' in "
                        + where
                        + " (known: "
                        + String.join(", ", known.stream().sorted().toList())
                        + ")");
              } else if (value instanceof ScalarNode scalar) {
                result.put(key, scalar.getValue());
              } else {
                problems.add(line(value) + ": " + where + "." + key + " must be text");
              }
            });
    return result;
  }

  private static Map<String, Node> mapping(Node node, String where, List<String> problems) {
    var result = new LinkedHashMap<String, Node>();
    if (!(node instanceof MappingNode map)) {
      problems.add(line(node) + ": " + where + " must be a map of names to settings");
      return result;
    }
    for (NodeTuple tuple : map.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key) {
        if (result.put(key.getValue(), tuple.getValueNode()) != null) {
          problems.add(line(key) + ": '" + key.getValue() + "' stands twice in " + where);
        }
      } else {
        problems.add(line(tuple.getKeyNode()) + ": a name in " + where + " must be text");
      }
    }
    return result;
  }

  private static String line(Node node) {
    return "line " + (node.getStartMark().getLine() + 1);
  }

  private static BackupException bad(Path file, List<String> problems) {
    return new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        "configuration file " + file + ": " + String.join("; ", problems),
        "Correct the file; 'holdfast config' explains each setting.");
  }
}
