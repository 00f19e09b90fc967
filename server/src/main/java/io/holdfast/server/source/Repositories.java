package io.holdfast.server.source;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.config.Deployment;
import io.holdfast.engine.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The repositories of the configuration, by the names that it has for them.
public final class Repositories {
  private final Map<String, Repository> byName;
  private final Map<String, String> nameBySource;

  private Repositories(Map<String, Repository> byName, Map<String, String> nameBySource) {
    this.byName = byName;
    this.nameBySource = Map.copyOf(nameBySource);
  }

  /// @param place a directory or a URL, which never holds a password
  /// @param sources whose backups go there, at least one
  public record Repository(String name, String place, List<String> sources) {
    public Repository {
      sources = List.copyOf(sources);
    }
  }

  public static Repositories of(Deployment deployment) {
    Map<String, List<Settings>> sources = new TreeMap<>();
    deployment
        .sources()
        .forEach(
            source ->
                sources
                    .computeIfAbsent(
                        deployment.repositoryNames().getOrDefault(source.source(), "main"),
                        _ -> new ArrayList<>())
                    .add(source));
    Map<String, Repository> byName = new TreeMap<>();
    sources.forEach(
        (name, its) ->
            byName.put(
                name,
                new Repository(
                    name,
                    its.getFirst().repository(),
                    its.stream().map(Settings::source).toList())));
    return new Repositories(byName, deployment.repositoryNames());
  }

  /// By name.
  public List<Repository> all() {
    return List.copyOf(byName.values());
  }

  /// What the repository of a source is called.
  public String nameOf(String source) {
    return Optional.ofNullable(nameBySource.get(source)).orElse("main");
  }

  /// @throws BackupException `REPOSITORY_UNKNOWN`
  public Repository require(String name) {
    return Optional.ofNullable(byName.get(name))
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.REPOSITORY_UNKNOWN,
                    "there is no repository " + Quoted.of(name),
                    "The configuration has: "
                        + byName.keySet().stream().collect(Collectors.joining(", "))
                        + "."));
  }
}
