package io.holdfast.engine.application;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// An application whose word counts about which account somebody is.
///
/// @param name who its tokens say they are from
/// @param source where its accounts are
/// @param scopes scope maps by the words for them: [#FULL] for an account, others for parts of it
/// @param stores the places of those that the maps name
/// @param audio asset groups of the maps that requests leave out with `includeAudioFiles: false`
/// @param documents the same with `includeDocuments: false`
/// @param operator who stands for people that are missing in restores
/// @param origins of web pages that may call the server, as browsers send them
public record Application(
    String name,
    String source,
    SortedMap<String, Path> scopes,
    Map<String, StorePlace> stores,
    Set<String> audio,
    Set<String> documents,
    Optional<String> operator,
    TokenKey key,
    List<String> origins) {
  /// The word for a whole account.
  public static final String FULL = "full";

  public Application {
    scopes = Collections.unmodifiableSortedMap(new TreeMap<>(scopes));
    stores = Map.copyOf(stores);
    audio = Set.copyOf(audio);
    documents = Set.copyOf(documents);
    origins = List.copyOf(origins);
    if (!scopes.containsKey(FULL)) {
      throw new IllegalArgumentException("application " + name + " has no scope " + FULL);
    }
  }
}
