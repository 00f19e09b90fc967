package io.holdfast.storage;

import io.holdfast.base.Entropy;
import java.time.InstantSource;
import java.util.Map;

/// What a store gets from outside.
///
/// @param environment the process's environment variables: where credentials, regions and the like
///   come from
/// @param pace how fast bytes may flow
public record StoreContext(
    InstantSource clock, Entropy entropy, Map<String, String> environment, Pace pace) {
  public StoreContext {
    environment = Map.copyOf(environment);
  }

  /// Without a limit of speed.
  public StoreContext(InstantSource clock, Entropy entropy, Map<String, String> environment) {
    this(clock, entropy, environment, Pace.FREE);
  }

  /// The value of an environment variable; empty where it is not set, too.
  public String variable(String name) {
    return environment.getOrDefault(name, "");
  }

  /// Says nothing about the environment, which holds secrets.
  @Override
  public String toString() {
    return "StoreContext";
  }
}
