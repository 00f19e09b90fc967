package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.config.ConfigFile.SourceEntry;
import io.holdfast.engine.plan.Preset;
import io.holdfast.engine.schedule.Zones;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The section `sources`.
///
/// ```yaml
/// sources:
///   erp:
///     url: postgresql://backup@db1/erp
///     repository: main
///     retention: standard
///     preset: standard
///     zone: Europe/Berlin
/// ```
///
/// @param repositories the names of those that there are
/// @param policies the names of those that there are
record SourcesSection(Set<String> repositories, Set<String> policies) {
  Map<String, SourceEntry> read(AskedMap section) {
    Map<String, SourceEntry> entries = new TreeMap<>();
    for (String name : section.names()) {
      section.map(name).ifPresent(map -> entries.put(name, entry(name, map)));
    }
    return entries;
  }

  /// An entry also where something is wrong with it: its name counts.
  private SourceEntry entry(String name, AskedMap map) {
    Optional<String> good =
        map.whole(
            () -> {
              Settings.requireSource(name);
              return name;
            });
    Optional<Preset> preset = map.value("preset", Preset::parse);
    SourceEntry entry =
        new SourceEntry(
            map.value("url", text -> text),
            map.value("directUrl", text -> text),
            defined(map, "repository", repositories),
            map.value("slot", text -> text),
            map.value("domain", text -> text),
            defined(map, "retention", policies),
            // No plan can be named after what is no name.
            good.flatMap(_ -> preset),
            map.value("zone", Zones::named));
    map.end();
    return entry;
  }

  /// The name also if it names nothing, which is said.
  private static Optional<String> defined(AskedMap map, String key, Set<String> names) {
    var _ =
        map.value(
            key,
            name -> {
              if (!names.contains(name)) {
                throw new BackupException(
                    ErrorCode.BAD_ARGUMENT,
                    Quoted.of(name) + " is not defined" + known(names),
                    "Define it, or name another one.");
              }
              return name;
            });
    return map.value(key, name -> name);
  }

  static String known(Collection<String> names) {
    return names.isEmpty() ? "" : " (known: " + String.join(", ", new TreeSet<>(names)) + ")";
  }
}
