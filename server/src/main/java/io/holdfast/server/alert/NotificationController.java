package io.holdfast.server.alert;

import io.holdfast.base.concurrent.Pause;
import io.holdfast.engine.api.World;
import io.holdfast.engine.notify.Attempts;
import io.holdfast.engine.notify.Delivery;
import io.holdfast.engine.notify.Incidents;
import io.holdfast.engine.notify.Notice;
import io.holdfast.engine.notify.Outcome;
import io.holdfast.server.access.Caller;
import io.holdfast.server.audit.Audit;
import io.holdfast.server.web.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/// `/api/notifications`: what is wrong, what people were told, and whether that arrives.
@RestController
@RequestMapping("/api/notifications")
class NotificationController {
  private static final Attempts ONCE = new Attempts(1, Duration.ZERO, Duration.ZERO);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Alerts alerts;
  private final Outbox outbox;
  private final Receivers receivers;
  private final World world;
  private final Audit audit;

  NotificationController(
      Alerts alerts, Outbox outbox, Receivers receivers, World world, Audit audit) {
    this.alerts = alerts;
    this.outbox = outbox;
    this.receivers = receivers;
    this.world = world;
    this.audit = audit;
  }

  /// A notice and what became of it.
  ///
  /// @param deliveries a line for each channel that has an outcome
  record Sent(Told notice, Instant createdAt, List<String> deliveries) {
    static Sent of(Outbox.Sent sent) {
      return new Sent(Told.of(sent.notice()), sent.createdAt(), sent.deliveries());
    }
  }

  /// A notice with the words for events that webhooks get.
  record Told(
      String event,
      String about,
      String source,
      String subject,
      List<String> details,
      Instant time,
      String runId,
      String hint) {
    static Told of(Notice notice) {
      return new Told(
          notice.event().word(),
          notice.about().word(),
          notice.source(),
          notice.subject(),
          notice.details(),
          notice.time(),
          notice.runId(),
          notice.hint());
    }
  }

  @GetMapping
  Page<Sent> list(
      @RequestParam(defaultValue = "50") int limit, @RequestParam(defaultValue = "0") int offset) {
    Page.Window window = new Page.Window(limit, offset);
    Page<Outbox.Sent> sent = outbox.list(window);
    return Page.of(sent.data().stream().map(Sent::of).toList(), sent.total(), window);
  }

  /// Something that is wrong.
  record Wrong(String source, String event, String title, Instant since) {}

  @GetMapping("/incidents")
  List<Wrong> incidents() {
    return alerts.open().open().stream().map(NotificationController::wrong).toList();
  }

  private static Wrong wrong(Incidents.Open open) {
    return new Wrong(open.source(), open.event().word(), open.event().title(), open.since());
  }

  /// Whether a channel took the test.
  ///
  /// @param problem why not; empty if it did
  record Tested(String channel, String problem) {}

  @PostMapping("/test")
  List<Tested> test(Caller caller) throws InterruptedException {
    caller.requireAdmin();
    audit.record(caller.name(), "notifications.test", "", Map.of());
    List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    Notice notice = Notice.test(world.clock().instant());
    Pause pause = world.pause();
    // Every channel is tested, whatever it is told otherwise.
    try (Delivery delivery = new Delivery(receivers.ofEverything(), ONCE, pause, outcomes::add)) {
      delivery.offer(notice);
      boolean _ = delivery.finish(LIMIT);
    }
    return outcomes.stream().map(NotificationController::tested).toList();
  }

  private static Tested tested(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Delivered(var channel, _, _) -> new Tested(channel, "");
      case Outcome.Failed(var channel, _, _, var code, var text, _) ->
          new Tested(channel, code.label() + ": " + text);
      case Outcome.Dropped(var channel, _) -> new Tested(channel, "it took too long");
    };
  }
}
