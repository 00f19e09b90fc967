package io.holdfast.server.alert;

import io.holdfast.engine.notify.Delivery;
import io.holdfast.engine.notify.Notice;
import io.holdfast.engine.notify.Outcome;
import io.holdfast.engine.notify.Subscription;
import io.holdfast.server.catalog.CatalogJson;
import io.holdfast.server.run.RunRows;
import io.holdfast.server.web.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Sends what was written down to be told. A notice is held while a node delivers it; if that node
/// dies, another delivers it again under the same id.
public final class Outbox implements AutoCloseable {
  private static final Duration HOLD = Duration.ofMinutes(10);
  private static final int BATCH = 50;

  /// With a batch on top, no queue of a channel runs over.
  private static final int WAITING_MAX = Delivery.WAITING_MAX - BATCH;

  private final JdbcClient jdbc;
  private final CatalogJson json;
  private final List<Subscription> subscriptions;
  private final Delivery delivery;
  private final Map<String, AtomicInteger> waiting = new ConcurrentHashMap<>();
  private volatile boolean closing;

  /// @param deliver makes a delivery that tells its outcomes
  public Outbox(
      JdbcClient jdbc,
      CatalogJson json,
      List<Subscription> subscriptions,
      Function<Consumer<Outcome>, Delivery> deliver) {
    this.jdbc = jdbc;
    this.json = json;
    this.subscriptions = List.copyOf(subscriptions);
    this.delivery = deliver.apply(this::record);
  }

  /// Begins to deliver what waits, as long as there is room for it.
  public void send() {
    waiting.keySet().forEach(this::hold);
    if (waiting.size() > WAITING_MAX) {
      return;
    }
    for (Notice notice : take()) {
      int wanted = (int) subscriptions.stream().filter(it -> it.wants(notice)).count();
      if (wanted == 0) {
        done(notice.id());
      } else {
        waiting.put(notice.id(), new AtomicInteger(wanted));
        delivery.offer(notice);
      }
    }
  }

  /// Waits until everything that was taken has its outcomes, a minute at most.
  public void finish() {
    try {
      boolean _ = delivery.finish(Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<Notice> take() {
    return jdbc.sql(
            """
            UPDATE notices SET held_until = catalog_now() + :hold * interval '1 s'
             WHERE id IN (SELECT id FROM notices
                           WHERE done_at IS NULL
                             AND (held_until IS NULL OR held_until < catalog_now())
                           ORDER BY created_at, id LIMIT :batch FOR UPDATE SKIP LOCKED)
            RETURNING notice, created_at
            """)
        .param("hold", HOLD.toSeconds())
        .param("batch", BATCH)
        .query((row, _) -> json.value(row.getString("notice"), Notice.class))
        .list();
  }

  private void record(Outcome outcome) {
    switch (outcome) {
      case Outcome.Delivered(var channel, var notice, var attempts) ->
          write(notice.id(), channel, "delivered", attempts, "");
      case Outcome.Failed(var channel, var notice, var attempts, var code, var text, _) ->
          write(notice.id(), channel, "failed", attempts, code.label() + ": " + text);
      case Outcome.Dropped(var channel, var notice) ->
          write(notice.id(), channel, "dropped", 0, "");
    }
    String id = outcome.notice().id();
    boolean isOpen =
        switch (outcome) {
          case Outcome.Delivered _ -> false;
          case Outcome.Failed _ -> closing;
          case Outcome.Dropped _ -> true;
        };
    if (isOpen) {
      // Not the receiver's last word: whoever takes it next delivers it.
      waiting.remove(id);
      release(id);
      return;
    }
    boolean isLast =
        Optional.ofNullable(waiting.get(id))
            .filter(left -> left.decrementAndGet() == 0)
            .isPresent();
    if (isLast) {
      waiting.remove(id);
      done(id);
    }
  }

  private void write(String notice, String channel, String status, int attempts, String error) {
    int _ =
        jdbc.sql(
                """
                INSERT INTO deliveries (notice, channel, status, attempts, error)
                VALUES (:notice, :channel, :status, :attempts, :error)
                """)
            .param("notice", notice)
            .param("channel", channel)
            .param("status", status)
            .param("attempts", attempts)
            .param("error", error)
            .update();
  }

  /// What this node still works on, no other takes.
  private void hold(String id) {
    int _ =
        jdbc.sql(
                "UPDATE notices SET held_until = catalog_now() + :hold * interval '1 s'"
                    + " WHERE id = :id")
            .param("hold", HOLD.toSeconds())
            .param("id", id)
            .update();
  }

  private void release(String id) {
    int _ =
        jdbc.sql("UPDATE notices SET held_until = NULL WHERE id = :id AND done_at IS NULL")
            .param("id", id)
            .update();
  }

  private void done(String id) {
    int _ =
        jdbc.sql("UPDATE notices SET done_at = catalog_now() WHERE id = :id")
            .param("id", id)
            .update();
  }

  /// A notice as the API shows it.
  ///
  /// @param deliveries a line for each channel that has an outcome
  public record Sent(Notice notice, Instant createdAt, List<String> deliveries) {}

  /// Newest first.
  public Page<Sent> list(Page.Window window) {
    List<Sent> sent =
        jdbc.sql(
                """
                SELECT n.notice, n.created_at,
                       (SELECT coalesce(array_agg(trim(format('%s: %s %s', d.channel, d.status, d.error))
                                                  ORDER BY d.at), '{}')
                          FROM deliveries d WHERE d.notice = n.id) AS outcomes
                  FROM notices n ORDER BY n.created_at DESC, n.id LIMIT :limit OFFSET :offset
                """)
            .param("limit", window.limit())
            .param("offset", window.offset())
            .query(
                (row, _) ->
                    new Sent(
                        json.value(row.getString("notice"), Notice.class),
                        RunRows.instant(row, "created_at"),
                        List.of((String[]) row.getArray("outcomes").getArray())))
            .list();
    return Page.of(
        sent, jdbc.sql("SELECT count(*) FROM notices").query(Long.class).single(), window);
  }

  /// What was not delivered yet is left to the next server.
  @Override
  public void close() {
    closing = true;
    delivery.close();
  }
}
