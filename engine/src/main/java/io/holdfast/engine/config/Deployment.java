package io.holdfast.engine.config;

import io.holdfast.base.Secret;
import io.holdfast.engine.application.Application;
import io.holdfast.engine.plan.Plans;
import io.holdfast.engine.plan.Tiers;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that a server needs to know, read at once.
///
/// @param sources all of them, in the order of their names
/// @param repositoryNames what the repository of each source is called; `main` where nobody named
///   it
/// @param server with what the environment says of it
/// @param applications those that may speak for their accounts, in the order of their names
/// @param cronSecret what whoever asks for due runs over HTTP must know, if anybody may
/// @param zone of schedules that name none
/// @param configFile which file was read
public record Deployment(
    List<Settings> sources,
    Map<String, String> repositoryNames,
    Plans plans,
    ServerSection server,
    Tiers tiers,
    List<Application> applications,
    Scheduling scheduling,
    Optional<Secret> cronSecret,
    ZoneId zone,
    Optional<String> configFile) {
  /// Whether plans are carried out by themselves.
  public enum Scheduling {
    ON,
    OFF
  }

  public Deployment {
    sources = List.copyOf(sources);
    repositoryNames = Map.copyOf(repositoryNames);
    applications = List.copyOf(applications);
  }
}
