package io.holdfast.engine.config;

import io.holdfast.engine.config.ConfigFile.RepositoryEntry;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The section `repositories`.
final class RepositoriesSection {
  private RepositoriesSection() {}

  static Map<String, RepositoryEntry> read(AskedMap section) {
    Map<String, RepositoryEntry> entries = new TreeMap<>();
    for (String name : section.names()) {
      section
          .map(name)
          .flatMap(RepositoriesSection::entry)
          .ifPresent(entry -> entries.put(name, entry));
    }
    return entries;
  }

  private static Optional<RepositoryEntry> entry(AskedMap map) {
    Optional<String> url = map.required("url", text -> text);
    Optional<String> keyFile = map.value("keyFile", text -> text);
    Optional<String> limitUpload = map.value("limitUpload", text -> text);
    Optional<String> limitDownload = map.value("limitDownload", text -> text);
    Optional<String> level = map.value("compressionLevel", text -> text);
    map.end();
    return url.map(its -> new RepositoryEntry(its, keyFile, limitUpload, limitDownload, level));
  }
}
