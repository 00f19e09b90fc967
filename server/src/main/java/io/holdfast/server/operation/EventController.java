package io.holdfast.server.operation;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.engine.api.World;
import io.holdfast.server.access.AccountCaller;
import io.holdfast.server.access.Caller;
import io.holdfast.server.access.Visitor;
import io.holdfast.server.run.Run;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/// `/api/operations/ID/events`: what an operation tells, while it tells it. All of it comes from
/// the catalog, so any server answers for runs of any other. A stream keeps a thread that answers
/// requests, so there are only so many.
@RestController
class EventController {
  static final int STREAMS_MAX = 64;
  static final int STREAMS_OF_ONE_MAX = 8;

  private static final Logger LOG = LoggerFactory.getLogger(EventController.class);

  /// The number of a line, and whether the end was told behind it.
  private static final Pattern LAST = Pattern.compile("([0-9]{1,9})(-end)?");

  private final VisibleRuns runs;
  private final LogRows lines;
  private final World world;
  private final JsonMapper mapper;
  private final Map<String, Integer> streams = new HashMap<>();
  private volatile boolean closing;

  EventController(VisibleRuns runs, LogRows lines, World world, JsonMapper mapper) {
    this.runs = runs;
    this.lines = lines;
    this.world = world;
    this.mapper = mapper;
  }

  /// Requests that do not end would keep the server from ending.
  @EventListener(ContextClosedEvent.class)
  void close() {
    closing = true;
  }

  @GetMapping(path = "/api/operations/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  void events(
      @PathVariable String id,
      @RequestHeader(name = "Last-Event-ID", required = false) Optional<String> lastEventId,
      Visitor visitor,
      HttpServletResponse response)
      throws IOException {
    Matcher last = last(lastEventId.filter(it -> !it.isEmpty()).orElse("0"));
    Run run = runs.require(id, visitor);
    if (last.group(2) != null) {
      // Whoever reads events does not ask again after this.
      response.setStatus(HttpStatus.NO_CONTENT.value());
      return;
    }
    String who = who(visitor);
    enter(who);
    try {
      response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
      response.setCharacterEncoding("UTF-8");
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("X-Accel-Buffering", "no");
      new EventStream(
              world,
              () -> runs.require(id, visitor),
              number -> lines.after(run.id(), number, EventStream.linesAtOnce()),
              mapper::writeValueAsString,
              () -> closing,
              response.getOutputStream(),
              Integer.parseInt(last.group(1)))
          .run();
    } catch (IOException _) {
      // Nobody reads any more.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (BackupException | DataAccessException | TransactionException e) {
      // The answer has begun: whoever reads it comes back, and is told then.
      LOG.warn("the events of operation {} break off: {}", run.id(), e.toString());
    } finally {
      leave(who);
    }
  }

  private static Matcher last(String text) {
    Matcher matcher = LAST.matcher(text);
    if (!matcher.matches()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          Quoted.of(text) + " is the id of no event",
          "Send the id of the last event as Last-Event-ID, or leave it out.");
    }
    return matcher;
  }

  private static String who(Visitor visitor) {
    return switch (visitor) {
      case Caller user -> "user " + user.user();
      case AccountCaller account -> "account " + account.account();
    };
  }

  private void enter(String who) {
    synchronized (streams) {
      int all = streams.values().stream().mapToInt(Integer::intValue).sum();
      int own = streams.getOrDefault(who, 0);
      if (all >= STREAMS_MAX || own >= STREAMS_OF_ONE_MAX) {
        throw new BackupException(
            ErrorCode.TOO_MANY_RUNS,
            (own >= STREAMS_OF_ONE_MAX ? own : all) + " streams of events are open",
            "Close one, or ask /api/operations/ID now and then.");
      }
      var _ = streams.merge(who, 1, Integer::sum);
    }
  }

  private void leave(String who) {
    synchronized (streams) {
      var _ = streams.computeIfPresent(who, (_, open) -> open == 1 ? null : open - 1);
    }
  }
}
