package io.holdfast.server.overview;

import io.holdfast.engine.api.Holdfast;
import io.holdfast.engine.api.Watch;
import io.holdfast.server.access.Caller;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.backup.RepositoryLooks;
import io.holdfast.server.source.Repositories;
import io.holdfast.server.source.Sources;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/api/repositories`: where backups are kept.
@RestController
@RequestMapping("/api/repositories")
class RepositoryController {
  private static final int TESTS_AT_ONCE = 2;

  private final Repositories repositories;
  private final Sources sources;
  private final RepositoryLooks looks;
  private final InstantSource clock;
  private final Audit audit;
  private final Places places = new Places(TESTS_AT_ONCE);

  RepositoryController(
      Repositories repositories,
      Sources sources,
      RepositoryLooks looks,
      InstantSource clock,
      Audit audit) {
    this.repositories = repositories;
    this.sources = sources;
    this.looks = looks;
    this.clock = clock;
    this.audit = audit;
  }

  /// A repository.
  ///
  /// @param url where it is; never with a password
  /// @param lookedAt when a server looked last; empty before the first look
  /// @param held what it held when it could be seen last
  /// @param problem why it could not be seen at the last look
  record View(
      String name,
      String url,
      List<String> sources,
      Optional<String> id,
      Optional<Instant> lookedAt,
      Optional<Instant> seenAt,
      Optional<Held> held,
      Optional<String> problem) {}

  /// @param size bytes of what is backed up
  /// @param storedBytes what the backups added when they were made
  record Held(long backups, long size, long storedBytes) {}

  @GetMapping
  List<View> list() {
    Map<String, RepositoryLooks.Look> found = looks.all();
    return repositories.all().stream()
        .map(
            it -> {
              Optional<RepositoryLooks.Look> look = Optional.ofNullable(found.get(it.place()));
              return new View(
                  it.name(),
                  it.place(),
                  it.sources(),
                  look.flatMap(RepositoryLooks.Look::repository),
                  look.map(RepositoryLooks.Look::lookedAt),
                  look.flatMap(RepositoryLooks.Look::seenAt),
                  look.filter(its -> its.seenAt().isPresent())
                      .map(its -> new Held(its.backups(), its.size(), its.storedBytes())),
                  look.flatMap(RepositoryLooks.Look::problem));
            })
        .toList();
  }

  /// Opens it anew and tries how its store puts.
  @PostMapping("/{name}/test")
  Findings test(@PathVariable String name, Caller caller) {
    caller.requireOperator();
    Repositories.Repository repository = repositories.require(name);
    Holdfast holdfast = sources.require(repository.sources().getFirst());
    audit.record(caller.name(), "repository.test", name, Map.of());
    return places.take(
        () -> Findings.of(name, holdfast.examineRepository(Watch.none()), clock.instant()));
  }
}
