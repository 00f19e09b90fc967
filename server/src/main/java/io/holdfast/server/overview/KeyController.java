package io.holdfast.server.overview;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.access.Caller;
import io.holdfast.server.source.Repositories;
import io.holdfast.server.source.Sources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/keys`: what opens repositories, and how old their data keys are; never a key.
@RestController
@RequestMapping("/api/keys")
class KeyController {
  private static final int AT_ONCE = 4;

  private final Repositories repositories;
  private final Sources sources;
  private final Places places = new Places(AT_ONCE);

  KeyController(Repositories repositories, Sources sources) {
    this.repositories = repositories;
    this.sources = sources;
  }

  @GetMapping
  Map<String, Object> list(@RequestParam Optional<String> repository, Caller caller) {
    caller.requireOperator();
    Repositories.Repository wanted = repository.map(repositories::require).orElseGet(this::only);
    return places.take(
        () -> {
          Map<String, Object> answer = new LinkedHashMap<>();
          answer.put("repository", wanted.name());
          answer.putAll(sources.require(wanted.sources().getFirst()).keys().list().toMap());
          return answer;
        });
  }

  private Repositories.Repository only() {
    List<Repositories.Repository> all = repositories.all();
    if (all.size() != 1) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "no repository was named, and there are " + all.size(),
          "Name one with 'repository'; GET /api/repositories lists them.");
    }
    return all.getFirst();
  }
}
