package io.holdfast.engine.config;

import io.holdfast.engine.application.StorePlace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/// An application of the file. Commands read the file and need none of what it names, so maps and
/// keys are looked at only where a server is told what to do. Paths may be relative.
///
/// @param scopes maps by the words for them, with [io.holdfast.engine.application.Application#FULL]
/// @param place how problems with the whole begin
public record ApplicationEntry(
    String name,
    String source,
    SortedMap<String, Placed<Path>> scopes,
    Map<String, StorePlace> stores,
    Placed<Set<String>> audio,
    Placed<Set<String>> documents,
    Optional<String> operator,
    Optional<Placed<Path>> tokenKeyFile,
    List<String> origins,
    String place) {}
