package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.application.Application;
import io.holdfast.engine.application.StorePlace;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The section `applications`: those that may speak for their accounts.
///
/// ```yaml
/// applications:
///   legal:
///     source: main
///     scopes:
///       full: maps/account.scope.yaml
///       matter: maps/matter.scope.yaml
///     stores: {files: /srv/app/files}
///     audio: [recordings]
///     documents: [documents]
///     operator: office@example.com
///     tokenKeyFile: legal.pem
///     origins: [https://app.example.com]
/// ```
///
/// `scopes` with `full` must be there, and `source` where there are several.
record ApplicationsSection(SourceNames sources) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

  Map<String, ApplicationEntry> read(AskedMap section) {
    Map<String, ApplicationEntry> entries = new TreeMap<>();
    for (String name : section.names()) {
      section
          .map(name)
          .flatMap(map -> entry(name, map))
          .ifPresent(entry -> entries.put(name, entry));
    }
    return entries;
  }

  private Optional<ApplicationEntry> entry(String name, AskedMap map) {
    var _ = map.whole(() -> requireName(name));
    Optional<String> source = sources.of(map);
    SortedMap<String, Placed<Path>> scopes = scopes(map);
    SortedMap<String, StorePlace> stores = stores(map);
    Placed<Set<String>> audio = groups(map, "audio");
    Placed<Set<String>> documents = groups(map, "documents");
    var _ = map.whole(() -> requireApart(audio.value(), documents.value()));
    Optional<String> operator = map.value("operator", ApplicationsSection::named);
    Optional<Placed<Path>> key = map.placed("tokenKeyFile", ApplicationsSection::path);
    List<String> origins =
        map.list("origins", WebOrigin::parse).orElse(List.of()).stream().distinct().toList();
    map.end();
    if (!map.isFine()) {
      return Optional.empty();
    }
    return source.map(
        its ->
            new ApplicationEntry(
                name, its, scopes, stores, audio, documents, operator, key, origins, map.place()));
  }

  private static SortedMap<String, Placed<Path>> scopes(AskedMap application) {
    SortedMap<String, Placed<Path>> scopes = new TreeMap<>();
    AskedMap section = application.map("scopes").orElse(application);
    boolean isMap = application.has("scopes") && section.isFine();
    if (!application.has("scopes") || (isMap && !section.has(Application.FULL))) {
      var _ = section.whole(ApplicationsSection::withoutAccount);
    }
    if (isMap) {
      for (String word : section.names()) {
        section
            .placed(word, text -> requireWord(word, path(text)))
            .ifPresent(map -> scopes.put(word, map));
      }
    }
    return scopes;
  }

  private static SortedMap<String, StorePlace> stores(AskedMap application) {
    SortedMap<String, StorePlace> stores = new TreeMap<>();
    application
        .map("stores")
        .ifPresent(
            section -> {
              for (String name : section.names()) {
                section
                    .value(name, place -> StorePlace.of(place, Path.of("")))
                    .ifPresent(place -> stores.put(name, place));
              }
            });
    return stores;
  }

  private static Placed<Set<String>> groups(AskedMap map, String key) {
    List<String> groups = map.list(key, ApplicationsSection::named).orElse(List.of());
    return new Placed<>(new TreeSet<>(groups), map.place(key));
  }

  private static String requireName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw bad(
          Quoted.of(name) + " is no name of an application",
          "It has up to 63 letters a to z, digits and '-', a letter first.");
    }
    return name;
  }

  private static Path requireWord(String word, Path map) {
    if (!WORD.matcher(word).matches()) {
      throw bad(
          Quoted.of(word) + " is no word for a scope",
          "It has up to 63 letters a to z, digits, '-' and '_', a letter first.");
    }
    return map;
  }

  private static String withoutAccount() {
    throw bad(
        "it has no scope map of a whole account (scopes: { full: MAP })",
        "Name the one that 'holdfast scope discover' made.");
  }

  /// Whoever wants the one and not the other must get what they want.
  private static Set<String> requireApart(Set<String> audio, Set<String> documents) {
    List<String> both = audio.stream().filter(documents::contains).toList();
    if (!both.isEmpty()) {
      throw bad(
          "both audio and documents have " + Quoted.of(both.getFirst()),
          "Leave it out of one of them.");
    }
    return audio;
  }

  private static String named(String text) {
    if (text.isBlank()) {
      throw bad("it names nothing", "Name something, or leave the line out.");
    }
    return text;
  }

  /// Its text is not shown: it may be a key in the place of a file's name.
  private static Path path(String text) {
    try {
      return Path.of(named(text));
    } catch (InvalidPathException _) {
      throw bad("it is no path", "Name a file.");
    }
  }

  private static BackupException bad(String what, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, what, hint);
  }
}
