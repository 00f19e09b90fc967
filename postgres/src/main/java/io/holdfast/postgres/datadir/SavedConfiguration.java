package io.holdfast.postgres.datadir;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// The configuration files of the cluster that was backed up.
///
/// @param configFile absolute path of `postgresql.conf` as the server named it (`config_file`)
/// @param hbaFile same of `hba_file`; empty if unknown
/// @param identFile same of `ident_file`; empty if unknown
/// @param texts contents by absolute path, of these and of every file they include
public record SavedConfiguration(
    String configFile, String hbaFile, String identFile, Map<String, String> texts) {
  public SavedConfiguration {
    configFile = normal(configFile);
    hbaFile = normal(hbaFile);
    identFile = normal(identFile);
    Map<String, String> byNormalPath = new HashMap<>();
    texts.forEach((path, text) -> byNormalPath.put(normal(path), text));
    texts = Map.copyOf(byNormalPath);
  }

  /// A path without `.` and `..`: servers of some versions name included files so, others as they
  /// are written.
  static String normal(String path) {
    return path.isEmpty() ? "" : Path.of(path).normalize().toString();
  }

  /// The text of a saved file, or empty text.
  String textOf(String path) {
    return texts.getOrDefault(path, "");
  }
}
