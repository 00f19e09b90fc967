package io.holdfast.server.health;

import io.holdfast.server.work.Pulse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;

/// Looks at the parts of this server. What is wrong with backups is no part of it: for that there
/// are incidents.
public final class Health {
  private static final Duration GRACE = Duration.ofMinutes(1);
  private static final int MISSED_MAX = 3;

  /// How a part is.
  public enum State {
    UP,
    DOWN,
    /// Switched off on purpose.
    OFF
  }

  /// A part's state, and why it is not up.
  public record Part(State state, String why) {
    static final Part UP = new Part(State.UP, "");
  }

  private final JdbcClient jdbc;
  private final List<Pulse> works;

  /// @param works what the server does again and again
  public Health(JdbcClient jdbc, List<Pulse> works) {
    this.jdbc = jdbc;
    this.works = List.copyOf(works);
  }

  /// By their names.
  public Map<String, Part> parts() {
    Map<String, Part> parts = new TreeMap<>();
    parts.put("catalog", catalog());
    works.forEach(work -> parts.put(work.name(), part(work)));
    return parts;
  }

  /// Whether all parts are as they should be.
  public static State of(Map<String, Part> parts) {
    return parts.values().stream().anyMatch(part -> part.state() == State.DOWN)
        ? State.DOWN
        : State.UP;
  }

  private Part catalog() {
    try {
      int _ = jdbc.sql("SELECT 1").query(Integer.class).single();
      return Part.UP;
    } catch (DataAccessException | TransactionException _) {
      return new Part(State.DOWN, "the catalog cannot be reached");
    }
  }

  private static Part part(Pulse work) {
    Optional<Duration> age = work.sinceLastDone();
    if (age.isEmpty()) {
      return new Part(State.OFF, "it was not started");
    }
    Duration limit = work.every().multipliedBy(MISSED_MAX).plus(GRACE);
    return age.get().compareTo(limit) <= 0
        ? Part.UP
        : new Part(State.DOWN, "it was not done for " + age.get().toSeconds() + " s");
  }
}
