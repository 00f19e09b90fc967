package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.backup.SideFiles;
import io.holdfast.postgres.datadir.SavedConfiguration;
import io.holdfast.postgres.manifest.RawPath;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The configuration files of a backup's source, from inside and from outside its data directory,
/// by the paths they had there. Bytes that are not UTF-8 survive as [RawPath] has them.
///
/// @param saved all that could be found
record SourceConfiguration(SavedConfiguration saved, Place place) {
  private static final int TEXT_BYTES_MAX = 16 << 20;
  private static final int FILES_MAX = 1000;
  private static final Pattern INCLUDE =
      Pattern.compile(
          "(?im)^[ \\t]*(include_if_exists|include_dir|include)(?:[ \\t]*=[ \\t]*|[ \\t]+|(?='))"
              + "(?:'((?:[^'\\n]|'')+)'|([^\\s'#]+))");

  /// Where the files lay on the source.
  enum Place {
    /// Some of them outside the data directory: they must come into it.
    MOVED,
    /// As [#MOVED], with `postgresql.conf` written from the server's settings.
    GENERATED,
    /// All in the data directory, where they are restored as they were.
    UNMOVED,
    /// Not even where `postgresql.conf` was is known.
    UNKNOWN
  }

  /// @param dataDirectory where it was on the source, if that is known
  static SourceConfiguration read(TreeReader tree, TreeReader side, Optional<String> dataDirectory)
      throws IOException {
    Map<String, String> main = new LinkedHashMap<>();
    Map<String, String> texts = new LinkedHashMap<>();
    for (String line : sideText(side, SideFiles.INDEX).lines().toList()) {
      int equals = line.indexOf('=');
      int space = line.indexOf(' ');
      if (equals > 0 && (space < 0 || equals < space)) {
        main.put(line.substring(0, equals), line.substring(equals + 1));
      } else if (space > 0) {
        texts.put(
            line.substring(space + 1),
            sideText(side, SideFiles.FOLDER + "/" + line.substring(0, space)));
      }
    }
    boolean generated = main.getOrDefault("origin", "").equals("SETTINGS");
    String configFile = generated ? "postgresql.conf" : main.getOrDefault("config_file", "");
    SavedConfiguration outside =
        new SavedConfiguration(
            configFile,
            main.getOrDefault("hba_file", ""),
            main.getOrDefault("ident_file", ""),
            texts);
    if (!generated && configFile.isEmpty()) {
      return new SourceConfiguration(outside, Place.UNKNOWN);
    }
    Optional<String> data =
        dataDirectory.or(() -> texts.isEmpty() ? parent(configFile) : Optional.empty());
    if (data.isPresent()) {
      new InsideFiles(tree, data.get(), texts)
          .add(List.of(configFile, outside.hbaFile(), outside.identFile()));
    }
    return new SourceConfiguration(
        new SavedConfiguration(configFile, outside.hbaFile(), outside.identFile(), texts),
        generated ? Place.GENERATED : place(outside, data.orElse("")));
  }

  private static Place place(SavedConfiguration outside, String data) {
    boolean unmoved =
        outside.texts().isEmpty()
            && outside.configFile().equals(data + "/postgresql.conf")
            && List.of("", data + "/pg_hba.conf").contains(outside.hbaFile())
            && List.of("", data + "/pg_ident.conf").contains(outside.identFile());
    return unmoved ? Place.UNMOVED : Place.MOVED;
  }

  private static Optional<String> parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash > 0 ? Optional.of(path.substring(0, slash)) : Optional.empty();
  }

  /// A text file of a tree.
  static Optional<String> text(TreeReader tree, String path) throws IOException {
    Optional<TreeFile> file = tree.file(path);
    return file.isEmpty()
        ? Optional.empty()
        : Optional.of(RawPath.decode(tree.readAll(file.get(), TEXT_BYTES_MAX)));
  }

  private static String sideText(TreeReader side, String path) throws IOException {
    return text(side, path)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.OBJECT_CORRUPT,
                    "the backup has no " + path,
                    "Another backup may be intact: see 'holdfast list'."));
  }

  /// Adds the texts of files that lie in the data directory.
  private static final class InsideFiles {
    private final TreeReader tree;
    private final String data;
    private final Map<String, String> texts;
    private final List<String> configurationPaths = new ArrayList<>();
    private boolean listed;

    InsideFiles(TreeReader tree, String data, Map<String, String> texts) {
      this.tree = tree;
      this.data = data;
      this.texts = texts;
    }

    /// Adds these, and those that they or saved ones include.
    void add(List<String> mainFiles) throws IOException {
      Deque<String> wanted = new ArrayDeque<>(mainFiles);
      for (Map.Entry<String, String> saved : Map.copyOf(texts).entrySet()) {
        wanted.addAll(included(saved.getKey(), saved.getValue()));
      }
      while (!wanted.isEmpty() && texts.size() < FILES_MAX) {
        String path = wanted.removeFirst();
        if (!path.startsWith(data + "/") || texts.containsKey(path)) {
          continue;
        }
        Optional<String> text = text(tree, path.substring(data.length() + 1));
        if (text.isPresent()) {
          texts.put(path, text.get());
          wanted.addAll(included(path, text.get()));
        }
      }
    }

    private List<String> included(String includer, String text) throws IOException {
      List<String> paths = new ArrayList<>();
      Matcher matcher = INCLUDE.matcher(text);
      while (matcher.find()) {
        String value =
            matcher.group(2) == null ? matcher.group(3) : matcher.group(2).replace("''", "'");
        String path =
            value.startsWith("/")
                ? value
                : includer.substring(0, includer.lastIndexOf('/') + 1) + value;
        if (matcher.group(1).equalsIgnoreCase("include_dir")) {
          paths.addAll(members(path.endsWith("/") ? path : path + "/"));
        } else {
          paths.add(path);
        }
      }
      return paths;
    }

    private List<String> members(String directory) throws IOException {
      if (!listed) {
        listed = true;
        tree.forEachFile(
            file -> {
              if (file.entry().path().endsWith(".conf")) {
                configurationPaths.add(data + "/" + file.entry().path());
              }
            });
      }
      return configurationPaths.stream()
          .filter(path -> path.startsWith(directory))
          .filter(path -> path.indexOf('/', directory.length()) < 0)
          .toList();
    }
  }
}
