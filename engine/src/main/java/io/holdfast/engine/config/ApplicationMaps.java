package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.Quoted;
import io.holdfast.engine.application.Application;
import io.holdfast.tenant.scope.NestedScope;
import io.holdfast.tenant.scope.ScopeFile;
import io.holdfast.tenant.scope.ScopeFileReader;
import io.holdfast.tenant.scope.ScopeMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The scope maps of one application, as far as they can be judged without its database.
/// *Confined.*
///
/// @param scopes their files by the words for them
/// @param problems where everything is put that is wrong, with its line
record ApplicationMaps(SortedMap<String, Placed<Path>> scopes, List<String> problems) {
  /// Puts down what is wrong with them.
  ///
  /// @param groups asset groups that some map must have
  void check(List<Placed<Set<String>>> groups) {
    SortedMap<String, ScopeFile> read = new TreeMap<>();
    scopes.forEach(
        (word, file) -> {
          try {
            read.put(word, ScopeFileReader.read(file.value()));
          } catch (BackupException e) {
            problems.add(file.problem(e.text()));
          }
        });
    Optional<ScopeMap> account = account(read);
    account.ifPresent(
        whole ->
            read.forEach(
                (word, map) -> beside(whole, word, map).ifPresent(what -> problem(word, what))));
    if (account.isPresent() && read.size() == scopes.size()) {
      Set<String> known = groups(read);
      groups.forEach(named -> requireKnown(named, known));
    }
  }

  /// The map of accounts. One that begins within another could be no base of others.
  private Optional<ScopeMap> account(SortedMap<String, ScopeFile> read) {
    return Optional.ofNullable(read.get(Application.FULL))
        .flatMap(
            map ->
                switch (map) {
                  case ScopeMap whole -> Optional.of(whole);
                  case NestedScope nested -> {
                    problem(
                        Application.FULL,
                        "the scope map of accounts has the base "
                            + Quoted.of(nested.base())
                            + ", but must be a whole one");
                    yield Optional.empty();
                  }
                });
  }

  /// Why a map is not of a part of accounts, if it is not. Whoever may ask for a part must get
  /// nothing that lies beside the account.
  private Optional<String> beside(ScopeMap account, String word, ScopeFile map) {
    if (map instanceof NestedScope nested && !isOnAccount(word, nested)) {
      return Optional.of(
          "the scope map has the base "
              + Quoted.of(nested.base())
              + ", which is not the map of "
              + Application.FULL);
    }
    if (account.owned(map.root().table()).isEmpty()) {
      return Optional.of(
          "the scope begins at "
              + map.root().table()
              + ", which the map of "
              + Application.FULL
              + " does not own");
    }
    return Optional.empty();
  }

  private boolean isOnAccount(String word, NestedScope nested) {
    try {
      return Files.isSameFile(file(word).resolveSibling(nested.base()), file(Application.FULL));
    } catch (IOException | InvalidPathException _) {
      return false;
    }
  }

  private Path file(String word) {
    return require(word).value();
  }

  private static Set<String> groups(SortedMap<String, ScopeFile> read) {
    Set<String> groups = new TreeSet<>();
    for (ScopeFile file : read.values()) {
      if (file instanceof ScopeMap map) {
        groups.addAll(map.assets().keySet());
      }
    }
    return groups;
  }

  private void requireKnown(Placed<Set<String>> named, Set<String> known) {
    named.value().stream()
        .filter(group -> !known.contains(group))
        .map(
            group ->
                "no scope map has the asset group "
                    + Quoted.of(group)
                    + SourcesSection.known(known))
        .forEach(what -> problems.add(named.problem(what)));
  }

  private void problem(String word, String what) {
    problems.add(require(word).problem(what));
  }

  private Placed<Path> require(String word) {
    return Optional.ofNullable(scopes.get(word)).orElseThrow();
  }
}
